"""Tables of what follows a failed batch: orders of treatment and disposals."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.inspections.models.checks import BatchCheck
from aquacert.kernel.db import Base, Encrypted, Json


class TreatmentOrder(Base):
    """An order of treatment (检疫处理) of one batch that failed; its notice is a filed form.

    Append-only by trigger: what was ordered stands as it was served.
    """

    __tablename__ = "treatment_orders"
    __parties__ = BatchCheck.__parties__
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        UniqueConstraint("check_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("batch_checks.id"))
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    vet_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    quantity: Mapped[int]
    unit: Mapped[str]
    law: Mapped[str]
    """Laws cited to article, paragraph and item."""
    measures: Mapped[list[Any]] = mapped_column(Json)
    method: Mapped[str]
    """How what is dead is made harmless; empty when nothing is."""
    ordered_at: Mapped[datetime]


class Disposal(Base):
    """A disposal (无害化处理) under an order, with the ledger entry that took it from the stock.

    Append-only by trigger.
    """

    __tablename__ = "disposals"
    __parties__ = BatchCheck.__parties__
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("treatment_orders.id"), index=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    vet_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    movement_id: Mapped[UUID] = mapped_column(ForeignKey("stock_movements.id"), unique=True)
    quantity: Mapped[int]
    unit: Mapped[str]
    method: Mapped[str]
    place: Mapped[str]
    operator: Mapped[str | None] = mapped_column(Encrypted)
    """Who did it, a natural person's name."""
    note: Mapped[str]
    done_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
