"""Lots, the append-only ledger of their movements, what was bought, and workbooks read in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.hatcheries.rules import ImportState, Kind, Standing, Unit
from aquacert.kernel.db import Base, Json, state_check


class Lot(Base):
    """Seed of one species, variety and stage in one pond. `balance` is the ledger's running sum."""

    __tablename__ = "lots"
    __table_args__ = (
        state_check("unit", Unit),
        CheckConstraint("balance >= 0", name="balance"),
        UniqueConstraint("hatchery_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"), index=True)
    pond_id: Mapped[UUID] = mapped_column(ForeignKey("ponds.id"), index=True)
    number: Mapped[str]
    """Serial of the lot within its hatchery: PL-2605-05."""
    species_code: Mapped[str]
    variety: Mapped[str]
    life_stage: Mapped[str]
    unit: Mapped[str]
    balance: Mapped[int]
    opened_at: Mapped[datetime]
    held_for: Mapped[UUID | None]
    """The order of treatment (检疫处理) that this lot stands under: nothing leaves it alive."""


class StockMovement(Base):
    """One ledger entry, append-only by trigger. `quantity` is signed, `balance` is after it."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        state_check("kind", Kind),
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("balance >= 0", name="balance"),
        UniqueConstraint("lot_id", "position"),
        # A certificate takes from a lot once, and its void gives back once: whatever is retried.
        Index(
            "uq_stock_movements_certificate",
            "certificate_id",
            "lot_id",
            "kind",
            unique=True,
            sqlite_where=text("certificate_id IS NOT NULL"),
            postgresql_where=text("certificate_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"))
    position: Mapped[int]
    """1, 2, 3 … within the lot, without a gap."""
    kind: Mapped[str]
    quantity: Mapped[int]
    balance: Mapped[int]
    reason: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    certificate_id: Mapped[UUID | None]
    step: Mapped[str | None]
    """What a transfer was for people: a split, a move to another pond or farm; else None."""
    other_lot_id: Mapped[UUID | None]
    """The other end of a transfer."""
    happened_on: Mapped[date | None]
    """Legal day on which it happened, when somebody said another than the day it was written."""
    import_id: Mapped[UUID | None]
    """The workbook it was read from."""


class StockOrigin(Base):
    """The certificate that bought seed travelled with, and how far it was checked."""

    __tablename__ = "stock_origins"
    __table_args__ = (
        state_check("standing", Standing),
        UniqueConstraint("movement_id"),
        Index("ix_stock_origins_hatchery_standing", "hatchery_id", "standing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID] = mapped_column(ForeignKey("stock_movements.id"))
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"), index=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"))
    certificate_number: Mapped[str] = mapped_column(index=True)
    certificate_id: Mapped[UUID | None]
    """Our own certificate of that number, once our records were asked."""
    standing: Mapped[str]
    because: Mapped[str]
    booked_at: Mapped[datetime]
    judged_at: Mapped[datetime | None]
    judged_by_id: Mapped[UUID | None]


class StockImport(Base):
    """A workbook of movements: read and judged first, then booked row by row, each row once."""

    __tablename__ = "stock_imports"
    __table_args__ = (
        state_check("state", ImportState),
        CheckConstraint("done >= 0 AND done <= total", name="done"),
        UniqueConstraint("hatchery_id", "digest"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"))
    digest: Mapped[str]
    """SHA-256 of what the rows say, so that a workbook saved again is still the same one."""
    name: Mapped[str]
    state: Mapped[str]
    total: Mapped[int]
    done: Mapped[int]
    """Rows booked; the next one to book is row `done` of the plan."""
    plan: Mapped[list[Any]] = mapped_column(Json, deferred=True)
    faults: Mapped[list[Any]] = mapped_column(Json, deferred=True)
    fault_count: Mapped[int]
    again: Mapped[list[Any]] = mapped_column(Json)
    """Rows that an earlier workbook booked already: passed over."""
    because: Mapped[str]
    """Why it stopped, when it did."""
    read_at: Mapped[datetime]
    read_by_id: Mapped[UUID | None]
    started_by_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
