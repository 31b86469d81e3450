"""Lots that stand under an order of treatment (检疫处理), and so may neither leave nor be declared."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.hatcheries.models import Lot
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

LOTS = table_of(Lot)
STANDING = Quick(
    select(LOTS.c.balance, LOTS.c.held_for, LOTS.c.number).where(LOTS.c.id == bindparam("lot"))
)


def held_balance(look: Look, lot_id: UUID) -> tuple[int, bool]:
    """Return how much a lot holds now, and whether it is held for a treatment."""
    lot = look.row(STANDING, lot=lot_id)
    if lot is None:
        raise NotFound
    return int(lot.balance), lot.held_for is not None


def under_treatment(look: Look, lot_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return those of these lots that are held, with their numbers."""
    if not lot_ids:
        return {}
    if len(lot_ids) == 1:
        [one] = lot_ids
        row = look.row(STANDING, lot=one)
        return {one: row.number} if row is not None and row.held_for is not None else {}
    held = select(LOTS.c.id, LOTS.c.number).where(
        LOTS.c.id.in_(lot_ids), LOTS.c.held_for.is_not(None)
    )
    return {row.id: row.number for row in look.session.execute(held)}
