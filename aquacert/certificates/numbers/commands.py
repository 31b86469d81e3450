"""Numbers are received in segments, handed down, taken one by one, and never given back.

A number is spent by one UPDATE under the write lock, and its row says at once what for. The highest
number taken is also kept in a file outside the database, so that a restored backup, which has
forgotten the last numbers, does not give them out again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from aquacert.accounts import queries as accounts
from aquacert.certificates.models import CertificateNumber, NumberSegment
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.numbering import Range, as_text, check_child, parse_range
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.work import Database, Work

MARKS = "numbers.mark"
"""File in the data directory, one number a line, appended and synced before a number is used.
A restore never lets a mark go down (kernel.backup): it knows what the backup does not."""
USED_UP = "号段用尽：申报点没有可用的证号。请向票证管理员申领。"
FORGOTTEN = "恢复备份时跳过：这个号在备份之后已经取用"

# Numbers are taken on the road that every certificate goes: these statements are made once.
SEGMENTS, NUMBERS = table_of(NumberSegment), table_of(CertificateNumber)
OPEN_SEGMENT = (
    select(SEGMENTS.c.id)
    .where(
        SEGMENTS.c.holder_id == bindparam("office"),
        SEGMENTS.c.kind == bindparam("of_kind"),
        SEGMENTS.c.next_free <= SEGMENTS.c.last,
    )
    .order_by(SEGMENTS.c.first)
    .limit(1)
)
TAKE = (
    update(SEGMENTS)
    .where(SEGMENTS.c.id == OPEN_SEGMENT.scalar_subquery(), SEGMENTS.c.next_free <= SEGMENTS.c.last)
    .values(next_free=SEGMENTS.c.next_free + 1)
    .returning(SEGMENTS.c.id, SEGMENTS.c.next_free - 1)
)
RESERVE = insert(NUMBERS).inline()
SETTLE = (
    update(NUMBERS)
    .where(NUMBERS.c.number == bindparam("the"), NUMBERS.c.state == bindparam("old"))
    .values(state=bindparam("new"), because=bindparam("why"), settled_at=bindparam("now"))
    .returning(NUMBERS.c.id)
)


@dataclass(frozen=True)
class SegmentReceived(Fact):
    """A segment came into a body's hands."""

    tag: ClassVar[str] = "certificates:numbers:receive"
    title: ClassVar[str] = "号段入库"
    kind: str
    first: str
    last: str
    holder: str


@dataclass(frozen=True)
class SegmentHandedDown(Fact):
    """Part of a segment was handed to a lower body."""

    tag: ClassVar[str] = "certificates:numbers:hand-down"
    title: ClassVar[str] = "号段下发"
    kind: str
    first: str
    last: str
    holder: str


@dataclass(frozen=True)
class NumberReserved(Fact):
    """A number was spent; whatever happens next, it is never used for anything else."""

    tag: ClassVar[str] = "certificates:number:reserve"
    title: ClassVar[str] = "取用证号"
    number: str
    load_id: UUID


@dataclass(frozen=True)
class NumberVoided(Fact):
    """A number was made void, with its reason."""

    tag: ClassVar[str] = "certificates:number:void"
    title: ClassVar[str] = "证号作废"
    number: str
    because: str


@dataclass(frozen=True)
class NumbersSkipped(Fact):
    """A restored database had forgotten numbers; they were passed over."""

    tag: ClassVar[str] = "certificates:numbers:skip"
    title: ClassVar[str] = "跳过备份之后取用的证号"
    first: str
    last: str


@dataclass(frozen=True)
class Reserved:
    """A number just taken."""

    id: UUID
    number: str


def receive_segment(
    w: Work, *, holder_id: UUID, kind: str, first: str, last: str, because: str
) -> UUID:
    """Book a segment that came from the province; return its id.

    Raises `Invalid` when it is no segment of this province or overlaps one already received,
    `NotAllowed` unless the keeper is the province's: a county never books numbers for itself.
    """
    scope = w.actor.scope
    if not scope.everything and f"{w.settings.province}0000" not in scope.divisions:
        raise NotAllowed("号段由省级票证管理员入库；市县从上级下发的号段里领取。")
    segment = parse_range(first, last, province=w.settings.province)
    holder = accounts.organisation(w, holder_id)
    for other in _roots(w):
        if other.overlaps(segment):
            raise Invalid("号段与已入库的号段重叠。", first=f"与 {other} 重叠。")
    row = _new_segment(w, Kind(kind), segment, holder_id, holder.division_code, because)
    w.record(
        SegmentReceived(row.kind, as_text(row.first), as_text(row.last), holder.name_zh),
        on=row,
        county=holder.division_code,
        reason=because,
    )
    return row.id


def hand_down(w: Work, segment_id: UUID, *, holder_id: UUID, count: int, because: str = "") -> UUID:
    """Hand the next `count` numbers of a segment to a lower body; return the child's id."""
    parent = w.get_for_change(NumberSegment, segment_id)
    if count <= 0:
        raise Invalid("下发数量要大于 0。", count="请填大于 0 的整数。")
    child = Range(parent.next_free, parent.next_free + count - 1)
    if child.last > parent.last:
        left = parent.last - parent.next_free + 1
        raise Invalid("号段不够下发。", count=f"本段只剩 {left} 个号。")
    check_child(child, Range(parent.first, parent.last), (), parent.next_free)
    holder = accounts.organisation(w, holder_id)
    parent.next_free = child.last + 1
    row = _new_segment(w, Kind(parent.kind), child, holder_id, holder.division_code, because)
    row.parent_id = parent.id
    w.record(
        SegmentHandedDown(row.kind, as_text(row.first), as_text(row.last), holder.name_zh),
        on=row,
        county=holder.division_code,
        reason=because,
    )
    return row.id


def reserve_number(w: Work, *, office_id: UUID, kind: str, load_id: UUID, county: str) -> Reserved:
    """Take the office's next number for a load: spent from here on. Raises `Conflict` 号段用尽."""
    segment_id, value = _take(w, office_id, kind)
    taken = Reserved(w.new_id(), as_text(value))
    w.session.connection().execute(
        RESERVE,
        {
            "id": taken.id,
            "number": taken.number,
            "segment_id": segment_id,
            "office_id": office_id,
            "county": county,
            "state": NumberState.RESERVED.value,
            "because": "为这一车签发预留",
            "load_id": load_id,
            "reserved_at": w.now,
            "reserved_by_id": w.actor.person_id,
            "settled_at": None,
        },
    )
    w.record(
        NumberReserved(taken.number, load_id),
        on=("certificate_numbers", str(taken.id)),
        county=county,
    )
    return taken


def use_number(w: Work, number: str) -> None:
    """Say that a reserved number became a certificate; raise `Conflict` when it is not reserved."""
    _settle(w, number, NumberState.RESERVED, NumberState.USED, "已签发")


def void_reserved(w: Work, number: str, because: str, *, county: str) -> None:
    """Make a reserved number void with its reason: it never became a certificate."""
    _settle(w, number, NumberState.RESERVED, NumberState.VOID, because)
    _say_void(w, number, because, county)


def is_reserved(w: Work, number: str) -> bool:
    """Say whether nothing has come of a taken number yet."""
    found = select(NUMBERS.c.id).where(
        NUMBERS.c.number == number, NUMBERS.c.state == NumberState.RESERVED.value
    )
    return w.session.scalar(found) is not None


def void_used(w: Work, number: str, because: str) -> None:
    """Make the number of a certificate void, with the certificate's reason (audited there)."""
    _settle(w, number, NumberState.USED, NumberState.VOID, because)


def mark(database: Database, number: str) -> None:
    """Write a taken number down outside the database, durably, before it is used."""
    path = database.settings.data_dir / MARKS
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(handle, f"{number}\n".encode())
        os.fdatasync(handle)
    finally:
        os.close(handle)


def pass_over_forgotten(w: Work) -> int:
    """After a restore: pass over numbers the file knows and the database forgot; return how many.

    Each of them gets a row, void, with the reason: a gap explains itself.
    """
    marks = _read_marks(w.settings.data_dir / MARKS)
    skipped = 0
    for segment in w.scalars(select(NumberSegment).order_by(NumberSegment.first)):
        skipped += _pass_over(w, segment, [n for n in marks if segment.first <= n <= segment.last])
    return skipped


def _pass_over(w: Work, segment: NumberSegment, marks: Iterable[int]) -> int:
    children = w.scalars(select(NumberSegment).where(NumberSegment.parent_id == segment.id))
    held = [Range(child.first, child.last) for child in children]
    own = [n for n in marks if not any(child.first <= n <= child.last for child in held)]
    highest = max(own, default=0)
    if highest < segment.next_free:
        return 0
    numbers = range(segment.next_free, highest + 1)
    w.session.execute(insert(CertificateNumber), [_forgotten(w, segment, n) for n in numbers])
    first, segment.next_free = segment.next_free, highest + 1
    w.record(
        NumbersSkipped(as_text(first), as_text(highest)),
        on=segment,
        county=segment.division_code,
        reason=FORGOTTEN,
    )
    return len(numbers)


def _forgotten(w: Work, segment: NumberSegment, number: int) -> dict[str, object]:
    return {
        "id": w.new_id(),
        "number": as_text(number),
        "segment_id": segment.id,
        "office_id": segment.holder_id,
        "county": segment.division_code,
        "state": NumberState.VOID.value,
        "because": FORGOTTEN,
        "load_id": None,
        "reserved_at": w.now,
        "reserved_by_id": None,
        "settled_at": w.now,
    }


def _read_marks(path: Path) -> set[int]:
    if not path.exists():
        return set()
    lines = path.read_text(encoding="ascii", errors="replace").split()
    return {int(line) for line in lines if line.isascii() and line.isdigit()}


def _take(w: Work, office_id: UUID, kind: str) -> tuple[UUID, int]:
    """Move one segment's pointer on and return (segment, number).

    One statement, so two offices or two threads never get one number: on SQLite the transaction
    began as a writer; on PostgreSQL the row is locked and the condition is asked again under the
    lock. When another took a segment's last number meanwhile, the next segment is tried.
    """
    connection = w.session.connection()
    wanted = {"office": office_id, "of_kind": kind}
    while True:
        row = connection.execute(TAKE, wanted).first()
        if row is not None:
            return row[0], int(row[1])
        if connection.execute(OPEN_SEGMENT, wanted).first() is None:
            raise Conflict(USED_UP)


def _settle(w: Work, number: str, old: NumberState, new: NumberState, because: str) -> None:
    values = {"the": number, "old": old.value, "new": new.value, "why": because, "now": w.now}
    settled = w.session.connection().execute(SETTLE, values).first()
    if settled is None:
        raise Conflict("这个证号的状态已经变了，请刷新。", detail=f"{number} is not {old}")


def _say_void(w: Work, number: str, because: str, county: str) -> None:
    w.record(
        NumberVoided(number, because),
        on=("certificate_numbers", number),
        county=county,
        reason=because,
    )


def _roots(w: Work) -> list[Range]:
    rows = w.scalars(select(NumberSegment).where(NumberSegment.parent_id.is_(None)))
    return [Range(row.first, row.last) for row in rows]


def _new_segment(
    w: Work, kind: Kind, segment: Range, holder_id: UUID, division_code: str, because: str
) -> NumberSegment:
    return w.add(
        NumberSegment(
            id=w.new_id(),
            kind=kind.value,
            holder_id=holder_id,
            division_code=division_code,
            parent_id=None,
            first=segment.first,
            last=segment.last,
            next_free=segment.first,
            received_at=w.now,
            received_by_id=w.actor.person_id,
            because=because,
        )
    )
