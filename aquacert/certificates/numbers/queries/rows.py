"""Segments with their counts, in a fixed number of questions whatever their number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from aquacert.accounts.queries import bodies, vet_numbers
from aquacert.certificates.models import CertificateNumber, NumberSegment
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.work import Look

Key = tuple[UUID, UUID | None]
"""A holder: body, and vet of it."""


@dataclass
class SegmentRow:
    """One segment, its counts by state, and how many of its numbers were cut off below."""

    id: UUID
    parent_id: UUID | None
    giver_id: UUID | None
    key: Key
    division_code: str
    first: int
    last: int
    next_free: int
    free_last: int
    because: str
    counts: dict[str, int] = field(default_factory=dict)
    cut_off: int = 0

    @property
    def size(self) -> int:
        """Return how many numbers it had when it came."""
        return self.last - self.first + 1

    @property
    def left(self) -> int:
        """Return how many are free."""
        return max(0, self.free_last - self.next_free + 1)

    def count(self, state: NumberState) -> int:
        """Return how many of its numbers are in a state."""
        return self.counts.get(state.value, 0)


def segment_rows(look: Look, kind: str, *more: ColumnElement[bool]) -> list[SegmentRow]:
    """Return the visible segments of a form with their counts: three questions."""
    chosen = (NumberSegment.kind == kind, look.visible(NumberSegment), *more)
    rows = look.session.execute(
        select(
            NumberSegment.id,
            NumberSegment.parent_id,
            NumberSegment.giver_id,
            NumberSegment.holder_id,
            NumberSegment.holder_person_id,
            NumberSegment.division_code,
            NumberSegment.first,
            NumberSegment.last,
            NumberSegment.next_free,
            NumberSegment.free_last,
            NumberSegment.because,
        )
        .where(*chosen)
        .order_by(NumberSegment.first, NumberSegment.last.desc(), NumberSegment.received_at)
    )
    found = [SegmentRow(row[0], row[1], row[2], (row[3], row[4]), *row[5:]) for row in rows]
    by_id = {row.id: row for row in found}
    # A segment that came between two of the questions is one of the next page's.
    for segment_id, state, count in look.session.execute(_counts(*chosen)):
        if segment_id in by_id:
            by_id[segment_id].counts[state] = int(count)
    for parent_id, size in look.session.execute(_cut_off(*chosen)):
        if parent_id in by_id:
            by_id[parent_id].cut_off = int(size)
    return found


def _counts(*chosen: ColumnElement[bool]) -> Select[UUID, str, int]:
    return (
        select(CertificateNumber.segment_id, CertificateNumber.state, func.count())
        .where(CertificateNumber.segment_id.in_(select(NumberSegment.id).where(*chosen)))
        .group_by(CertificateNumber.segment_id, CertificateNumber.state)
    )


def _cut_off(*chosen: ColumnElement[bool]) -> Select[UUID | None, int]:
    """Sizes of what was cut off, whoever holds it now: a returned piece is out of sight below."""
    child = aliased(NumberSegment)
    return (
        select(child.parent_id, func.sum(child.last - child.first + 1))
        .where(child.parent_id.in_(select(NumberSegment.id).where(*chosen)))
        .group_by(child.parent_id)
    )


def names_of(look: Look, keys: Collection[Key]) -> dict[Key, str]:
    """Return what each holder is called: the body's name, or the vet by number. Two questions."""
    found = bodies(look, {body for body, _person in keys})
    vets = vet_numbers(look, {person for _body, person in keys if person is not None})
    names: dict[Key, str] = {}
    for body, person in keys:
        if person is not None:
            names[body, person] = f"官方兽医 {vets.get(person, '')}".strip()
        else:
            names[body, person] = found[body].name_zh if body in found else "—"
    return names
