"""Tables of the declarations: the paper itself, its batches and loads, serials of a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.declarations.rules.answers import Mode, Purpose, Source
from aquacert.declarations.rules.states import LabStage, LoadState, State
from aquacert.hatcheries.rules import Unit
from aquacert.kernel.db import Base, Encrypted, Json, state_check

LISTS: Mapping[str, tuple[str, ...]] = {
    "all_closed": (),
    "origin_closed": ("origin_code",),
    "office_closed": ("office_id",),
    "organisation_closed": ("organisation_id",),
    "vet_closed": ("vet_id",),
    "declared_by_closed": ("declared_by_id",),
}
"""Name of a list's index → the party it begins with."""


class Declaration(Base):
    """One 检疫申报单 from draft to its end, with the office's answer and the running clock."""

    __tablename__ = "declarations"
    __parties__ = {
        "divisions": ("origin_code",),
        "organisations": ("organisation_id", "office_id"),
        "people": ("vet_id", "declared_by_id"),
    }
    __table_args__ = (
        state_check("state", State),
        state_check("testing", LabStage),
        # A paper that left the draft has its number, its office and the statement behind it.
        CheckConstraint(
            "state IN ('draft', 'withdrawn') OR"
            " (number IS NOT NULL AND submitted_at IS NOT NULL AND statement_at IS NOT NULL)",
            name="submitted",
        ),
        CheckConstraint("vet_id IS NULL OR vet_id <> declared_by_id", name="vet_is_another"),
        UniqueConstraint("number"),
        Index("ix_declarations_queue", "origin_code", "state", "answer_due_at"),
        Index("ix_declarations_organisation_state", "organisation_id", "state"),
        # One index a party, in the order of the lists, and with all that a count asks for, so
        # that it reads no row at all: see queries/queue.py.
        *(
            Index(f"ix_declarations_{name}", *first, "state", "closed_at", "id", "answer_due_at")
            for name, first in LISTS.items()
        ),
        Index("ix_declarations_visit_at", "visit_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str | None]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"), index=True)
    hatchery_name: Mapped[str]
    origin_code: Mapped[str]
    origin_place: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    declared_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    is_proxy: Mapped[bool]
    """Filled in by the office for the owner (代办); then `declared_by_id` is the proxy."""
    state: Mapped[str]
    testing: Mapped[str]
    answers: Mapped[str] = mapped_column(Encrypted)
    """What was typed, as JSON: names and phones are in it, so it lies encrypted."""
    pending: Mapped[str | None] = mapped_column(Encrypted)
    """Answers being changed after submission; they count once they are sent."""
    clashes: Mapped[str | None] = mapped_column(Encrypted)
    """What a second window typed into fields that another had changed, as JSON: field → text."""
    phone: Mapped[str | None] = mapped_column(Encrypted)
    copied_from_id: Mapped[UUID | None]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    statement_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    amended_at: Mapped[datetime | None]
    """When the declarant last changed it after sending, and which fields (`amended_fields`)."""
    amended_fields: Mapped[list[Any] | None] = mapped_column(Json)
    answer_due_at: Mapped[datetime | None]
    """When the office's time runs out; None while the clock is stopped or no longer runs."""
    clock_left: Mapped[int | None]
    """Seconds that were left when a supplement stopped the clock."""
    asked_at: Mapped[datetime | None]
    asked_items: Mapped[list[Any]] = mapped_column(Json)
    asked_note: Mapped[str]
    reply_due_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    reply_note: Mapped[str]
    answered_at: Mapped[datetime | None]
    """When the office accepted or refused."""
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    visit_at: Mapped[datetime | None]
    visit_place: Mapped[str]
    ground: Mapped[str]
    reason: Mapped[str]
    vet_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    assigned_at: Mapped[datetime | None]
    proposed_vet_id: Mapped[UUID | None]
    """Whom the draw would send (双随机); sending another takes a reason."""
    vet_because: Mapped[str] = mapped_column(server_default="")
    """Why somebody else was sent than the draw proposed."""
    closed_at: Mapped[datetime | None]


class Batch(Base):
    """Seed of one lot that is to travel: what the vet checks as one."""

    __tablename__ = "batches"
    __table_args__ = (
        state_check("unit", Unit),
        state_check("source", Source),
        CheckConstraint("quantity > 0", name="quantity"),
        UniqueConstraint("declaration_id", "number"),
        UniqueConstraint("declaration_id", "lot_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"))
    number: Mapped[int]
    species_code: Mapped[str] = mapped_column(index=True)
    variety: Mapped[str]
    life_stage: Mapped[str]
    quantity: Mapped[int]
    unit: Mapped[str]
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"), index=True)
    pond_name: Mapped[str]
    source: Mapped[str]
    captured_on: Mapped[date | None]
    capture_place: Mapped[str | None]
    site_apart: Mapped[bool | None]
    site_water: Mapped[bool | None]
    site_other: Mapped[bool | None]
    brought_certificate: Mapped[str | None]
    """Number of the certificate it came with from another province; None: raised here."""
    brought_province: Mapped[str | None]
    brought_on: Mapped[date | None]


class Load(Base):
    """One species in one vehicle to one destination: what one certificate will cover."""

    __tablename__ = "loads"
    __parties__ = {
        "divisions": ("origin_code", "destination_code"),
        "organisations": ("organisation_id",),
    }
    __table_args__ = (
        state_check("state", LoadState),
        state_check("transport_mode", Mode),
        state_check("purpose", Purpose),
        CheckConstraint("travel_days > 0", name="travel_days"),
        UniqueConstraint("declaration_id", "number"),
        Index("ix_loads_plate_departs", "plate", "departs_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"))
    number: Mapped[int]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    origin_code: Mapped[str]
    destination_code: Mapped[str] = mapped_column(index=True)
    destination_place: Mapped[str]
    consignee_name: Mapped[str | None] = mapped_column(Encrypted)
    consignee_phone: Mapped[str | None] = mapped_column(Encrypted)
    consignee_phone_index: Mapped[str | None] = mapped_column(index=True)
    carrier_name: Mapped[str | None] = mapped_column(Encrypted)
    carrier_phone: Mapped[str | None] = mapped_column(Encrypted)
    carrier_phone_index: Mapped[str | None] = mapped_column(index=True)
    transport_mode: Mapped[str]
    plate: Mapped[str]
    disinfectant: Mapped[str]
    departs_at: Mapped[datetime]
    travel_days: Mapped[int]
    purpose: Mapped[str]
    purpose_answers: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What the purpose additionally asks for (seed_data/purpose_asks.csv): field → answer."""
    via_codes: Mapped[list[Any] | None] = mapped_column(Json)
    """Counties it passes through, where the declarant said so: a zone on the road warns."""
    state: Mapped[str]


class LoadLine(Base):
    """How much of one batch a load carries."""

    __tablename__ = "load_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        UniqueConstraint("load_id", "batch_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    load_id: Mapped[UUID] = mapped_column(ForeignKey("loads.id"))
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), index=True)
    quantity: Mapped[int]


class DeclarationSerial(Base):
    """The last serial a county gave on a day; the row is locked while the next is taken."""

    __tablename__ = "declaration_serials"
    __table_args__ = (UniqueConstraint("division_code", "day_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    division_code: Mapped[str]
    day_on: Mapped[date]
    last: Mapped[int]
