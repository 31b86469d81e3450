"""Events of a period for the map and the curve by week: filtered by disease, county and days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Event
from aquacert.surveillance.queries.events import EventLine, event_lines
from aquacert.surveillance.queries.risk import recent
from aquacert.surveillance.rules.events import Realm, Status
from aquacert.surveillance.rules.overview import Curve, Mark, Overview, curve, overview
from aquacert.surveillance.rules.risk import by_week

MOST = 5000
LISTED = 100
DOTS = 1000
WEEKS = (13, 26, 52, 104)
UNMAPPED = "unmapped"


@dataclass(frozen=True)
class Asked:
    """What the page is asked for. `disease`: a code, `unmapped`, or nothing for every aquatic one."""

    disease: str = ""
    division_code: str = ""
    weeks: int = 52
    abroad: bool = False


@dataclass(frozen=True)
class Seen:
    """What the page shows."""

    total: int
    is_cut: bool
    curve: Curve
    weeks: tuple[tuple[date, int, int], ...]
    """(Monday, all, confirmed)."""
    chart: Overview | None
    placed: int
    lines: tuple[EventLine, ...]


def seen(look: Look, asked: Asked) -> Seen:
    """Return the events asked for by week, on a chart, and as a list; denied ones are left out."""
    first = look.today - timedelta(weeks=asked.weeks)
    statement = select(Event).where(
        recent(first),
        Event.realm != Realm.TERRESTRIAL.value,
    )
    if asked.disease == UNMAPPED:
        statement = statement.where(Event.realm == Realm.UNMAPPED.value)
    elif asked.disease:
        statement = statement.where(Event.disease_code == asked.disease)
    if asked.division_code:
        inside = reference.descendants(look, asked.division_code)
        statement = statement.where(Event.division_code.in_(sorted(inside)))
    elif not asked.abroad:
        statement = statement.where(Event.is_domestic)
    order = (Event.reported_on.desc().nulls_last(), Event.id)
    found = look.scalars(statement.order_by(*order).limit(MOST + 1))
    rows = [row for row in found[:MOST] if (row.verdict or row.status) != Status.DENIED.value]
    every = by_week(_days(rows), first, look.today)
    sure = by_week(_days(row for row in rows if row.is_confirmed), first, look.today)
    marks = _marks(rows[:DOTS])
    return Seen(
        len(rows),
        len(found) > MOST,
        curve(every, sure),
        tuple((a[0], a[1], b[1]) for a, b in zip(every, sure, strict=True)),
        overview(marks),
        len(marks),
        tuple(event_lines(look, rows[:LISTED])),
    )


def _days(rows: Iterable[Event]) -> Iterator[date]:
    """Return the day each event counts on: as reported, else as observed."""
    for row in rows:
        day = row.reported_on or row.observed_on
        if day is not None:
            yield day


def _marks(rows: list[Event]) -> list[Mark]:
    return [
        Mark(
            row.latitude,
            row.longitude,
            "unmapped"
            if row.realm == Realm.UNMAPPED.value
            else "sure"
            if row.is_confirmed
            else "near",
            row.disease_written,
        )
        for row in rows
        if row.latitude is not None and row.longitude is not None
    ]
