"""What may be asked about segments and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from aquacert.accounts import queries as accounts
from aquacert.certificates.models import CertificateNumber, NumberSegment
from aquacert.certificates.rules.numbering import Range, as_text
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.db import table_of
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look

LOW_STOCK = 50
"""Fewer numbers left than this is shown as low: about a week of a busy office (a proposal)."""

SEGMENTS = table_of(NumberSegment)
LEFT = select(func.sum(SEGMENTS.c.last - SEGMENTS.c.next_free + 1)).where(
    SEGMENTS.c.holder_id == bindparam("office"), SEGMENTS.c.kind == bindparam("of_kind")
)


@dataclass(frozen=True)
class SegmentLine:
    """One segment as the page of numbers shows it. Counts are whole numbers of this segment."""

    segment_id: UUID
    parent_id: UUID | None
    kind: str
    holder: str
    first: str
    last: str
    size: int
    used: int
    void: int
    reserved: int
    handed_down: int
    left: int
    because: str

    @property
    def is_low(self) -> bool:
        """Say whether it is nearly used up."""
        return self.left < LOW_STOCK

    @property
    def balances(self) -> bool:
        """Say whether every number is accounted for."""
        known = self.used + self.void + self.reserved + self.handed_down + self.left
        return known == self.size


def numbers_left(look: Look, office_id: UUID, kind: str) -> int:
    """Return how many numbers of this form an office can still use."""
    left = look.session.connection().scalar(LEFT, {"office": office_id, "of_kind": kind})
    return int(left or 0)


def segments(look: Look, kind: str) -> list[SegmentLine]:
    """Return the visible segments of one form, first number first."""
    rows = look.scalars(
        select(NumberSegment)
        .where(NumberSegment.kind == kind, look.visible(NumberSegment))
        .order_by(NumberSegment.first, NumberSegment.received_at)
    )
    return [_line(look, row) for row in rows]


def explained(look: Look, state: str = "", words: str = "") -> Select[CertificateNumber]:
    """Return the select behind the list of numbers that need a reason, newest first."""
    statement = select(CertificateNumber).where(look.visible(CertificateNumber))
    if state:
        statement = statement.where(CertificateNumber.state == state)
    else:
        statement = statement.where(CertificateNumber.state != NumberState.USED.value)
    if words.strip():
        statement = statement.where(
            CertificateNumber.number.contains(words.strip(), autoescape=True)
        )
    return statement.order_by(CertificateNumber.reserved_at.desc(), CertificateNumber.number.desc())


def explained_lines(
    look: Look, state: str = "", words: str = "", number: int = 1
) -> Pages[CertificateNumber]:
    """Return one page of numbers that are reserved or void, with their reasons."""
    return look.pages(explained(look, state, words), number)


def number(look: Look, text: str) -> CertificateNumber | None:
    """Return a number that was ever reserved, or None."""
    return look.one(select(CertificateNumber).where(CertificateNumber.number == text))


def _line(look: Look, row: NumberSegment) -> SegmentLine:
    by_state = look.session.execute(
        select(CertificateNumber.state, func.count())
        .where(CertificateNumber.segment_id == row.id)
        .group_by(CertificateNumber.state)
    )
    counts = {state: int(count) for state, count in by_state}
    children = look.scalars(select(NumberSegment).where(NumberSegment.parent_id == row.id))
    return SegmentLine(
        segment_id=row.id,
        parent_id=row.parent_id,
        kind=row.kind,
        holder=accounts.organisation(look, row.holder_id).name_zh,
        first=as_text(row.first),
        last=as_text(row.last),
        size=row.last - row.first + 1,
        used=counts.get(NumberState.USED.value, 0),
        void=counts.get(NumberState.VOID.value, 0),
        reserved=counts.get(NumberState.RESERVED.value, 0),
        handed_down=sum(Range(child.first, child.last).size for child in children),
        left=row.last - row.next_free + 1,
        because=row.because,
    )
