"""One database over many kills: fork, kill, open anew, judge; and the figures of it all."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from pathlib import Path

from aquacert.app import open_house
from aquacert.certificates.log.commands import publish
from aquacert.http.house import House
from aquacert.kernel.clock import Clock
from aquacert.kernel.settings import Settings
from tests.faults.issuing import Said, issue_again, issue_alone, void_live
from tests.faults.judging import Found, check_everything, judge
from tests.faults.killing import LONGEST, Child, Sync, syncs_of, traced
from tests.make.certificates import Ready


class Trial:
    """What all rounds of a test share."""

    def __init__(self, house: House, clock: Clock, ready: Ready, said: Path, figures) -> None:
        self.settings: Settings = house.settings
        self.clock, self.ready, self.figures = clock, ready, figures
        self.said = Said(said)
        self.files: Counter[str] = Counter()
        self.last = Found(0, 0, 0, 0, 0)
        house.database.close()  # no connection may be open across a fork

    def child(self, act, *more) -> Child:
        """Fork a process that opens the database itself; it waits to be let go."""

        def prepare():
            return partial(act, open_house(self.settings, self.clock), self.ready, self.said, *more)

        return Child(prepare)

    def alone(self, *, warm: bool = True) -> Child:
        """Fork a process that issues in one thread, from a load without a certificate.

        A warm one has issued before, so that each begins with the same syncs.
        """

        def prepare():
            house, load_id = open_house(self.settings, self.clock), self.ready.paper.load_ids[0]
            if warm:
                issue_again(house, self.ready, load_id)
                publish(house.database, house.keys)
            void_live(house, self.ready, load_id)
            return partial(issue_alone, house, self.ready, self.said)

        return Child(prepare)

    def judge(self) -> None:
        """Open the database as a new process does, settle, and count everything."""
        again = open_house(self.settings, self.clock)
        self.last = judge(again, self.ready, set(self.said.numbers()))
        again.database.close()
        self.figures.add("rounds")
        self.figures.add("orphans settled", self.last.settled)

    def end(self) -> None:
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
            self.figures.add(f"× {name}", count)

    def syncs(self, trace: Path, count: int, *, warm: bool = True) -> list[Sync]:
        """Let a process issue until it made so many syncs; return them."""
        child = self.alone(warm=warm)
        with traced(child, trace):
            child.go()
            until = time.monotonic() + LONGEST
            while len(syncs_of(trace)) < count and time.monotonic() < until:
                time.sleep(0.05)
        self.judge()
        return syncs_of(trace)

    def kill_at(self, order: list[Sync], number: int, trace: Path, *, warm: bool = True) -> int:
        """Kill a process at the sync that was `number`th in `order`; return which it was now."""
        call = order[number - 1].call
        child = self.alone(warm=warm)
        with traced(child, trace, call, place_of(order, number), "signal=SIGKILL"):
            child.go()
            child.wait()
        seen = syncs_of(trace)
        self.files[kind(seen[-1].file)] += 1
        self.judge()
        return len(seen)


def place_of(order: list[Sync], number: int) -> int:
    """Return the how-manieth of its own call a sync is: strace counts each call by itself."""
    return sum(one.call == order[number - 1].call for one in order[:number])


def kind(file: str) -> str:
    """Return a name for files of one kind."""
    if file.startswith(".new-"):
        return "a tile or checkpoint"
    if file.startswith("."):
        return "a key"
    if file.endswith(".p") or file in {"log", "0", "1", "entries"}:
        return "a log folder"
    return file if file.startswith(("aquacert", "numbers", "keys")) else "the data folder"
