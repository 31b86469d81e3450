"""Numbers that need a reason, numbers of which nothing came, and one number looked up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.certificates.models import Certificate, CertificateNumber, NumberSegment
from aquacert.certificates.numbers.queries.rows import Key, names_of
from aquacert.certificates.rules.numbering import Range, as_text
from aquacert.certificates.rules.states import NUMBER_NAMES, NumberState
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look

QUIET = timedelta(seconds=60)
"""A reserved number older than this is an orphan: nothing came of it."""


@dataclass(frozen=True)
class Found:
    """What is known of one number: state, reason, holder, and its certificate."""

    number: str
    state: str
    """used, void, reserved, free, or unknown (in no visible segment)"""
    state_name: str
    because: str
    holder: str
    segment: str
    kind: str
    certificate_id: UUID | None
    at: datetime | None


def explained(
    look: Look,
    kind: str = "",
    state: str = "",
    words: str = "",
    holders: Collection[Key] | None = None,
) -> Select[CertificateNumber]:
    """Return the select behind the list of numbers that need a reason, newest first.

    `holders` asks for theirs only: one vet's, or everything of some bodies.
    """
    row = CertificateNumber
    statement = select(row).where(look.visible(row))
    if kind:
        statement = statement.where(
            row.segment_id.in_(select(NumberSegment.id).where(NumberSegment.kind == kind))
        )
    if holders is not None:
        vets = {person for _body, person in holders}
        if None in vets:
            statement = statement.where(row.office_id.in_({body for body, _person in holders}))
        else:
            held = select(NumberSegment.id).where(NumberSegment.holder_person_id.in_(vets))
            statement = statement.where(row.segment_id.in_(held))
    if state:
        statement = statement.where(row.state == state)
    else:
        statement = statement.where(row.state != NumberState.USED.value)
    if words.strip():
        statement = statement.where(row.number.contains(words.strip(), autoescape=True))
    # What is still reserved comes first: somebody has to do something about it.
    urgent = row.state != NumberState.RESERVED.value
    return statement.order_by(urgent, row.reserved_at.desc(), row.number.desc())


def explained_lines(
    look: Look,
    kind: str = "",
    state: str = "",
    words: str = "",
    number: int = 1,
    size: int = 20,
    holders: Collection[Key] | None = None,
) -> Pages[CertificateNumber]:
    """Return one page of numbers that are reserved or void, with their reasons."""
    return look.pages(explained(look, kind, state, words, holders), number, size)


def orphans(look: Look, kind: str = "") -> list[CertificateNumber]:
    """Return the visible numbers that were reserved over a minute ago and became nothing."""
    statement = explained(look, kind, NumberState.RESERVED.value)
    return look.scalars(statement.where(CertificateNumber.reserved_at < look.now - QUIET))


def number(look: Look, text: str) -> CertificateNumber | None:
    """Return a number that was ever reserved, or None."""
    return look.one(select(CertificateNumber).where(CertificateNumber.number == text))


def find_number(look: Look, value: int) -> Found:
    """Say what became of a number, as far as the actor may see."""
    text = as_text(value)
    taken = look.one(
        select(CertificateNumber).where(
            CertificateNumber.number == text, look.visible(CertificateNumber)
        )
    )
    if taken is not None:
        return _taken(look, taken)
    free = look.one(
        select(NumberSegment).where(
            NumberSegment.next_free <= value,
            NumberSegment.free_last >= value,
            look.visible(NumberSegment),
        )
    )
    if free is None:
        words = "不在您辖区的任何号段里，或还没有入库。"
        return Found(text, "unknown", "查不到", words, "", "", "", None, None)
    return Found(
        text,
        "free",
        "未用",
        "在结存里，还没有取用。",
        _holder(look, free),
        str(Range(free.first, free.last)),
        free.kind,
        None,
        free.received_at,
    )


def _taken(look: Look, row: CertificateNumber) -> Found:
    segment = look.session.get_one(NumberSegment, row.segment_id)
    certificate = look.one(
        select(Certificate.id).where(Certificate.number == row.number, look.visible(Certificate))
    )
    return Found(
        row.number,
        row.state,
        NUMBER_NAMES[NumberState(row.state)],
        row.because,
        _holder(look, segment),
        str(Range(segment.first, segment.last)),
        segment.kind,
        certificate,
        row.settled_at or row.reserved_at,
    )


def _holder(look: Look, segment: NumberSegment) -> str:
    body: Key = (segment.holder_id, None)
    own: Key = (segment.holder_id, segment.holder_person_id)
    names = names_of(look, {body, own})
    return names[body] if own == body else f"{names[own]} · {names[body]}"


def taken(look: Look, number_id: UUID) -> CertificateNumber:
    """Return one visible number that was taken, or raise `NotFound`."""
    return look.get(CertificateNumber, number_id)
