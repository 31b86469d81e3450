"""Tables of what follows a failed batch: its order, who took it, each step, disposals, its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.inspections.models.checks import BatchCheck
from aquacert.inspections.rules.treatment import CaseState, ReceiptWay, Remedy, StepKind
from aquacert.kernel.db import Base, Encrypted, Json, state_check


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


class TreatmentCase(Base):
    """Where an order stands: open until the batch is well again, disposed of, or handed over."""

    __tablename__ = "treatment_cases"
    __parties__ = BatchCheck.__parties__
    __table_args__ = (
        state_check("remedy", Remedy),
        state_check("state", CaseState),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
        UniqueConstraint("order_id"),
        Index("ix_treatment_cases_lot_id_state", "lot_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("treatment_orders.id"))
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"))
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    vet_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    remedy: Mapped[str]
    state: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    because: Mapped[str]


class NoticeReceipt(Base):
    """Who took the notice and how: his own account, his signature, or refused before witnesses.

    Append-only by trigger.
    """

    __tablename__ = "notice_receipts"
    __table_args__ = (
        state_check("way", ReceiptWay),
        UniqueConstraint("order_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("treatment_orders.id"))
    way: Mapped[str]
    facts_sha256: Mapped[str]
    """Digest of what the notice said when it was taken."""
    name: Mapped[str | None] = mapped_column(Encrypted)
    """Of who signed, as he wrote it, or of the witnesses; a natural person's name."""
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    """The drawn signature, or the photograph of the signed copy or of how it was left there."""
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]


class TreatmentStep(Base):
    """One thing done under an order, by the farm or the vet, with its picture. Append-only."""

    __tablename__ = "treatment_steps"
    __table_args__ = (
        state_check("kind", StepKind),
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity"),
        Index("ix_treatment_steps_order_id", "order_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("treatment_orders.id"))
    kind: Mapped[str]
    note: Mapped[str]
    quantity: Mapped[int | None]
    """How many died, for a step that says so; in the order's unit."""
    done_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by: Mapped[str]
    """The label of who wrote it, never a name."""
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))


class Redeclaration(Base):
    """A declaration made again after a treatment. Append-only."""

    __tablename__ = "redeclarations"
    __table_args__ = (UniqueConstraint("order_id", "declaration_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("treatment_orders.id"))
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    at: Mapped[datetime]


class DisposalPhoto(Base):
    """A photograph of a disposal done under the vet's eyes. Append-only."""

    __tablename__ = "disposal_photos"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    disposal_id: Mapped[UUID] = mapped_column(ForeignKey("disposals.id"), index=True)
    original_sha256: Mapped[str] = mapped_column(unique=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))


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
