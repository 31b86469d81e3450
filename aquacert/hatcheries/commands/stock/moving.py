"""Seed moves between lots: a transfer, a split into another pond, a whole lot to another farm.

Each is two entries of one sum, one out and one in, that name each other's lot.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from aquacert.hatcheries.commands.stock.holding import check_free
from aquacert.hatcheries.commands.stock.posting import (
    About,
    Entry,
    hold_lots,
    locked,
    own_lot,
    post,
)
from aquacert.hatcheries.models import Hatchery, Lot, Pond
from aquacert.hatcheries.rules import Kind, Step, happened
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work


def transfer_stock(
    w: Work,
    from_lot_id: UUID,
    to_lot_id: UUID,
    quantity: int,
    reason: str,
    *,
    happened_on: date | None = None,
) -> None:
    """Move seed between two lots of one hatchery, one species and unit: two entries, one sum."""
    hold_lots(w, (from_lot_id, to_lot_id))
    source, target = own_lot(w, from_lot_id), own_lot(w, to_lot_id)
    check_free(w, from_lot_id)
    alike = ("hatchery_id", "species_code", "unit")
    if from_lot_id == to_lot_id or any(
        getattr(source, name) != getattr(target, name) for name in alike
    ):
        raise Invalid("只能转到同一场、同一品种、同一单位的另一批。", to_lot="请另选一批。")
    on = happened(happened_on, w.today)
    write_both(w, source, target, quantity, About(reason, happened_on=on))


def split_lot(
    w: Work,
    lot_id: UUID,
    *,
    to_pond_id: UUID,
    quantity: int,
    reason: str,
    happened_on: date | None = None,
) -> UUID:
    """Put a part (or all) of a lot into another pond as a lot of its own; return the new lot."""
    hatchery_id = w.get(Lot, lot_id).hatchery_id
    w.get_for_change(Hatchery, hatchery_id)  # serials of lots are given under this lock
    pond = w.get(Pond, to_pond_id)
    source = own_lot(w, lot_id)
    if pond.hatchery_id != hatchery_id:
        raise Invalid("这个塘口不是本场的。", pond="请选本场的塘口。")
    check_used(pond)
    check_free(w, lot_id)
    if pond.id == source.pond_id:
        raise Invalid("已经在这个塘口里。", pond="分塘要分到另一个塘口。")
    on = happened(happened_on, w.today)
    new = copy_lot(w, lot_id, pond)
    write_both(w, source, locked(w, new), quantity, About(reason, on, Step.SPLIT))
    return new


def move_lot(w: Work, lot_id: UUID, to_pond_id: UUID, because: str) -> UUID:
    """Move everything a lot holds into another pond, of this farm or another; return the new lot.

    For farms that merge: the old lot stays with its ledger at zero, the new one begins with what
    moved. Both farms must be the actor's to see. An empty lot moves as an empty lot, without entry.
    """
    pond = w.get(Pond, to_pond_id)
    w.get_for_change(Hatchery, pond.hatchery_id)
    lot = locked(w, lot_id)
    w.get(Hatchery, lot.hatchery_id)
    new = copy_lot(w, lot_id, pond)
    if lot.balance:
        write_both(w, lot, locked(w, new), lot.balance, About(because, step=Step.MOVE))
    return new


def write_both(
    w: Work,
    source: Any,  # noqa: ANN401 (see `locked`)
    target: Any,  # noqa: ANN401
    quantity: int,
    about: About,
) -> tuple[Entry, Entry]:
    """Write the two entries of a transfer between two lots that `locked` returned."""
    if quantity <= 0:
        raise Invalid("数量要大于 0。", quantity="请填大于 0 的整数。")
    out = About(about.reason, about.happened_on, about.step, target.id)
    into = About(about.reason, about.happened_on, about.step, source.id)
    return (
        post(w, source, Kind.TRANSFER, -quantity, out),
        post(w, target, Kind.TRANSFER, quantity, into),
    )


def copy_lot(w: Work, lot_id: UUID, pond: Pond) -> UUID:
    """Open an empty lot of the same seed in a pond whose hatchery is locked."""
    lot = w.get(Lot, lot_id)
    return w.add(
        Lot(
            id=w.new_id(),
            hatchery_id=pond.hatchery_id,
            pond_id=pond.id,
            number=next_lot_number(w, pond.hatchery_id),
            species_code=lot.species_code,
            variety=lot.variety,
            life_stage=lot.life_stage,
            unit=lot.unit,
            balance=0,
            opened_at=w.now,
            held_for=lot.held_for,
        )
    ).id


def check_used(pond: Pond) -> None:
    """Raise `Invalid` for a pond that the farm no longer uses."""
    if pond.left_on is not None:
        raise Invalid("这个塘口已经停用。", pond="这个塘口已经停用，请先恢复使用。")


def next_lot_number(w: Work, hatchery_id: UUID) -> str:
    """Return the next lot number; the hatchery row is locked, so no two are alike."""
    return serial(w, lots_held(w, hatchery_id))


def lots_held(w: Work, hatchery_id: UUID) -> int:
    """Count the lots a hatchery ever opened."""
    return w.session.scalar(select(func.count()).where(Lot.hatchery_id == hatchery_id)) or 0


def serial(w: Work, held: int) -> str:
    """Return the number of the lot after so many: PL-2605-05."""
    return f"PL-{w.today:%y%m}-{held + 1:02d}"
