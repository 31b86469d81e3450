"""Temperatures on the way: readings, limits, how long a box was outside them. Pure.

Temperatures are whole tenths of a degree Celsius, instants aware.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

COLDEST, HOTTEST = -900, 600
"""A logger in a box reads neither less than −90 ℃ nor more than 60 ℃."""
MOST_KEPT = 20_000
"""Readings kept of one log; every reading is judged, whether kept or not."""
LONGEST_BEFORE = timedelta(days=2)
"""A box may have been on its way this long before it was announced."""
LEAST_GAP = timedelta(minutes=30)
GAP_TIMES = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a logger."""

    at: datetime
    tenths: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a way of keeping samples allows; None = no limit on that side."""

    low: int | None = None
    high: int | None = None

    def holds(self, tenths: int) -> bool:
        """Say whether a temperature lies within."""
        return (self.low is None or tenths >= self.low) and (
            self.high is None or tenths <= self.high
        )

    def beyond(self, tenths: int) -> int:
        """Return by how many tenths a temperature lies outside; 0 within."""
        over = 0 if self.high is None else tenths - self.high
        under = 0 if self.low is None else self.low - tenths
        return max(0, over, under)


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch outside the limits; `extreme` is the reading farthest out."""

    from_at: datetime
    to_at: datetime
    extreme: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which the logger read nothing."""

    from_at: datetime
    to_at: datetime
    minutes: int


def in_order(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return the readings by time; a row that came twice counts once."""
    return tuple(sorted(set(readings), key=lambda reading: (reading.at, reading.tenths)))


def thinned(readings: Sequence[Reading], most: int = MOST_KEPT) -> tuple[Reading, ...]:
    """Return at most so many readings: of each stretch the coldest and the warmest, in order."""
    if len(readings) <= most:
        return tuple(readings)
    step = -(-len(readings) // (most // 2))
    kept: list[Reading] = []
    for start in range(0, len(readings), step):
        some = readings[start : start + step]
        pair = {min(some, key=lambda r: r.tenths), max(some, key=lambda r: r.tenths)}
        kept += sorted(pair, key=lambda reading: (reading.at, reading.tenths))
    return tuple(kept)


def is_of_another_trip(readings: Sequence[Reading], announced_at: datetime) -> bool:
    """Say whether a log ended before its box can have left: it is another box's, or its clock is wrong."""
    return readings[-1].at < announced_at - LONGEST_BEFORE


def excursions(readings: Sequence[Reading], limits: Limits) -> tuple[Excursion, ...]:
    """Return every stretch outside the limits.

    A stretch lasts from its first reading outside to the next one inside: in between nobody knows
    better, so the longer time is taken. The last stretch ends with the last reading.
    """
    found: list[Excursion] = []
    outside: list[Reading] = []
    for reading in readings:
        if not limits.holds(reading.tenths):
            outside.append(reading)
        elif outside:
            found.append(_stretch(outside, reading.at, limits))
            outside = []
    if outside:
        found.append(_stretch(outside, outside[-1].at, limits))
    return tuple(found)


def gaps(readings: Sequence[Reading]) -> tuple[Gap, ...]:
    """Return where readings are missing: three times the usual step, half an hour at least."""
    steps = [later.at - earlier.at for earlier, later in pairwise(readings)]
    if not steps:
        return ()
    usual = timedelta(seconds=median(step.total_seconds() for step in steps))
    allowed = max(LEAST_GAP, usual * GAP_TIMES)
    return tuple(
        Gap(earlier.at, later.at, _minutes(later.at - earlier.at))
        for earlier, later in pairwise(readings)
        if later.at - earlier.at > allowed
    )


def _stretch(outside: Sequence[Reading], until: datetime, limits: Limits) -> Excursion:
    worst = max(outside, key=lambda reading: limits.beyond(reading.tenths))
    return Excursion(outside[0].at, until, worst.tenths, _minutes(until - outside[0].at))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Chart:
    """A small picture of a box's temperatures: points of a polyline, heights of the limits."""

    width: int
    height: int
    line: str
    low_y: float | None
    high_y: float | None
    top: int
    bottom: int


def chart(
    readings: Sequence[Reading], limits: Limits, width: int = 560, height: int = 120
) -> Chart:
    """Return the chart of readings (in order, at least one) within `width` × `height` units."""
    marks = [reading.tenths for reading in readings]
    marks += [limit for limit in (limits.low, limits.high) if limit is not None]
    top, bottom = max(marks) + 10, min(marks) - 10
    start, end = readings[0].at, readings[-1].at
    span = (end - start).total_seconds() or 1.0

    def y(tenths: int) -> float:
        return round((top - tenths) / (top - bottom) * height, 1)

    step = max(1, len(readings) // width)
    shown = [*readings[::step], readings[-1]]
    points = " ".join(
        f"{round((r.at - start).total_seconds() / span * width, 1)},{y(r.tenths)}" for r in shown
    )
    return Chart(
        width,
        height,
        points,
        None if limits.low is None else y(limits.low),
        None if limits.high is None else y(limits.high),
        top,
        bottom,
    )
