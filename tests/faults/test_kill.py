"""Killing the process at any point of an issuance loses nothing and uses no number twice.

A child process issues and voids on a real database, says each number aloud (durably) only after it
was acknowledged, and is killed with SIGKILL: at a random moment with several threads at work, at a
named point of an issuance, or by strace at one sync to the disk after the other. Then a new process
opens the database, settles what was left, and everything is counted.

10 rounds, or AQUACERT_FAULT_ROUNDS (`make faults`); the syncs only with `make faults`.
"""

from __future__ import annotations

import os
import secrets
import time
from collections import Counter
from functools import partial

import pytest

from aquacert.app import open_house
from tests.faults.issuing import Said, issue_alone, issue_for_ever
from tests.faults.judging import check_everything, judge
from tests.faults.killing import Child, at_sync, strace, synced
from tests.faults.ready import make_loads

ROUNDS = int(os.environ.get("AQUACERT_FAULT_ROUNDS", "10"))
ROUNDS_ON_POSTGRES = 4
"""On PostgreSQL a fourth of the rounds: what differs from SQLite is the database's own crash."""
POINTS = ("reserved", "marked", "planned", "signed", "published")
LOADS, NUMBERS = 3, 40_000
WINDOW_SECONDS = 0.6
SYNCS = 60


@pytest.fixture
def trial(house, clock, settings, tmp_path, figures):
    """Loads to issue for, and rounds of kill, open anew, judge."""
    made = Trial(settings, clock, make_loads(house.database, LOADS, NUMBERS), tmp_path, figures)
    house.database.close()
    return made


class Trial:
    """One database over many kills."""

    def __init__(self, settings, clock, ready, folder, figures):
        self.settings, self.clock, self.ready = settings, clock, ready
        self.said = Said(folder / "acknowledged")
        self.figures = figures
        self.files = Counter()

    def child(self, act, *more):
        """Fork a process that opens the database itself; it waits to be let go."""

        def prepare():
            return partial(act, open_house(self.settings, self.clock), self.ready, self.said, *more)

        return Child(prepare)

    def judge(self):
        """Open the database as a new process does, settle, and count everything."""
        again = open_house(self.settings, self.clock)
        found = judge(again, self.ready, set(self.said.numbers()))
        again.database.close()
        self.figures.add("rounds")
        self.figures.add("orphans settled", found.settled)
        self.last = found

    def end(self):
        """Check everything issued once more by the program's own check, and say the figures."""
        again = open_house(self.settings, self.clock)
        assert check_everything(again) == self.last.certificates
        again.database.close()
        acknowledged = self.said.numbers()
        assert len(acknowledged) == len(set(acknowledged))
        self.figures.add("acknowledged", len(acknowledged))
        self.figures.add("lost", 0)
        self.figures.add("certificates", self.last.certificates)
        self.figures.add("numbers void without certificate", self.last.void_numbers)
        self.figures.add("facts in the trail", self.last.facts)
        self.figures.add("leaves", self.last.leaves)
        for name, count in self.files.most_common():
            self.figures.add(f"kills at {name}", count)


@pytest.mark.faults
def test_killing_the_process_loses_nothing_and_repeats_nothing(trial, request):
    """Even rounds at a random moment, with three threads; every fourth at a named point."""
    on_postgres = request.config.getoption("--database") == "postgres"
    rounds = max(ROUNDS // ROUNDS_ON_POSTGRES, 5) if on_postgres else ROUNDS
    for round_no in range(rounds):
        die_at = POINTS[round_no // 4 % len(POINTS)] if round_no % 4 == 3 else ""
        child = trial.child(issue_for_ever, die_at)
        child.go()
        if die_at:
            child.wait()
        else:
            time.sleep(secrets.randbelow(int(WINDOW_SECONDS * 1e6)) / 1e6)
            child.kill()
        trial.files[f"“{die_at}”" if die_at else "a random moment"] += 1
        trial.judge()
    trial.end()
    assert len(trial.said.numbers()) >= rounds // 2


@pytest.mark.faults
@pytest.mark.long
@pytest.mark.skipif(strace is None, reason="needs strace")
def test_a_kill_at_each_of_the_first_syncs_loses_nothing(trial, tmp_path):
    """Kill at sync 1, 2, 3 … of a process that issues: every one of several issuances is met."""
    for number in range(1, SYNCS + 1):
        child = trial.child(issue_alone)
        with at_sync(child, "signal=SIGKILL", number, tmp_path / "trace"):
            child.go()
            child.wait()
        met = synced(tmp_path / "trace")
        assert len(met) == number
        trial.files[kind(met[-1])] += 1
        trial.judge()
    trial.end()


def kind(file: str) -> str:
    """Return a name for files of one kind."""
    if file.startswith(".new-"):
        return "a tile or checkpoint"
    return "the log's folder" if file.isdigit() or file in {"log", "tile", "entries"} else file
