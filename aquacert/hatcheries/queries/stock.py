"""What is in the ponds: lots, balances and the ledger behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.hatcheries.models import Hatchery, Lot, Pond, StockMovement
from aquacert.hatcheries.rules.outline import by_number
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Pages
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

LOTS, PONDS = table_of(Lot), table_of(Pond)
LOTS_OF_FARM = Quick(
    select(
        *(column for column in LOTS.c if column.name != "hatchery_id"),
        PONDS.c.name.label("pond_name"),
    )
    .join(PONDS, PONDS.c.id == LOTS.c.pond_id)
    .where(LOTS.c.hatchery_id == bindparam("farm"))
)
BALANCE = Quick(select(LOTS.c.balance).where(LOTS.c.id == bindparam("lot")))


@dataclass(frozen=True)
class LotLine:
    """One lot as pages show it."""

    lot_id: UUID
    number: str
    pond_name: str
    species_code: str
    species_name: str
    variety: str
    life_stage: str
    unit: str
    balance: int
    pond_id: UUID
    opened_at: datetime
    is_treated: bool = False
    """It stands under an order of treatment: nothing of it may be declared or moved."""


@dataclass(frozen=True)
class Stock:
    """What a farm holds: its lots by pond (empty ones too) and the sums by species and unit."""

    lots: tuple[LotLine, ...]
    totals: Mapping[tuple[str, str], int]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is left: no lot holds anything."""
        return not self.totals


def stock_of(look: Look, hatchery_id: UUID) -> Stock:
    """Return what a farm holds now."""
    found = lots(look, hatchery_id)
    totals: dict[tuple[str, str], int] = {}
    for one in found:
        if one.balance:
            key = (one.species_name, one.unit)
            totals[key] = totals.get(key, 0) + one.balance
    return Stock(tuple(found), totals)


def balance(look: Look, lot_id: UUID) -> int:
    """Return how much a lot holds now."""
    lot = look.row(BALANCE, lot=lot_id)
    if lot is None:
        raise NotFound
    return int(lot.balance)


def lots(look: Look, hatchery_id: UUID) -> list[LotLine]:
    """Return every lot of a hatchery by pond, empty ones too."""
    found = look.rows(LOTS_OF_FARM, farm=hatchery_id)
    found.sort(key=lambda row: (by_number(row.pond_name), row.number))
    return [_line(look, row, row.pond_name) for row in found]


def lot_lines(look: Look, lot_ids: Collection[UUID]) -> dict[UUID, LotLine]:
    """Return the named lots as lines, by id."""
    rows = look.session.execute(
        select(Lot, Pond).join(Pond, Pond.id == Lot.pond_id).where(Lot.id.in_(lot_ids))
    ).all()
    return {lot.id: _line(look, lot, pond.name) for lot, pond in rows}


def ponds(look: Look, hatchery_id: UUID) -> list[Pond]:
    """Return the ponds of a hatchery by name."""
    found = look.scalars(select(Pond).where(Pond.hatchery_id == hatchery_id))
    return sorted(found, key=lambda pond: by_number(pond.name))


def lot_of(look: Look, lot_id: UUID) -> tuple[Hatchery, Lot]:
    """Return a lot with its hatchery, which must be in scope."""
    lot = look.get(Lot, lot_id)
    return look.get(Hatchery, lot.hatchery_id), lot


def short_by(look: Look, lot_id: UUID) -> int:
    """Return how much more open declarations want of a lot than it holds; 0 when it holds enough."""
    wanted = sum(look.impact("lot", lot_id).values())
    # The column, not the row: entries are written past the rows this unit has read.
    held = look.one(select(Lot.balance).where(Lot.id == lot_id))
    return max(0, wanted - (held or 0))


def ledger(look: Look, lot_id: UUID, number: int = 1) -> Pages[StockMovement]:
    """Return one page of a lot's ledger, newest first."""
    return look.pages(
        select(StockMovement)
        .where(StockMovement.lot_id == lot_id)
        .order_by(StockMovement.position.desc()),
        number,
    )


def entries(look: Look, lot_id: UUID) -> list[StockMovement]:
    """Return a lot's whole ledger in order."""
    return look.scalars(
        select(StockMovement).where(StockMovement.lot_id == lot_id).order_by(StockMovement.position)
    )


def _line(look: Look, lot: Any, pond_name: str) -> LotLine:  # noqa: ANN401 (a lot, or its row)
    return LotLine(
        lot_id=lot.id,
        number=lot.number,
        pond_name=pond_name,
        species_code=lot.species_code,
        species_name=reference.species(look, lot.species_code).name_zh,
        variety=lot.variety,
        life_stage=lot.life_stage,
        unit=lot.unit,
        balance=lot.balance,
        pond_id=lot.pond_id,
        opened_at=lot.opened_at,
        is_treated=lot.held_for is not None,
    )
