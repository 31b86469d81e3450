"""Killing the process in the middle of a large feed file loses nothing and writes nothing twice.

A child process imports a file of many stretches and is killed with SIGKILL at a random moment; then
the import is started again in a new process, until one comes to its end. 4 rounds, or
AQUACERT_FAULT_ROUNDS (`make faults`).
"""

from __future__ import annotations

import os
import time
from random import Random

import pytest
from sqlalchemy import func, select

from aquacert.app import open_house
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.feeds import ImportAsked, import_feed, importing
from aquacert.surveillance.models import Event, EventReport, FeedFile, FeedRawRow, FeedSetAside
from tests.faults.killing import LONGEST, Child, kill_the_rest
from tests.make.surveillance import feed, luhe

ROUNDS = min(int(os.environ.get("AQUACERT_FAULT_ROUNDS", "4")), 40)
ROWS = 1_500
ASK = ImportAsked("", "empresi", "many.csv")


@pytest.fixture(autouse=True)
def _small_stretches(monkeypatch):
    monkeypatch.setattr(importing, "PART", 50)
    monkeypatch.setattr(importing, "ONE_WORK", 50)
    yield
    kill_the_rest()


@pytest.mark.faults
def test_a_feed_file_killed_again_and_again_ends_as_if_never_killed(
    settings, clock, house, tmp_path
):
    rows = [
        luhe(Id=str(number % 1_400), disease="Crab woe", sumCases="x" if number % 100 == 7 else "")
        for number in range(ROWS)
    ]
    path = tmp_path / "many.csv"
    path.write_text(feed(rows), encoding="utf-8")
    house.database.close()
    chance = Random(20260509)

    def prepare():
        mine = open_house(settings, clock)

        def act():
            import_feed(mine.database, SYSTEM, path, ASK)
            time.sleep(LONGEST)  # a quick machine is done before the kill: it comes then

        return act

    for _round in range(ROUNDS):
        child = Child(prepare)
        child.go()
        time.sleep(chance.uniform(0.02, 0.4))
        os.kill(child.pid, 9)
        child.wait()
        house.database.close()
    import_feed(house.database, SYSTEM, path, ASK)
    with house.database.look(SYSTEM) as look:

        def counted(model):
            return look.session.scalar(select(func.count()).select_from(model))

        row = look.one(select(FeedFile))
        assert (row.state, row.done, row.rows) == ("imported", ROWS, ROWS)
        assert (row.created, row.unchanged, row.quarantined) == (1_386, 99, 15)
        assert counted(Event) == counted(EventReport) == 1_386
        assert (counted(FeedRawRow), counted(FeedSetAside)) == (ROWS, 15)
