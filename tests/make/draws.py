"""Builders of draws: days with secrets that never change, beacons given by two persons."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from aquacert.inspections.commands.drawdays import commit_days, type_lottery
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from tests.make.accounts import Made, make_person

ISSUE = "2026119"
NUMBERS = "03 07 11 15 19 22 26 30 33 37 41 45 48 52 56 60 63 67 71 78"


def fixed(seed: str = "draw") -> object:
    """Return a source of secrets that gives the same ones each time."""
    count = iter(range(1_000_000))
    return lambda size: hashlib.sha256(f"{seed} {next(count)}".encode()).digest()[:size]


def open_today(db: Database, seed: str = "draw") -> date:
    """Publish commitments a day ago, so that today's is there; return today."""
    now: datetime = db.clock.at
    db.clock.at = now - timedelta(days=1)
    with db.work(SYSTEM) as w:
        commit_days(w, fixed(seed))
    db.clock.at = now
    with db.look() as look:
        return look.today


def give_beacon(db: Database, on: date) -> tuple[Made, Made]:
    """Let two supervisors of the province type the lottery's result; return them."""
    two = tuple(make_person(db, "province_supervisor", division="320000") for _ in range(2))
    for one in two:
        with db.work(one.actor) as w:
            type_lottery(w, on, ISSUE, NUMBERS)
    return two[0], two[1]
