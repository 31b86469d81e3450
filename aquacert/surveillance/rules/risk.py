"""Risk of a county or a farm: a score that is the sum of stated parts, each with its count.

The weights are dated rows of data and proposals of this product: no article of law knows them. The
score orders attention (and may weigh a random draw); it bars nothing and accuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LOOK_BACK_DAYS = 365
HIGHEST = 100


class Part(StrEnum):
    """What adds to the score."""

    ZONE = "zone"
    OWN_POSITIVE = "own_positive"
    EVENT_HERE = "event_here"
    SUSPECTED_HERE = "suspected_here"
    EVENT_NEAR = "event_near"
    UNWATCHED = "unwatched"
    LATE_MONTHS = "late_months"


class Level(StrEnum):
    """How much attention a place needs."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


LEVEL_WORDS: Mapping[Level, str] = {
    Level.LOW: "低",
    Level.MIDDLE: "中",
    Level.HIGH: "高",
}
FROM_POINTS: Mapping[Level, int] = {Level.HIGH: 50, Level.MIDDLE: 20, Level.LOW: 0}
"""Least points of each level: proposals, as the weights are."""


@dataclass(frozen=True)
class Weight:
    """What one of a part adds, and the most that the part may add, from a day on."""

    part: Part
    name: str
    each: int
    most: int
    from_on: date
    until_on: date | None
    sureness: str


@dataclass(frozen=True)
class Scored:
    """One part of a score: how many, and the points they add."""

    part: Part
    name: str
    count: int
    points: int
    most: int


@dataclass(frozen=True)
class Score:
    """The score of a place on a day, 0 to 100, and every part of it, also those that add nothing."""

    points: int
    parts: tuple[Scored, ...]

    @property
    def level(self) -> Level:
        """How much attention it needs."""
        return next(level for level, least in FROM_POINTS.items() if self.points >= least)

    @property
    def reasons(self) -> tuple[Scored, ...]:
        """The parts that add something, the heaviest first."""
        return tuple(sorted((p for p in self.parts if p.points), key=lambda p: -p.points))


def weights_on(rows: Iterable[Weight], on: date) -> tuple[Weight, ...]:
    """Return the weights that stand on a day."""
    return tuple(
        row for row in rows if row.from_on <= on and (row.until_on is None or on <= row.until_on)
    )


def score(counts: Mapping[Part, int], weights: Sequence[Weight]) -> Score:
    """Return the score: each part adds count × weight, at most its own most; 100 in all.

    A part that was not counted (a farm's own positives, of a county) is none of the score's.
    """
    parts = tuple(
        Scored(
            row.part,
            row.name,
            counts[row.part],
            min(row.most, row.each * max(0, counts[row.part])),
            row.most,
        )
        for row in weights
        if row.part in counts
    )
    return Score(min(HIGHEST, sum(part.points for part in parts)), parts)


def since(today: date) -> date:
    """Return the first day that still counts."""
    return today - timedelta(days=LOOK_BACK_DAYS)


def week_of(day: date) -> str:
    """Return the ISO week that a day lies in, as 2026-W01; the year is the week's own."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday_of(week: str) -> date:
    """Return the Monday of an ISO week; raise `ValueError` for none."""
    year, _sep, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def by_week(days: Iterable[date], first: date, last: date) -> tuple[tuple[date, int], ...]:
    """Return (Monday, how many) for every ISO week that touches the span, empty weeks too."""
    start = first - timedelta(days=first.weekday())
    counts: dict[date, int] = {}
    while start <= last:
        counts[start] = 0
        start += timedelta(days=7)
    for day in days:
        monday = day - timedelta(days=day.weekday())
        if monday in counts:
            counts[monday] += 1
    return tuple(counts.items())
