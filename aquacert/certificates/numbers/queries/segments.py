"""One segment, a holder's segments, and what is left for the vet who signs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, or_, select

from aquacert.certificates.models import NumberSegment
from aquacert.certificates.numbers.queries.rows import Key, SegmentRow, names_of, segment_rows
from aquacert.certificates.rules.numbering import as_text
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

SEGMENTS = table_of(NumberSegment)
LEFT = Quick(
    select(func.sum(SEGMENTS.c.free_last - SEGMENTS.c.next_free + 1).label("left")).where(
        SEGMENTS.c.holder_id == bindparam("office"),
        SEGMENTS.c.kind == bindparam("of_kind"),
        or_(
            SEGMENTS.c.holder_person_id.is_(None),
            SEGMENTS.c.holder_person_id == bindparam("vet", type_=Uuid()),
        ),
    )
)


@dataclass(frozen=True)
class SegmentLine:
    """One segment as pages show it. Counts are whole numbers of this segment."""

    segment_id: UUID
    parent_id: UUID | None
    giver_id: UUID | None
    kind: str
    key: Key
    holder: str
    first: str
    last: str
    next_free: str
    free_last: str
    size: int
    used: int
    void: int
    reserved: int
    handed_down: int
    """Cut off: handed down, returned, or the rest behind a cut."""
    left: int
    because: str

    @property
    def balances(self) -> bool:
        """Say whether every number is accounted for."""
        known = self.used + self.void + self.reserved + self.handed_down + self.left
        return known == self.size


def numbers_left(look: Look, office_id: UUID, kind: str, vet_id: UUID | None = None) -> int:
    """Return how many numbers of this form the vet can still use: his own and his office's.

    `vet_id` is the actor unless said.
    """
    vet = vet_id or look.actor.person_id
    return int(look.row(LEFT, office=office_id, of_kind=kind, vet=vet).left or 0)


def segments(look: Look, kind: str) -> list[SegmentLine]:
    """Return the visible segments of one form, first number first, parents before children."""
    return _lines(look, kind, segment_rows(look, kind))


def segments_of(look: Look, kind: str, key: Key) -> list[SegmentLine]:
    """Return the visible segments in one holder's hands."""
    body, person = key
    rows = segment_rows(
        look,
        kind,
        NumberSegment.holder_id == body,
        NumberSegment.holder_person_id.is_(None)
        if person is None
        else NumberSegment.holder_person_id == person,
    )
    return _lines(look, kind, rows)


def segment(look: Look, segment_id: UUID) -> SegmentLine:
    """Return one visible segment, or raise `NotFound`."""
    kind = look.get(NumberSegment, segment_id).kind
    lines = _lines(look, kind, segment_rows(look, kind, NumberSegment.id == segment_id))
    if not lines:
        raise NotFound
    return lines[0]


def _lines(look: Look, kind: str, rows: list[SegmentRow]) -> list[SegmentLine]:
    names = names_of(look, {row.key for row in rows})
    return [_line(kind, row, names[row.key]) for row in rows]


def _line(kind: str, row: SegmentRow, holder: str) -> SegmentLine:
    return SegmentLine(
        segment_id=row.id,
        parent_id=row.parent_id,
        giver_id=row.giver_id,
        kind=kind,
        key=row.key,
        holder=holder,
        first=as_text(row.first),
        last=as_text(row.last),
        next_free=as_text(row.next_free),
        free_last=as_text(row.free_last),
        size=row.size,
        used=row.count(NumberState.USED),
        void=row.count(NumberState.VOID),
        reserved=row.count(NumberState.RESERVED),
        handed_down=row.cut_off,
        left=row.left,
        because=row.because,
    )
