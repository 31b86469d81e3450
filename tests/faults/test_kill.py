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
import shutil
import time

import pytest

from tests.faults.issuing import issue_for_ever
from tests.faults.ready import make_loads
from tests.faults.trial import Trial

ROUNDS = int(os.environ.get("AQUACERT_FAULT_ROUNDS", "10"))
ROUNDS_ON_POSTGRES = 4
"""On PostgreSQL a fourth of the rounds: what differs from SQLite is the database's own crash."""
POINTS = ("reserved", "marked", "planned", "signed", "published")
LOADS, NUMBERS = 3, 40_000
WINDOW_SECONDS = 0.6
SYNCS, TRIES = 60, 5


@pytest.fixture
def trial(house, clock, tmp_path, figures):
    """Loads to issue for, and rounds of kill, open anew, judge."""
    ready = make_loads(house.database, LOADS, NUMBERS)
    return Trial(house, clock, ready, tmp_path / "acknowledged", figures)


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
def test_a_kill_at_each_of_the_first_syncs_loses_nothing(trial, tmp_path):
    """Kill at sync 1, 2, 3 … 60 of a process that issues, over as many issuances as it takes.

    strace counts each call (fsync, fdatasync) by itself, so where sync n is to be found is read
    from a run that nothing was done to; where the kill really came is read from the trace.
    """
    order = trial.syncs(tmp_path / "order", SYNCS)
    trial.figures.add("syncs of an issuance with void and log", of_one_issuance(order))
    met: set[int] = set()
    for attempt in range(TRIES):
        for number in sorted(set(range(1, SYNCS + 1)) - met):
            met.add(trial.kill_at(order, number, tmp_path / f"trace-{attempt}-{number}"))
        if met >= set(range(1, SYNCS + 1)):
            break
        order = trial.syncs(tmp_path / f"order-{attempt}", SYNCS)
    trial.figures.add("different syncs met", len(met & set(range(1, SYNCS + 1))))
    trial.end()
    assert met >= set(range(1, SYNCS + 1))


@pytest.mark.faults
@pytest.mark.long
def test_a_kill_at_each_sync_of_the_very_first_issuance_loses_nothing(trial, request, tmp_path):
    """The first one of an installation makes its keys, its folders and its log on the way."""
    if request.config.getoption("--database") == "postgres":
        pytest.skip("the files are the same; the database is not put back so cheaply")
    data, pristine = trial.settings.data_dir, tmp_path.parent / f"{tmp_path.name}-pristine"
    shutil.copytree(data, pristine)
    order = trial.syncs(tmp_path / "order", SYNCS, warm=False)
    last = [one.file for one in order].index("log") + 1
    for number in range(1, last + 1):
        put_back(pristine, data)
        met = trial.kill_at(order, number, tmp_path / "trace", warm=False)
        trial.figures.add("at another sync than meant", met != number)
    trial.figures.add("syncs of the very first issuance", last)
    trial.end()
    shutil.rmtree(pristine)


def put_back(pristine, data):
    """Make the folder what it was before anything was issued."""
    shutil.rmtree(data)
    shutil.copytree(pristine, data)


def of_one_issuance(order):
    """Count the syncs from one published checkpoint to the next: void, grant, issue, publish."""
    ends = [place for place, one in enumerate(order) if one.file == "log"]
    return ends[1] - ends[0]
