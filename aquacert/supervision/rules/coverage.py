"""Coverage of what must be checked (四个必检) and of key farms (四级三场), pure.

Both are known by name from provincial papers only (domain.md §5): which categories there are and
which grades and kinds count as key farms is data with its sureness, not code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from aquacert.inspections.rules.mustcheck import Category


@dataclass(frozen=True)
class BatchSeen:
    """One declared batch of the period, with what became of it."""

    batch_id: UUID
    hatchery_id: UUID
    in_procedures: bool
    """The procedures name a disease of its species on the day it was declared."""
    trips: frozenset[Category]
    """What where it goes, and what for, makes of it."""
    farm_positive: bool
    is_checked: bool
    is_sampled: bool
    is_certified: bool


@dataclass
class Coverage:
    """One category: how many batches fell into it and what was done with them."""

    batches: int = 0
    checked: int = 0
    sampled: int = 0
    certified: int = 0
    farms: set[UUID] = field(default_factory=set)

    @property
    def checked_percent(self) -> int | None:
        """Whole percent of the batches that were checked by a vet; None without a batch."""
        return self.checked * 100 // self.batches if self.batches else None


def categories_of(batch: BatchSeen) -> frozenset[Category]:
    """Return every category a batch falls into; a batch may be of several."""
    wanted = (
        (batch.in_procedures, Category.LICENSED),
        (batch.farm_positive, Category.POSITIVE),
    )
    return batch.trips | {category for stands, category in wanted if stands}


def coverage(batches: Iterable[BatchSeen]) -> Mapping[Category, Coverage]:
    """Return the coverage of every category, those without a batch too."""
    found = {category: Coverage() for category in Category}
    for batch in batches:
        for category in categories_of(batch):
            line = found[category]
            line.batches += 1
            line.checked += batch.is_checked
            line.sampled += batch.is_sampled
            line.certified += batch.is_certified
            line.farms.add(batch.hatchery_id)
    return found


@dataclass(frozen=True)
class Agreement:
    """How a vet's finished visits stood up to second looks."""

    vet_id: UUID
    agree: int
    disagree: int
    unclear: int
    waiting: int

    @property
    def looked(self) -> int:
        """How many were looked at again."""
        return self.agree + self.disagree + self.unclear

    @property
    def percent(self) -> int | None:
        """Whole percent of the clear second looks that agreed; None without one."""
        clear = self.agree + self.disagree
        return self.agree * 100 // clear if clear else None
