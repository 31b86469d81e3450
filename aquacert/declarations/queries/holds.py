"""What open declarations hold of a lot, and what is therefore still free to declare."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select

from aquacert.declarations.models import Batch, Declaration, Load, LoadLine
from aquacert.declarations.rules.states import OPEN, LoadState
from aquacert.hatcheries.models import Lot
from aquacert.kernel.db import table_of
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

NOBODY = UUID(int=0)
PAPERS, BATCHES, LOTS = table_of(Declaration), table_of(Batch), table_of(Lot)
LOADS, LINES = table_of(Load), table_of(LoadLine)
_IS_OPEN = or_(*(PAPERS.c.state == state.value for state in sorted(OPEN)))
_OF_OTHERS = (BATCHES.c.lot_id == bindparam("lot"), PAPERS.c.id != bindparam("but_not"))
_WANTED = (
    select(func.sum(BATCHES.c.quantity).label("total"))
    .join(PAPERS, PAPERS.c.id == BATCHES.c.declaration_id)
    .where(_IS_OPEN)
)
_GONE = (
    select(func.sum(LINES.c.quantity).label("total"))
    .join(BATCHES, BATCHES.c.id == LINES.c.batch_id)
    .join(PAPERS, PAPERS.c.id == BATCHES.c.declaration_id)
    .join(LOADS, LOADS.c.id == LINES.c.load_id)
    .where(
        _IS_OPEN,
        or_(
            LOADS.c.state == LoadState.CERTIFIED.value,
            LOADS.c.state == LoadState.ARRIVED.value,
        ),
    )
)
_BALANCE = select(LOTS.c.id, LOTS.c.balance)
WANTED, GONE = Quick(_WANTED.where(*_OF_OTHERS)), Quick(_GONE.where(*_OF_OTHERS))
BALANCE = Quick(_BALANCE.where(LOTS.c.id == bindparam("lot")))


def held(look: Look, lot_ids: Collection[UUID], but_not: UUID | None = None) -> dict[UUID, int]:
    """Return per lot what open declarations want of it and no certificate has taken yet.

    `but_not` leaves one declaration out: its own hold does not stand in its own way.
    """
    out = but_not or NOBODY
    return {
        lot_id: _total(look, WANTED, lot_id, out) - _total(look, GONE, lot_id, out)
        for lot_id in lot_ids
    }


def free(look: Look, lot_ids: Collection[UUID], but_not: UUID | None = None) -> dict[UUID, int]:
    """Return per lot what may still be declared: the balance less what is held, never below 0."""
    holds = held(look, lot_ids, but_not)
    found = {lot_id: look.row(BALANCE, lot=lot_id) for lot_id in lot_ids}
    return {
        lot_id: max(0, int(row.balance) - holds[lot_id])
        for lot_id, row in found.items()
        if row is not None
    }


def free_each(look: Look, wanted: Mapping[UUID, Collection[UUID]]) -> dict[UUID, dict[UUID, int]]:
    """Return the same for several declarations, by id: in three questions, however many.

    `wanted` says which lots each of them names; its own hold does not stand in its own way.
    """
    lots = {lot for some in wanted.values() for lot in some}
    rows = look.session.execute(_BALANCE.where(LOTS.c.id.in_(lots)))
    balances = {row.id: int(row.balance) for row in rows}
    holds: dict[UUID, dict[UUID, int]] = {}
    for statement, sign in ((_WANTED, 1), (_GONE, -1)):
        each = (
            statement.add_columns(BATCHES.c.lot_id, PAPERS.c.id.label("paper_id"))
            .where(BATCHES.c.lot_id.in_(lots))
            .group_by(BATCHES.c.lot_id, PAPERS.c.id)
        )
        for row in look.session.execute(each):
            of_lot = holds.setdefault(row.lot_id, {})
            of_lot[row.paper_id] = of_lot.get(row.paper_id, 0) + sign * int(row.total or 0)
    return {
        paper: {
            lot: max(0, balances[lot] - sum(holds.get(lot, {}).values()) + _own(holds, lot, paper))
            for lot in some
            if lot in balances
        }
        for paper, some in wanted.items()
    }


def _own(holds: Mapping[UUID, Mapping[UUID, int]], lot_id: UUID, paper_id: UUID) -> int:
    return holds.get(lot_id, {}).get(paper_id, 0)


def _total(look: Look, statement: Quick, lot_id: UUID, but_not: UUID) -> int:
    # PostgreSQL sums bigint into numeric; quantities are exact integers here.
    row = look.row(statement, lot=lot_id, but_not=but_not)
    return int(row.total or 0)
