"""Whether the stock ledger still adds up: for the nightly check."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, select

from aquacert.hatcheries.models import Lot, StockMovement
from aquacert.hatcheries.rules import Kind
from aquacert.kernel.work import Look


def taken_by(look: Look, certificate_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Return how much each of these certificates took from stock, voids not counted back."""
    rows = look.session.execute(
        select(StockMovement.certificate_id, func.sum(StockMovement.quantity))
        .where(
            StockMovement.certificate_id.in_(certificate_ids),
            StockMovement.kind == Kind.CERTIFICATE.value,
        )
        .group_by(StockMovement.certificate_id)
    )
    return {one: -int(total) for one, total in rows if one is not None}


def unbalanced(look: Look) -> list[tuple[UUID, int, int]]:
    """Return (lot, its balance, sum of its entries) of every lot whose balance is not the sum."""
    total = func.coalesce(func.sum(StockMovement.quantity), 0)
    rows = look.session.execute(
        select(Lot.id, Lot.balance, total)
        .outerjoin(StockMovement, StockMovement.lot_id == Lot.id)
        .group_by(Lot.id, Lot.balance)
        .having(Lot.balance != total)
    )
    return [(lot, int(balance), int(found)) for lot, balance, found in rows]
