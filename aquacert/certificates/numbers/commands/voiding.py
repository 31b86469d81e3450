"""Numbers that will never be used are made void, each with its reason: misprints, lost sheets."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from aquacert.certificates.models import CertificateNumber, Issuance, NumberSegment
from aquacert.certificates.numbers.commands import ledger, outside
from aquacert.certificates.numbers.commands.facts import UnusedVoided
from aquacert.certificates.numbers.commands.segments import not_from_above
from aquacert.certificates.numbers.commands.taking import (
    NUMBERS,
    SEGMENTS,
    VOID_LINE,
    void_line,
    void_reserved,
)
from aquacert.certificates.rules.marks import VoidMark
from aquacert.certificates.rules.numbering import as_text, parse_range
from aquacert.certificates.rules.numberstock import Act
from aquacert.certificates.rules.states import NumberState, Stage
from aquacert.kernel.errors import Conflict, Invalid
from aquacert.kernel.work import Work

MOST_AT_ONCE = 10_000
"""Every void number gets a row of its own; more than this in one act is a slip of the pen."""
QUIET = timedelta(seconds=60)
"""A reserved number younger than this may still become a certificate."""


def void_unused(w: Work, segment_id: UUID, *, first: str, last: str, because: str) -> int:
    """Make free numbers of a segment void (误印, 遗失); return how many.

    Raises `Invalid` without a reason, for more than 10,000, or unless all of them are free.
    """
    row = w.get_for_change(NumberSegment, segment_id)
    not_from_above(w, row.holder_id)
    reason = because.strip()
    if not reason:
        raise Invalid("作废要写明原因。", because="请写明原因。")
    numbers = parse_range(first, last, province=w.settings.province)
    if numbers.size > MOST_AT_ONCE:
        raise Invalid("一次作废太多。", last=f"一次最多作废 {MOST_AT_ONCE} 个号，请分次办理。")
    ledger.cut_out(w, row, numbers)
    ledger.void_rows(w, row, numbers, reason)
    giver = ledger.holder_of(row)
    ledger.write(w, Act.VOID, row, numbers, giver=giver, taker=None, because=reason)
    w.record(
        UnusedVoided(as_text(numbers.first), as_text(numbers.last), reason),
        on=row,
        county=row.division_code,
        reason=reason,
    )
    outside.after_commit(w, str(VoidMark(numbers.first, numbers.last)))
    return numbers.size


def void_orphan(w: Work, number_id: UUID, *, because: str) -> None:
    """Make a reserved number void of which nothing came for a minute.

    Raises `Conflict` while it may still become a certificate or when it is settled already,
    `NotFound` out of the actor's scope.
    """
    row = w.get_for_change(CertificateNumber, number_id)
    if row.state != NumberState.RESERVED.value:
        raise Conflict("这个证号的状态已经变了，请刷新。")
    planned = select(Issuance.id).where(
        Issuance.number == row.number, Issuance.stage == Stage.PLANNED.value
    )
    if row.reserved_at > w.now - QUIET or w.one(planned) is not None:
        raise Conflict("这个号可能还在签发，一分钟后系统会自己清理，请过一会儿再看。")
    void_reserved(w, row.number, because.strip(), county=row.county)


def void_used_many(w: Work, wanted: Collection[str], because: str) -> int:
    """Make the numbers of certificates void, each with its line in the ledger; return how many.

    For many at once (a recall): one statement a table. A number that is not in use stays as it is,
    for one row that was tampered with must not stop a recall; the check finds it.
    """
    if not because.strip():
        raise Invalid("作废要写明原因。", because="请写明原因。")
    if not wanted:
        return 0
    connection = w.session.connection()
    settled = connection.execute(
        update(NUMBERS)
        .where(NUMBERS.c.number.in_(wanted), NUMBERS.c.state == NumberState.USED.value)
        .values(state=NumberState.VOID.value, because=because, settled_at=w.now)
        .returning(NUMBERS.c.number, NUMBERS.c.segment_id, NUMBERS.c.office_id, NUMBERS.c.county)
    ).all()
    held = select(SEGMENTS.c.id, SEGMENTS.c.kind, SEGMENTS.c.holder_person_id).where(
        SEGMENTS.c.id.in_({row.segment_id for row in settled})
    )
    holders = {row.id: (row.kind, row.holder_person_id) for row in connection.execute(held)}
    lines = [
        void_line(w, row.number, because, row.segment_id, row.office_id, row.county)
        | dict(zip(("kind", "from_person_id"), holders[row.segment_id], strict=True))
        for row in sorted(settled, key=lambda row: str(row.number))
    ]
    if lines:
        connection.execute(VOID_LINE, lines)
    return len(lines)
