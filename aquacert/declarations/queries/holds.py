"""What open declarations hold of a lot, and what is therefore still free to declare."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.declarations.models import Batch, Declaration, Load, LoadLine
from aquacert.declarations.rules.states import OPEN, LoadState
from aquacert.hatcheries.models import Lot
from aquacert.kernel.work import Look

TAKEN = (LoadState.CERTIFIED.value, LoadState.ARRIVED.value)


def held(look: Look, lot_ids: Collection[UUID], but_not: UUID | None = None) -> dict[UUID, int]:
    """Return per lot what open declarations want of it and no certificate has taken yet.

    `but_not` leaves one declaration out: its own hold does not stand in its own way.
    """
    wanted = _by_lot(look, _open(select(Batch.lot_id, func.sum(Batch.quantity)), lot_ids, but_not))
    certified = _open(
        select(Batch.lot_id, func.sum(LoadLine.quantity))
        .join(LoadLine, LoadLine.batch_id == Batch.id)
        .join(Load, Load.id == LoadLine.load_id)
        .where(Load.state.in_(TAKEN)),
        lot_ids,
        but_not,
    )
    gone = _by_lot(look, certified)
    return {lot_id: wanted.get(lot_id, 0) - gone.get(lot_id, 0) for lot_id in lot_ids}


def free(look: Look, lot_ids: Collection[UUID], but_not: UUID | None = None) -> dict[UUID, int]:
    """Return per lot what may still be declared: the balance less what is held, never below 0."""
    holds = held(look, lot_ids, but_not)
    rows = look.session.execute(select(Lot.id, Lot.balance).where(Lot.id.in_(lot_ids)))
    return {row.id: max(0, row.balance - holds.get(row.id, 0)) for row in rows}


def _open(
    statement: Select[UUID, int], lot_ids: Collection[UUID], but_not: UUID | None
) -> Select[UUID, int]:
    statement = statement.join(Declaration, Declaration.id == Batch.declaration_id).where(
        Batch.lot_id.in_(lot_ids), Declaration.state.in_([state.value for state in OPEN])
    )
    if but_not is not None:
        statement = statement.where(Declaration.id != but_not)
    return statement.group_by(Batch.lot_id)


def _by_lot(look: Look, statement: Select[UUID, int]) -> dict[UUID, int]:
    # PostgreSQL sums bigint into numeric; quantities are exact integers here.
    return {lot_id: int(total) for lot_id, total in look.session.execute(statement)}
