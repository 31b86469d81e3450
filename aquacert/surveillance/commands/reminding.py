"""Reporters are told of a month that is late, each month once; their county is told how many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries.organisations import agencies_for
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Repeated
from aquacert.kernel.idempotency import once
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work
from aquacert.surveillance.commands.monthly import tell_reporter
from aquacert.surveillance.models import MonitoringPoint
from aquacert.surveillance.queries.monthly import late
from aquacert.surveillance.queries.points import points
from aquacert.surveillance.rules.monthly import month_words


@dataclass(frozen=True)
class LateTold(Fact):
    """A reporter was told that a month is late."""

    tag: ClassVar[str] = "surveillance:month:remind"
    title: ClassVar[str] = "催报测报月报"
    code: str
    month: str


@dataclass(frozen=True)
class LateCounted(Fact):
    """A county was told how many of its points are late with a month."""

    tag: ClassVar[str] = "surveillance:month:count"
    title: ClassVar[str] = "告知迟报的监测点数"
    month: str
    points: int


def remind_late(database: Database) -> int:
    """Tell every reporter of his late months; return how many were told now.

    Run it every hour or so: a month is told once, whoever runs it.
    """
    told = 0
    with database.look(SYSTEM) as look:
        found = [
            (row.id, row.division_code, month)
            for row, month in late(look, look.scalars(points(look)))
        ]
    fresh: Counter[tuple[str, date]] = Counter()
    for point_id, county, month in found:
        try:
            with database.work(SYSTEM, once=once(f"month-late:{point_id}:{month}")) as w:
                _remind(w, point_id, month)
                w.reply = ""
        except Repeated:
            continue
        fresh[county, month] += 1
        told += 1
    for (county, month), number in sorted(fresh.items()):
        with database.work(SYSTEM) as w:
            _count(w, county, month, number)
    return told


def _remind(w: Work, point_id: UUID, month: date) -> None:
    row = w.get_for_change(MonitoringPoint, point_id)
    w.record(LateTold(row.code, f"{month:%Y-%m}"), on=row, county=row.division_code)
    subject = f"监测点 {row.code} 的{month_words(month)}月报还没有报，没有病点一下就好。"
    tell_reporter(w, row, subject, "/surveillance/monthly")


def _count(w: Work, county: str, month: date, number: int) -> None:
    fact = LateCounted(f"{month:%Y-%m}", number)
    w.record(fact, on=("divisions", county), county=county)
    for body in agencies_for(w, county):
        accounts.tell(
            w,
            to_organisation=body.id,
            kind="monthly",
            subject=f"{number} 个监测点的{month_words(month)}月报还没有报。",
            link="/surveillance/monthly/reports?late=1",
        )
