"""Measure `turnaround`: the report over 50,000 tested samples, as a share of its 2 s (goal ≤ 1).

Ours is the page's own query: clocks of one laboratory over a year, stops and all, five steps each with
its half and its nine tenths in working hours. The floor is the goal, two seconds.
"""

from __future__ import annotations

import random
import tempfile
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from time import perf_counter

NAME = "turnaround"
GOAL = 1.0
BETTER = "lower"
PAIRS = 7
TESTS = 50_000
SECONDS = 2.0
CHUNK = 5_000
seen: list[float] = []


class Prepared:
    """A laboratory with a year of clocks, one in fifty of them stopped for a while."""

    def __init__(self) -> None:
        from bench.register import _house
        from tests.make.labs import make_items, make_lab

        self.folder = tempfile.TemporaryDirectory()
        self.house = _house(Path(self.folder.name), "")
        self.lab = make_lab(self.house.database)
        make_items(self.house.database, self.lab)
        self._fill()

    def _fill(self) -> None:
        from sqlalchemy import insert, select

        from aquacert.kernel.ids import new_id
        from labs.intake.models import AssayOrder, Item
        from labs.turnaround.models import ClockStop, OrderClock

        draws, database = random.Random(20260512), self.house.database
        now = database.clock.now()
        with database.engine.begin() as connection:
            item = connection.execute(select(Item.__table__)).mappings().one()
            order = connection.execute(select(AssayOrder.__table__)).mappings().one()
            clock = connection.execute(select(OrderClock.__table__)).mappings().one()
            for start in range(0, TESTS, CHUNK):
                items, orders, clocks, stops = [], [], [], []
                for number in range(start, start + CHUNK):
                    received = now - timedelta(minutes=draws.randrange(60, 360 * 24 * 60))
                    item_id, order_id = new_id(now), new_id(now)
                    items.append({**item, "id": item_id, "blind_code": f"B-{number:08d}"})
                    orders.append({**order, "id": order_id, "item_id": item_id})
                    steps = [timedelta(minutes=draws.randrange(30, 4000)) for _ in range(3)]
                    clocks.append(
                        {
                            **clock,
                            "id": new_id(now),
                            "item_id": item_id,
                            "order_id": order_id,
                            "announced_at": received - timedelta(hours=draws.randrange(2, 40)),
                            "received_at": received,
                            "entered_at": received + steps[0],
                            "verified_at": received + steps[0] + steps[1],
                            "reported_at": received + sum(steps, timedelta()),
                            "due_at": received + timedelta(days=4),
                        }
                    )
                    if number % 50 == 0:
                        stops.append(_stop(new_id(now), clock["lab_id"], item_id, received))
                connection.execute(insert(Item.__table__), items)
                connection.execute(insert(AssayOrder.__table__), orders)
                connection.execute(insert(OrderClock.__table__), clocks)
                connection.execute(insert(ClockStop.__table__), stops)


def _stop(key, lab_id, item_id, received):
    return {
        "id": key,
        "lab_id": lab_id,
        "item_id": item_id,
        "because": "量测",
        "stopped_at": received + timedelta(minutes=10),
        "stopped_by_id": None,
        "resumed_at": received + timedelta(minutes=300),
        "resumed_by_id": None,
    }


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the laboratory, made once."""
    return Prepared()


def prepare(full: bool) -> None:
    """Make the laboratory; the size is the same in both runs."""
    del full
    prepared()


def floor() -> float:
    """Return the goal."""
    return 1.0


def ours() -> float:
    """Return how often the goal is met: two seconds / the seconds it took."""
    from labs.turnaround.queries import times

    here = prepared()
    begins = perf_counter()
    with here.house.database.look(here.lab.reviewer.actor) as look:
        [line] = times(look, here.lab.lab_id, look.today - timedelta(days=364), look.today)
    seconds = perf_counter() - begins
    assert line.received >= TESTS
    seen.append(seconds)
    return SECONDS / seconds


def notes() -> list[str]:
    """Say the seconds."""
    found = sorted(seen)
    return [f"{TESTS} tests, five steps, median {found[len(found) // 2]:.3f} s (goal {SECONDS:g})"]


def close() -> None:
    """Take the house down."""
    prepared().house.database.close()
    prepared().folder.cleanup()
