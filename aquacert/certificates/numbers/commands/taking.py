"""Numbers are taken one by one or in batches, and never given back.

A number is spent by one UPDATE under the write lock, and its row says at once what for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from aquacert.certificates.models import CertificateNumber, NumberMovement, NumberSegment
from aquacert.certificates.numbers.commands.facts import (
    NumberReserved,
    NumbersReserved,
    NumberVoided,
)
from aquacert.certificates.rules.numbering import as_text
from aquacert.certificates.rules.numberstock import Act
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Conflict, Invalid
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

USED_UP = "号段用尽：申报点没有可用的证号。请向票证管理员申领。"
FOR_A_LOAD = "为这一车签发预留"

# Numbers are taken on the road that every certificate goes: these statements are made once.
SEGMENTS, NUMBERS = table_of(NumberSegment), table_of(CertificateNumber)
MOVEMENTS = table_of(NumberMovement)
OPEN_TO_VET = and_(
    SEGMENTS.c.holder_id == bindparam("office"),
    SEGMENTS.c.kind == bindparam("of_kind"),
    SEGMENTS.c.next_free <= SEGMENTS.c.free_last,
    or_(
        SEGMENTS.c.holder_person_id.is_(None),
        SEGMENTS.c.holder_person_id == bindparam("vet", type_=Uuid()),
    ),
)
"""Segments a vet may take from: his own and his office's, never a colleague's."""
OWN_FIRST = (SEGMENTS.c.holder_person_id.is_(None), SEGMENTS.c.first)
FIRST_OPEN = select(SEGMENTS.c.id).where(OPEN_TO_VET).order_by(*OWN_FIRST).limit(1)
OPEN_SEGMENT = Quick(FIRST_OPEN)
TAKE = Quick(
    update(SEGMENTS)
    .where(
        SEGMENTS.c.id == FIRST_OPEN.scalar_subquery(),
        SEGMENTS.c.next_free <= SEGMENTS.c.free_last,
    )
    .values(next_free=SEGMENTS.c.next_free + 1)
    .returning(SEGMENTS.c.id, (SEGMENTS.c.next_free - 1).label("number"))
)


def _take_many() -> Any:  # noqa: ANN401 (an UPDATE … RETURNING of three columns)
    """Return the statement that takes up to `wanted` numbers, from as many segments as it needs.

    `upto` counts the numbers of the segments so far, in the order they are used. A segment that
    another moved on meanwhile (PostgreSQL) is left alone: the caller asks again for the rest.
    """
    left = SEGMENTS.c.free_last - SEGMENTS.c.next_free + 1
    counted = (
        select(
            SEGMENTS.c.id.label("id"),
            SEGMENTS.c.next_free.label("seen"),
            left.label("there"),
            func.sum(left).over(order_by=OWN_FIRST).label("upto"),
        )
        .where(OPEN_TO_VET)
        .subquery("counted")
    )
    before = counted.c.upto - counted.c.there
    wanted: BindParameter[int] = bindparam("wanted", type_=BigInteger())
    last_one = and_(before < wanted, counted.c.upto >= wanted)
    chosen = (
        select(
            counted.c.id,
            counted.c.seen,
            counted.c.there,
            (wanted - before).label("rest"),
            last_one.label("is_last"),
        )
        .where(before < wanted)
        .subquery("chosen")
    )
    count = case((chosen.c.is_last, chosen.c.rest), else_=chosen.c.there)
    return (
        update(SEGMENTS)
        .where(SEGMENTS.c.id == chosen.c.id, SEGMENTS.c.next_free == chosen.c.seen)
        .values(taken_from=SEGMENTS.c.next_free, next_free=SEGMENTS.c.next_free + count)
        .returning(SEGMENTS.c.id, SEGMENTS.c.taken_from, SEGMENTS.c.next_free)
    )


TAKE_MANY = _take_many()
RESERVE = Quick(insert(NUMBERS).inline(), NUMBERS.c.keys())
SETTLE = Quick(
    update(NUMBERS)
    .where(NUMBERS.c.number == bindparam("the"), NUMBERS.c.state == bindparam("old"))
    .values(state=bindparam("new"), because=bindparam("why"), settled_at=bindparam("now"))
    .returning(NUMBERS.c.id, NUMBERS.c.segment_id, NUMBERS.c.office_id, NUMBERS.c.county)
)
VOID_LINE = insert(MOVEMENTS).inline()
HELD_BY = select(SEGMENTS.c.kind, SEGMENTS.c.holder_person_id).where(
    SEGMENTS.c.id == bindparam("segment")
)


@dataclass(frozen=True)
class Reserved:
    """A number just taken."""

    id: UUID
    number: str


def reserve_number(
    w: Work, *, office_id: UUID, kind: str, load_id: UUID, county: str, vet_id: UUID | None = None
) -> Reserved:
    """Take the next number for a load: spent from here on. Raises `Conflict` 号段用尽.

    The signing vet's own segments come first, then the office's. `vet_id` is the actor unless said.
    """
    segment_id, value = _take(w, _wanted(w, office_id, kind, vet_id))
    taken = Reserved(w.new_id(), as_text(value))
    w.rows(RESERVE, **_number(w, taken, segment_id, office_id, county, load_id))
    w.record(
        NumberReserved(taken.number, load_id),
        on=("certificate_numbers", str(taken.id)),
        county=county,
    )
    return taken


def reserve_numbers(
    w: Work,
    *,
    office_id: UUID,
    kind: str,
    load_ids: Sequence[UUID],
    county: str,
    vet_id: UUID | None = None,
) -> list[Reserved]:
    """Take one number for each load, in one statement, from as many segments as are needed.

    All or none: raises `Conflict` 号段用尽 when there are fewer, and the transaction is given up.
    Returned in the order of `load_ids`, numbers ascending; the vet's own segments are used up first.
    """
    if not load_ids:
        return []
    wanted = _wanted(w, office_id, kind, vet_id)
    found: list[tuple[UUID, int]] = []
    while len(found) < len(load_ids):
        found += _take_batch(w, wanted, len(load_ids) - len(found))
    taken = [Reserved(w.new_id(), as_text(value)) for _segment, value in found]
    rows = [
        _number(w, one, segment_id, office_id, county, load_id)
        for one, (segment_id, _value), load_id in zip(taken, found, load_ids, strict=True)
    ]
    w.rows_of_many(RESERVE, rows)
    w.record(
        NumbersReserved(tuple(one.number for one in taken), tuple(load_ids)),
        on=("certificate_numbers", str(taken[0].id)),
        county=county,
    )
    return taken


def use_number(w: Work, number: str) -> None:
    """Say that a reserved number became a certificate; raise `Conflict` when it is not reserved."""
    _settle(w, number, NumberState.RESERVED, NumberState.USED, "已签发")


def void_reserved(w: Work, number: str, because: str, *, county: str) -> None:
    """Make a reserved number void with its reason: it never became a certificate."""
    _void_line(
        w,
        number,
        because,
        *_settle(w, number, NumberState.RESERVED, NumberState.VOID, because),
    )
    w.record(
        NumberVoided(number, because),
        on=("certificate_numbers", number),
        county=county,
        reason=because,
    )


def void_used(w: Work, number: str, because: str) -> None:
    """Make the number of a certificate void, with the certificate's reason (audited there)."""
    _void_line(w, number, because, *_settle(w, number, NumberState.USED, NumberState.VOID, because))


def is_reserved(w: Work, number: str) -> bool:
    """Say whether nothing has come of a taken number yet."""
    found = select(NUMBERS.c.id).where(
        NUMBERS.c.number == number, NUMBERS.c.state == NumberState.RESERVED.value
    )
    return w.session.scalar(found) is not None


def _wanted(w: Work, office_id: UUID, kind: str, vet_id: UUID | None) -> dict[str, Any]:
    return {"office": office_id, "of_kind": kind, "vet": vet_id or w.actor.person_id}


def _take(w: Work, wanted: dict[str, Any]) -> tuple[UUID, int]:
    """Move one segment's pointer on and return (segment, number).

    One statement, so two offices or two threads never get one number: on SQLite the transaction
    began as a writer; on PostgreSQL the row is locked and the condition is asked again under the
    lock. When another took a segment's last number meanwhile, the next segment is tried.
    """
    while True:
        row = w.row(TAKE, **wanted)
        if row is not None:
            return row.id, int(row.number)
        if w.row(OPEN_SEGMENT, **wanted) is None:
            raise Conflict(USED_UP)


def _take_batch(w: Work, wanted: dict[str, Any], count: int) -> list[tuple[UUID, int]]:
    """Take up to `count` numbers; fewer only when another moved a segment on meanwhile."""
    connection = w.session.connection()
    rows = connection.execute(TAKE_MANY, {**wanted, "wanted": count}).all()
    if not rows and w.row(OPEN_SEGMENT, **wanted) is None:
        raise Conflict(USED_UP)
    found = [
        (segment_id, number)
        for segment_id, start, end in rows
        for number in range(int(start), int(end))
    ]
    return sorted(found, key=lambda pair: pair[1])


def _number(
    w: Work, taken: Reserved, segment_id: UUID, office_id: UUID, county: str, load_id: UUID
) -> dict[str, Any]:
    return {
        "id": taken.id,
        "number": taken.number,
        "segment_id": segment_id,
        "office_id": office_id,
        "county": county,
        "state": NumberState.RESERVED.value,
        "because": FOR_A_LOAD,
        "load_id": load_id,
        "reserved_at": w.now,
        "reserved_by_id": w.actor.person_id,
        "settled_at": None,
    }


def _settle(
    w: Work, number: str, old: NumberState, new: NumberState, because: str
) -> tuple[UUID, UUID, str]:
    """Move a number on; return its segment, office and county."""
    if not because.strip():
        raise Invalid("作废要写明原因。", because="请写明原因。")
    settled = w.row(SETTLE, the=number, old=old.value, new=new.value, why=because, now=w.now)
    if settled is None:
        raise Conflict("这个证号的状态已经变了，请刷新。", detail=f"{number} is not {old}")
    return settled.segment_id, settled.office_id, settled.county


def _void_line(
    w: Work, number: str, because: str, segment_id: UUID, office_id: UUID, county: str
) -> None:
    """Write a void number into the ledger."""
    connection = w.session.connection()
    kind, person_id = connection.execute(HELD_BY, {"segment": segment_id}).one()
    line = void_line(w, number, because, segment_id, office_id, county)
    connection.execute(VOID_LINE, line | {"kind": kind, "from_person_id": person_id})


def void_line(
    w: Work, number: str, because: str, segment_id: UUID, office_id: UUID, county: str
) -> dict[str, Any]:
    """Return the ledger's line of a void number, without form and vet: its segment knows those."""
    return {
        "id": w.new_id(),
        "act": Act.VOID.value,
        "segment_id": segment_id,
        "first": int(number),
        "last": int(number),
        "from_id": office_id,
        "from_code": county,
        "to_id": None,
        "to_person_id": None,
        "to_code": None,
        "because": because,
        "at": w.now,
        "by_id": w.actor.person_id,
        "by": w.actor.label,
    }
