"""A day of the vets: visits laid into hours, who is free, which visits lie too near to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from aquacert.kernel.clock import SHANGHAI

FIRST_HOUR, LAST_HOUR = 6, 18
"""The hours a day view shows; a visit outside them stands in the first or the last."""
VISIT = timedelta(hours=2)
"""How long a visit is reckoned: a working figure of this product, no rule."""


@dataclass(frozen=True)
class Visit:
    """One planned visit."""

    declaration_id: UUID
    number: str
    hatchery_name: str
    place: str
    at: datetime
    vet_id: UUID | None
    done: bool

    @property
    def hour(self) -> int:
        """The column it stands in."""
        local = self.at.astimezone(SHANGHAI)
        return min(max(local.hour, FIRST_HOUR), LAST_HOUR)


@dataclass(frozen=True)
class VetDay:
    """One vet's day: his visits by hour, what he has open altogether."""

    vet_id: UUID | None
    label: str
    open_count: int
    visits: tuple[Visit, ...] = ()
    may_sign: bool = True
    clashes: frozenset[UUID] = field(default_factory=frozenset)

    def at_hour(self, hour: int) -> tuple[Visit, ...]:
        """Return the visits that begin in an hour."""
        return tuple(one for one in self.visits if one.hour == hour)

    def busy(self, hour: int) -> bool:
        """Say whether a visit that began before still takes this hour."""
        hours = int(VISIT.total_seconds() // 3600)
        return any(one.hour < hour < one.hour + hours for one in self.visits if not one.done)


def clashes(visits: Sequence[Visit]) -> frozenset[UUID]:
    """Return the visits that begin before the one before them can be over."""
    ordered = sorted((one for one in visits if not one.done), key=lambda one: one.at)
    return frozenset(
        later.declaration_id for before, later in pairwise(ordered) if later.at - before.at < VISIT
    )


def bounds(on: date) -> tuple[datetime, datetime]:
    """Return the first instant of a legal day and of the next."""
    start = datetime.combine(on, time.min, SHANGHAI)
    return start, start + timedelta(days=1)


def open_hours(on: date, now: datetime) -> frozenset[int]:
    """Return the hours of a day that a visit can still be planned for: those that lie ahead."""
    start, _end = bounds(on)
    hours = range(FIRST_HOUR, LAST_HOUR + 1)
    return frozenset(hour for hour in hours if start + timedelta(hours=hour) > now)


def monday(on: date) -> date:
    """Return the first day of the week that `on` is in."""
    return on - timedelta(days=on.weekday())
