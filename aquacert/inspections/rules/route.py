"""The vet's road, pure: which visits are for today, and in which order, by time and then by place.

Distances are straight lines between outlines of ponds, never roads: the page says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from aquacert.inspections.rules.evidence import metres
from aquacert.kernel.clock import legal_day

NEVER = datetime.max.replace(tzinfo=UTC)


class Part(StrEnum):
    """Where a visit stands on the vet's page, in this order."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    LATER = "later"
    DONE = "done"


PART_WORDS: Mapping[Part, str] = {
    Part.TODAY: "今天",
    Part.TOMORROW: "明天",
    Part.LATER: "以后",
    Part.DONE: "查完的",
}


@dataclass(frozen=True)
class Stop:
    """A visit on the road; `spot` is the (latitude, longitude) of its ponds where one is known."""

    declaration_id: UUID
    at: datetime | None
    area: str
    place: str
    spot: tuple[float, float] | None = None


@dataclass(frozen=True)
class Leg:
    """A stop with the straight way to it from the one before; None where either place is unknown."""

    stop: Stop
    away_m: float | None = None


def part_of(at: datetime | None, *, is_done: bool, now: datetime) -> Part:
    """Return where a visit stands: one that is overdue or has no time is for today."""
    if is_done:
        return Part.DONE
    days = 0 if at is None else (legal_day(at) - legal_day(now)) // timedelta(days=1)
    if days <= 0:
        return Part.TODAY
    return Part.TOMORROW if days == 1 else Part.LATER


def is_overdue(at: datetime | None, now: datetime) -> bool:
    """Say whether the day of a visit is over and it has not been made."""
    return at is not None and legal_day(at) < legal_day(now)


def order(stops: Iterable[Stop]) -> tuple[Leg, ...]:
    """Return the stops in the order of the day.

    By their time first; of those at one time the nearest to the stop before comes next; where no
    outline is known, by division and place.
    """
    left = sorted(stops, key=_by_time_and_place)
    legs: list[Leg] = []
    last: Stop | None = None
    known: tuple[float, float] | None = None
    while left:
        rivals = [one for one in left if one.at == left[0].at]
        stop = min(rivals, key=lambda one: _away(known, one.spot))
        legs.append(Leg(stop, _line(last.spot if last else None, stop.spot)))
        left.remove(stop)
        last, known = stop, stop.spot or known
    return tuple(legs)


def _by_time_and_place(stop: Stop) -> tuple[datetime, str, str, str]:
    return (stop.at or NEVER, stop.area, stop.place, str(stop.declaration_id))


def _line(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float | None:
    return metres(one, other) if one and other else None


def _away(known: tuple[float, float] | None, spot: tuple[float, float] | None) -> float:
    line = _line(known, spot)
    return float("inf") if line is None else line
