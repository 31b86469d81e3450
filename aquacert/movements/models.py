"""Tables of movements: one row per certificate's goods, and the checks they met on the road."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from aquacert.movements.rules import Outcome, State, Via


class Movement(Base):
    """The goods of one certificate between departure and arrival."""

    __tablename__ = "movements"
    __parties__ = {
        "divisions": ("origin_code", "destination_code"),
        "organisations": ("organisation_id", "office_id"),
        "people": ("reported_by_id",),
    }
    __table_args__ = (
        state_check("state", State),
        state_check("via", Via),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received IS NULL OR received > 0", name="received"),
        CheckConstraint("state <> 'arrived' OR arrived_at IS NOT NULL", name="arrived"),
        Index("ix_movements_state_due", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    """The certificate's own id: one movement per certificate."""
    number: Mapped[str]
    public_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    load_id: Mapped[UUID]
    declaration_no: Mapped[str]
    farm: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    origin_code: Mapped[str]
    destination_code: Mapped[str] = mapped_column(index=True)
    species_code: Mapped[str]
    species: Mapped[str]
    quantity: Mapped[int]
    unit: Mapped[str]
    plate: Mapped[str] = mapped_column(index=True)
    departs_at: Mapped[datetime]
    expected_at: Mapped[datetime]
    """End of the declared journey, within the certificate's validity."""
    due_at: Mapped[datetime]
    """When the arrival must have been reported."""
    due_rule: Mapped[str]
    """The rule behind `due_at` in words; empty when none binds."""
    state: Mapped[str]
    arrived_at: Mapped[datetime | None]
    reported_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    reported_by: Mapped[str]
    """Role of whoever reported; never a name."""
    via: Mapped[str | None]
    received: Mapped[int | None]
    place_confirmed: Mapped[bool | None]
    note: Mapped[str]
    problem: Mapped[str]
    absent_because: Mapped[str]
    reminded_at: Mapped[datetime | None]

    def search_text(self) -> str:
        """Found by number, declaration, farm, species and plate."""
        return f"{self.number} {self.declaration_no} {self.farm} {self.species} {self.plate}"


class MovementCheck(Base):
    """What a checkpoint found and decided. Append-only."""

    __tablename__ = "movement_checks"
    __parties__ = None
    __table_args__ = (
        state_check("outcome", Outcome),
        CheckConstraint("place <> ''", name="place"),
        Index("ix_movement_checks_by", "by_id", "checked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    movement_id: Mapped[UUID] = mapped_column(ForeignKey("movements.id"), index=True)
    outcome: Mapped[str]
    place: Mapped[str]
    points: Mapped[list[Any]] = mapped_column(Json)
    """What did not match (rules.Point)."""
    note: Mapped[str]
    standing: Mapped[str]
    """What the certificate was worth at that moment."""
    checked_at: Mapped[datetime]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    by: Mapped[str]
