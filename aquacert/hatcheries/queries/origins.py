"""Purchases and the certificates behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.hatcheries.models import Hatchery, Lot, StockMovement, StockOrigin
from aquacert.hatcheries.rules import OPEN, Standing, is_ours
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference


@dataclass(frozen=True, slots=True)
class OriginLine:
    """One purchase and its certificate as the county's list shows it."""

    origin_id: UUID
    hatchery_id: UUID
    farm: str
    lot_id: UUID
    lot: str
    species: str
    quantity: int
    unit: str
    certificate_number: str
    is_ours: bool
    standing: str
    because: str
    booked_at: datetime
    files: tuple[StoredFile, ...]


def origin_in_scope(look: Look, origin_id: UUID) -> StockOrigin:
    """Return a purchase of a farm in scope; raise `NotFound`."""
    found = look.one(
        select(StockOrigin)
        .join(Hatchery, Hatchery.id == StockOrigin.hatchery_id)
        .where(StockOrigin.id == origin_id, look.visible(Hatchery))
    )
    if found is None:
        raise NotFound
    return found


def unsettled(look: Look) -> Select[StockOrigin]:
    """Return the select of what an official still has to look at, oldest first."""
    return (
        select(StockOrigin)
        .join(Hatchery, Hatchery.id == StockOrigin.hatchery_id)
        .where(StockOrigin.standing.in_([one.value for one in OPEN]), look.visible(Hatchery))
        .order_by(StockOrigin.booked_at, StockOrigin.id)
    )


def origin_lines(look: Look, number: int = 1) -> Pages[OriginLine]:
    """Return one page of the purchases whose certificate is not settled."""
    found = look.pages(unsettled(look), number)
    lines = [_line(look, one) for one in found.items]
    return Pages(lines, found.number, found.size, found.total)


def origins_of(look: Look, movement_ids: Collection[UUID]) -> Mapping[UUID, StockOrigin]:
    """Return the certificates behind these entries, by entry."""
    rows = look.scalars(select(StockOrigin).where(StockOrigin.movement_id.in_(movement_ids)))
    return {one.movement_id: one for one in rows}


def doubtful_origins(look: Look, lot_id: UUID) -> list[StockOrigin]:
    """Return a lot's purchases whose certificate is missing, does not match, or was refused."""
    doubtful = (Standing.MISSING, Standing.MISMATCHED, Standing.REFUSED)
    return look.scalars(
        select(StockOrigin)
        .where(StockOrigin.lot_id == lot_id)
        .where(StockOrigin.standing.in_([one.value for one in doubtful]))
        .order_by(StockOrigin.booked_at, StockOrigin.id)
    )


def _line(look: Look, origin: StockOrigin) -> OriginLine:
    lot = look.get(Lot, origin.lot_id)
    return OriginLine(
        origin_id=origin.id,
        hatchery_id=origin.hatchery_id,
        farm=look.get(Hatchery, origin.hatchery_id).name,
        lot_id=lot.id,
        lot=lot.number,
        species=reference.species(look, lot.species_code).name_zh,
        quantity=look.get(StockMovement, origin.movement_id).quantity,
        unit=lot.unit,
        certificate_number=origin.certificate_number,
        is_ours=is_ours(origin.certificate_number, look.settings.province),
        standing=origin.standing,
        because=origin.because,
        booked_at=origin.booked_at,
        files=tuple(look.files_of(origin)),
    )
