"""What a lot began with: hatched here, caught, bought, arrived; followed through splits and moves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from aquacert.hatcheries.models import StockMovement, StockOrigin
from aquacert.hatcheries.rules import Kind
from aquacert.hatcheries.rules.origins import Standing, contest_of
from aquacert.kernel.db import table_of
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

BEGINS = frozenset({Kind.HATCH, Kind.CAPTURE, Kind.PURCHASE, Kind.ARRIVAL})
OUT = (Kind.CORRECTION.value, Kind.DEATH.value, Kind.DISPOSAL.value)
"""What takes refused seed out of a lot again."""
FARTHEST = 20
"""Transfers followed back; a ledger goes round in circles sooner than seed goes so far."""
MOVES, ORIGINS = table_of(StockMovement), table_of(StockOrigin)


class _OfLots:
    """A question about lots: of one, as every declaration asks it, by a statement made once."""

    def __init__(self, statement: Select[*tuple[Any, ...]], lot_id: ColumnElement[UUID]) -> None:
        self.statement, self.lot_id = statement, lot_id
        self.of_one = Quick(statement.where(lot_id == bindparam("lot")))

    def of(self, look: Look, lot_ids: Collection[UUID]) -> Sequence[Any]:
        """Return the rows of these lots."""
        if len(lot_ids) == 1:
            return look.rows(self.of_one, lot=next(iter(lot_ids)))
        return look.session.execute(self.statement.where(self.lot_id.in_(lot_ids))).all()


MOVED_IN = _OfLots(
    select(MOVES.c.lot_id, MOVES.c.other_lot_id)
    .where(
        MOVES.c.kind == Kind.TRANSFER.value,
        MOVES.c.quantity > 0,
        MOVES.c.other_lot_id.is_not(None),
    )
    .distinct(),
    MOVES.c.lot_id,
)
DOUBTFUL = _OfLots(
    select(
        ORIGINS.c.lot_id,
        ORIGINS.c.certificate_number,
        ORIGINS.c.standing,
        ORIGINS.c.because,
        ORIGINS.c.judged_at,
        MOVES.c.quantity,
        MOVES.c.position,
    )
    .join(MOVES, MOVES.c.id == ORIGINS.c.movement_id)
    .where(
        or_(
            ORIGINS.c.standing == Standing.MISMATCHED.value,
            ORIGINS.c.standing == Standing.REFUSED.value,
        )
    )
    .order_by(ORIGINS.c.id),
    ORIGINS.c.lot_id,
)


def beginnings(look: Look, lot_ids: Collection[UUID]) -> Mapping[UUID, frozenset[Kind]]:
    """Return how the seed of each lot came into the ledgers; empty for a lot that says nothing.

    What came from another lot counts as what that one began with.
    """
    if not lot_ids:
        return {}
    behind = lots_behind(look, lot_ids)
    rows = look.session.execute(
        select(StockMovement.lot_id, StockMovement.kind)
        .where(
            StockMovement.lot_id.in_({one for found in behind.values() for one in found}),
            StockMovement.kind.in_([one.value for one in BEGINS]),
        )
        .distinct()
    ).all()
    return {
        lot_id: frozenset(Kind(kind) for one, kind in rows if one in found)
        for lot_id, found in behind.items()
    }


def contested(look: Look, lot_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return each lot that holds bought seed whose certificate does not hold, with a sentence.

    The purchase may lie in a lot from which this one was split or moved. A refused purchase is
    over once as much was taken out again (died, destroyed, counted off) as had been bought, or once
    the lot was empty: part of it may have died before it was judged, or lie in another lot.
    """
    behind = lots_behind(look, lot_ids)
    doubtful = DOUBTFUL.of(look, {one for found in behind.values() for one in found})
    told: dict[UUID, str] = {}
    for lot_id, found in behind.items():
        for row in doubtful:
            if row.lot_id in found and not (
                row.standing == Standing.REFUSED.value
                and (
                    _taken_out(look, found, row.judged_at) >= row.quantity
                    or _was_empty(look, lot_id, row.position if row.lot_id == lot_id else 0)
                )
            ):
                told.setdefault(
                    lot_id, contest_of(row.certificate_number, Standing(row.standing), row.because)
                )
    return told


def lots_behind(look: Look, lot_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return for each lot itself and every lot that seed in it came from."""
    asked = list(dict.fromkeys(lot_ids))
    sources: dict[UUID, set[UUID]] = {}
    todo = set(asked)
    for _step in range(FARTHEST):
        if not todo:
            break
        sources |= {one: set() for one in todo}
        for row in MOVED_IN.of(look, todo):
            sources[row.lot_id].add(row.other_lot_id)
        todo = {other for one in todo for other in sources[one]} - sources.keys()
    return {one: _all(one, sources) for one in asked}


def _all(lot_id: UUID, sources: Mapping[UUID, set[UUID]]) -> set[UUID]:
    seen, todo = {lot_id}, [lot_id]
    while todo:
        further = sources.get(todo.pop(), set()) - seen
        seen |= further
        todo += further
    return seen


def _taken_out(look: Look, lot_ids: Collection[UUID], since: object) -> int:
    total = look.session.scalar(
        select(func.coalesce(func.sum(-StockMovement.quantity), 0)).where(
            StockMovement.lot_id.in_(lot_ids),
            StockMovement.kind.in_(OUT),
            StockMovement.quantity < 0,
            StockMovement.at >= since,
        )
    )
    return int(total or 0)


def _was_empty(look: Look, lot_id: UUID, bought_at: int) -> bool:
    """Say whether the lot held nothing since such seed can last have come into it.

    That is by the purchase itself (its position in this lot's ledger, else 0) or from another lot.
    """
    ledger = select(func.max(StockMovement.position)).where(StockMovement.lot_id == lot_id)
    came = look.session.scalar(
        ledger.where(StockMovement.kind == Kind.TRANSFER.value, StockMovement.quantity > 0)
    )
    empty = look.session.scalar(ledger.where(StockMovement.balance == 0))
    return empty is not None and empty > max(bought_at, came or 0)
