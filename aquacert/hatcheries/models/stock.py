"""Lots and the append-only ledger of their movements."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.hatcheries.rules import Kind, Unit
from aquacert.kernel.db import Base, state_check


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
