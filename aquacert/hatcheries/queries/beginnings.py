"""What a lot began with: hatched here, caught, bought, arrived; followed through splits and moves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, select

from aquacert.hatcheries.models import StockMovement, StockOrigin
from aquacert.hatcheries.rules import Kind
from aquacert.hatcheries.rules.origins import Standing, contest_of
from aquacert.kernel.work import Look

BEGINS = frozenset({Kind.HATCH, Kind.CAPTURE, Kind.PURCHASE, Kind.ARRIVAL})
OUT = (Kind.CORRECTION.value, Kind.DEATH.value, Kind.DISPOSAL.value)
"""What takes refused seed out of a lot again."""
FARTHEST = 20
"""Transfers followed back; a ledger goes round in circles sooner than seed goes so far."""


def beginnings(look: Look, lot_ids: Collection[UUID]) -> Mapping[UUID, frozenset[Kind]]:
    """Return how the seed of each lot came into the ledgers; empty for a lot that says nothing.

    What came from another lot counts as what that one began with.
    """
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
    over once as much was taken out again (died, destroyed, counted off) as had been bought.
    """
    behind = lots_behind(look, lot_ids)
    doubtful = look.session.execute(
        select(
            StockOrigin.lot_id,
            StockOrigin.certificate_number,
            StockOrigin.standing,
            StockOrigin.because,
            StockOrigin.judged_at,
            StockMovement.quantity,
        )
        .join(StockMovement, StockMovement.id == StockOrigin.movement_id)
        .where(
            StockOrigin.lot_id.in_({one for found in behind.values() for one in found}),
            StockOrigin.standing.in_([Standing.MISMATCHED.value, Standing.REFUSED.value]),
        )
        .order_by(StockOrigin.id)
    ).all()
    told: dict[UUID, str] = {}
    for lot_id, found in behind.items():
        for row in doubtful:
            if row.lot_id in found and not (
                row.standing == Standing.REFUSED.value
                and _taken_out(look, found, row.judged_at) >= row.quantity
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
        rows = look.session.execute(
            select(StockMovement.lot_id, StockMovement.other_lot_id)
            .where(
                StockMovement.lot_id.in_(todo),
                StockMovement.kind == Kind.TRANSFER.value,
                StockMovement.quantity > 0,
                StockMovement.other_lot_id.is_not(None),
            )
            .distinct()
        )
        for lot_id, other in rows:
            if other is not None:
                sources[lot_id].add(other)
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
