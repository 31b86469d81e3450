"""A lot under treatment (检疫处理) is held: nothing leaves it alive until its order is closed.

So is a lot of which a batch is isolated as a suspected epidemic, for the check that isolated it,
until that is lifted or the order takes the hold over: what swims with it is as suspect.

What dies or is disposed of still leaves the ledger, and what was counted wrong is still corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import Hatchery, Lot
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Work

HELD = "这批苗种正在检疫处理，处理完、复查合格以前不能转塘、分塘，也不能出证。"


@dataclass(frozen=True)
class LotHeld(Fact):
    """A lot was held because of an order of treatment."""

    tag: ClassVar[str] = "hatcheries:lot:hold"
    title: ClassVar[str] = "存塘批次因检疫处理暂停流动"
    lot: str
    order_id: UUID


@dataclass(frozen=True)
class LotFreed(Fact):
    """A lot is no longer held."""

    tag: ClassVar[str] = "hatcheries:lot:free"
    title: ClassVar[str] = "存塘批次恢复流动"
    lot: str
    order_id: UUID


def hold_lot(w: Work, lot_id: UUID, order_id: UUID, *, instead_of: UUID | None = None) -> None:
    """Hold a lot for an order; a lot that is held already stays held for the first one.

    `instead_of`: the check that isolated it, whose hold the order takes over.
    """
    lot = w.get_for_change(Lot, lot_id)
    if lot.held_for not in {None, instead_of}:
        return
    lot.held_for = order_id
    w.record(LotHeld(lot.number, order_id), on=lot, county=_county(w, lot))


def free_lot(w: Work, lot_id: UUID, order_id: UUID, *, next_order_id: UUID | None = None) -> None:
    """Free the lot that was held for this order, or hand it to another order still open.

    With it whatever lot its seed went on into under the same order, when two farms became one:
    nobody else would ever free that.
    """
    w.get(Lot, lot_id)
    held = select(Lot).where(Lot.held_for == order_id).order_by(Lot.id)
    for lot in w.scalars(held.with_for_update().execution_options(populate_existing=True)):
        lot.held_for = next_order_id
        county = _county(w, lot)
        if next_order_id is None:
            w.record(LotFreed(lot.number, order_id), on=lot, county=county)
        else:
            w.record(LotHeld(lot.number, next_order_id), on=lot, county=county)


def check_free(w: Work, lot_id: UUID) -> None:
    """Raise `NotAllowedNow` for a lot (locked by the caller) that is under treatment."""
    if w.session.scalar(select(Lot.held_for).where(Lot.id == lot_id)) is not None:
        raise NotAllowedNow(HELD)


def _county(w: Work, lot: Lot) -> str:
    return w.session.get_one(Hatchery, lot.hatchery_id).division_code
