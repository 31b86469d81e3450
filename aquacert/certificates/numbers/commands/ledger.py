"""Lines of the ledger, and the small steps every act on segments shares."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert

from aquacert.certificates.models import CertificateNumber, NumberMovement, NumberSegment
from aquacert.certificates.numbers.commands import outside
from aquacert.certificates.rules.numbering import Range, as_text
from aquacert.certificates.rules.numberstock import Act
from aquacert.certificates.rules.pieces import Piece, cut
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.work import Work


@dataclass(frozen=True)
class Holder:
    """In whose hands numbers are: a body, or one vet of it."""

    body_id: UUID
    division_code: str
    person_id: UUID | None = None


def holder_of(segment: NumberSegment) -> Holder:
    """Return in whose hands a segment is."""
    return Holder(segment.holder_id, segment.division_code, segment.holder_person_id)


def write(
    w: Work,
    act: Act,
    row: NumberSegment,
    numbers: Range,
    *,
    giver: Holder | None,
    taker: Holder | None,
    because: str,
) -> None:
    """Write one line of the ledger: numbers of a segment went from `giver` to `taker`."""
    w.add(
        NumberMovement(
            id=w.new_id(),
            act=act.value,
            kind=row.kind,
            segment_id=row.id,
            first=numbers.first,
            last=numbers.last,
            from_id=giver.body_id if giver else None,
            from_person_id=giver.person_id if giver else None,
            from_code=giver.division_code if giver else None,
            to_id=taker.body_id if taker else None,
            to_person_id=taker.person_id if taker else None,
            to_code=taker.division_code if taker else None,
            because=because,
            at=w.now,
            by_id=w.actor.person_id,
            by=w.actor.label,
        )
    )


def piece_of(row: NumberSegment) -> Piece:
    """Return a segment's free stretch."""
    return Piece(row.next_free, row.free_last)


def cut_out(w: Work, row: NumberSegment, wanted: Range) -> None:
    """Take `wanted` out of a locked segment's free stretch; the rest behind stays the holder's."""
    done = cut(piece_of(row), wanted)
    row.next_free, row.free_last = done.piece.next_free, done.piece.free_last
    w.session.flush()
    if done.rest is not None:
        behind = new_segment(
            w, row, done.rest, holder_of(row), giver_id=row.giver_id, because=row.because
        )
        outside.mark_segment(w, behind)


def new_segment(
    w: Work,
    parent: NumberSegment,
    numbers: Range,
    holder: Holder,
    *,
    giver_id: UUID | None,
    because: str,
    segment_id: UUID | None = None,
) -> NumberSegment:
    """Add a segment that was cut from `parent`; the database refuses it unless it fits."""
    return w.add(
        segment_row(
            w,
            kind=parent.kind,
            numbers=numbers,
            holder=holder,
            parent_id=parent.id,
            giver_id=giver_id,
            because=because,
            segment_id=segment_id,
        )
    )


def segment_row(
    w: Work,
    *,
    kind: str,
    numbers: Range,
    holder: Holder,
    because: str,
    parent_id: UUID | None = None,
    giver_id: UUID | None = None,
    segment_id: UUID | None = None,
) -> NumberSegment:
    """Return the row of a whole, untouched segment."""
    return NumberSegment(
        id=segment_id or w.new_id(),
        kind=kind,
        holder_id=holder.body_id,
        holder_person_id=holder.person_id,
        division_code=holder.division_code,
        parent_id=parent_id,
        giver_id=giver_id,
        first=numbers.first,
        last=numbers.last,
        next_free=numbers.first,
        free_last=numbers.last,
        taken_from=None,
        received_at=w.now,
        received_by_id=w.actor.person_id,
        because=because,
    )


def void_rows(w: Work, segment: NumberSegment, numbers: Range, because: str) -> None:
    """Give every number of a stretch its row: void, with the reason."""
    w.session.flush()
    rows = [
        {
            "id": w.new_id(),
            "number": as_text(number),
            "segment_id": segment.id,
            "office_id": segment.holder_id,
            "county": segment.division_code,
            "state": NumberState.VOID.value,
            "because": because,
            "load_id": None,
            "reserved_at": w.now,
            "reserved_by_id": w.actor.person_id,
            "settled_at": w.now,
        }
        for number in range(numbers.first, numbers.last + 1)
    ]
    w.session.execute(insert(CertificateNumber), rows)
