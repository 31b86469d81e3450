"""Where seed goes that comes back to a lot of a farm that was merged: to the farm it became."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.commands.stock.moving import copy_lot, write_both
from aquacert.hatcheries.commands.stock.posting import About, locked
from aquacert.hatcheries.models import Hatchery, Lot, Pond, StockMovement
from aquacert.hatcheries.queries.twins import survivor_of
from aquacert.hatcheries.rules import Step
from aquacert.kernel.work import Work

BECAUSE = "登记已合并，作废返还的转到留下的一家"


def heirs_of(w: Work, lot_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return, for each of these lots whose farm was merged, the living lot that follows it.

    Reads past row scope, for a certificate's county need not be the survivor's. Locks the farms, so
    call it before lots are locked and before the first fact. A lot that held nothing when its farm
    was merged has no follower yet: one is opened.
    """
    lots = select(Lot.id, Lot.hatchery_id).where(Lot.id.in_(lot_ids)).order_by(Lot.id)
    farm_of: dict[UUID, UUID] = dict(w.session.execute(lots).all())
    merged = dict(
        w.session.execute(
            select(Hatchery.id, Hatchery.merged_into_id)
            .where(Hatchery.id.in_(farm_of.values()))
            .order_by(Hatchery.id)
            .with_for_update()
        ).all()
    )
    found: dict[UUID, UUID] = {}
    for lot_id, farm_id in farm_of.items():
        into = merged[farm_id]
        if into is not None:
            kept = survivor_of(w, into)
            w.session.execute(select(Hatchery.id).where(Hatchery.id == kept).with_for_update())
            found[lot_id] = _follower(w, lot_id, kept) or copy_lot(
                w, lot_id, _pond(w, lot_id, kept)
            )
    return found


def pass_on(w: Work, lot_id: UUID, heir_id: UUID, quantity: int) -> None:
    """Move what came back on to the lot that `heirs_of` named; both are locked."""
    about = About(BECAUSE, step=Step.MOVE)
    write_both(w, locked(w, lot_id), locked(w, heir_id), quantity, about)


def _follower(w: Work, lot_id: UUID, farm_id: UUID) -> UUID | None:
    """Return the lot of that farm into which this one went when the farms were merged."""
    return w.session.scalar(
        select(Lot.id)
        .join(StockMovement, StockMovement.other_lot_id == Lot.id)
        .where(
            StockMovement.lot_id == lot_id,
            StockMovement.step == Step.MOVE.value,
            Lot.hatchery_id == farm_id,
        )
        .order_by(StockMovement.position.desc())
        .limit(1)
    )


def _pond(w: Work, lot_id: UUID, farm_id: UUID) -> Pond:
    """Return the farm's pond of the same name, on record from now when there is none."""
    name = w.get(Pond, w.get(Lot, lot_id).pond_id).name
    found = w.one(select(Pond).where(Pond.hatchery_id == farm_id, Pond.name == name))
    return found or w.add(Pond(id=w.new_id(), hatchery_id=farm_id, name=name))
