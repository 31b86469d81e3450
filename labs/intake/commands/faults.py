"""Non-conformities of reception: opened by what was seen, closed by somebody who says what was done."""

from uuid import UUID

from sqlalchemy import func, select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work
from labs.intake.commands.facts import FaultClosed, FaultOpened
from labs.intake.models import Consignment, NonConformity
from labs.intake.rules import FAULT_MOVES, FaultAct, FaultKind, FaultState
from labs.register.commands import lock_lab


def open_fault(
    w: Work,
    consignment: Consignment,
    kind: FaultKind,
    code: str,
    *,
    reason: str = "",
    item_id: UUID | None = None,
) -> NonConformity:
    """Open a non-conformity and return it; the same thing of the same box has one only."""
    known = w.one(
        select(NonConformity).where(
            NonConformity.consignment_id == consignment.id,
            NonConformity.kind == kind,
            NonConformity.code == code,
        )
    )
    if known is not None:
        return _again(w, known, reason)
    lab_row = lock_lab(w, consignment.lab_id)
    count = w.session.scalar(
        select(func.count())
        .select_from(NonConformity)
        .where(NonConformity.lab_id == consignment.lab_id)
    )
    row = w.add(
        NonConformity(
            id=w.new_id(),
            lab_id=consignment.lab_id,
            consignment_id=consignment.id,
            item_id=item_id,
            number=f"{lab_row.code}-NC{(count or 0) + 1:05d}",
            kind=kind.value,
            code=code,
            reason=reason.strip(),
            state=FaultState.OPEN.value,
            opened_at=w.now,
            opened_by_id=w.actor.person_id,
            done="",
            closed_at=None,
            closed_by_id=None,
        )
    )
    w.record(
        FaultOpened(row.number, row.kind, code),
        on=row,
        county=lab_row.division_code,
        reason=row.reason,
    )
    return row


def close_fault(w: Work, fault_id: UUID, done: str) -> None:
    """Close a non-conformity; raise `Invalid` when nothing is said of what was done."""
    row = w.get_for_change(NonConformity, fault_id)
    if not done.strip():
        raise Invalid("请写明做了什么。", done="例如：已通知送样方重新抽样")
    _close(w, row, done)


def settle_faults(w: Work, item_id: UUID, done: str) -> None:
    """Close what is still open about an item: what was written of its arrival was corrected."""
    for row in w.scalars(
        select(NonConformity).where(
            NonConformity.item_id == item_id,
            NonConformity.kind != FaultKind.EXTRA,
            NonConformity.state == FaultState.OPEN,
        )
    ):
        _close(w, row, done)


def _again(w: Work, row: NonConformity, reason: str) -> NonConformity:
    """Return the one that is known, open again when it had been closed."""
    if row.state == FaultState.CLOSED and row.kind != FaultKind.EXTRA:
        row.done, row.closed_at, row.closed_by_id = "", None, None
        row.reason = reason.strip() or row.reason
        w.move(row, FAULT_MOVES, FaultAct.REOPEN, because=reason)
        w.record(FaultOpened(row.number, row.kind, row.code), on=row, reason=reason)
    return row


def _close(w: Work, row: NonConformity, done: str) -> None:
    row.done = done.strip()
    row.closed_at = w.now
    row.closed_by_id = w.actor.person_id
    w.move(row, FAULT_MOVES, FaultAct.CLOSE, because=row.done)
    w.record(FaultClosed(row.number, row.done), on=row)
