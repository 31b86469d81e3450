"""Tables of a visit: one check for each batch, its findings and photographs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.inspections.rules import Answer, Slot, State
from aquacert.kernel.db import Base, Json, state_check


class BatchCheck(Base):
    """The clinical check of one batch by its vet."""

    __tablename__ = "batch_checks"
    __parties__ = {
        "divisions": ("origin_code",),
        "organisations": ("office_id", "organisation_id"),
        "people": ("vet_id",),
    }
    __table_args__ = (
        state_check("state", State),
        CheckConstraint(
            "state <> 'passed' OR (quantity > 0 AND quantity <= declared)", name="quantity"
        ),
        CheckConstraint("state = 'open' OR decided_at IS NOT NULL", name="decided"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), unique=True)
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    vet_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    checklist: Mapped[str]
    """Which checklist of the procedures was used (species group)."""
    declared: Mapped[int]
    unit: Mapped[str]
    state: Mapped[str]
    started_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    quantity: Mapped[int | None]
    suspected: Mapped[list[Any]] = mapped_column(Json)
    note: Mapped[str]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Grows by one with every accepted change: what a device last saw is compared with it."""
    course: Mapped[str] = mapped_column(default="", server_default="")
    """What the vet does about the suspicion: nothing, sampling, or isolating and reporting."""
    isolated_at: Mapped[datetime | None]
    """Since when the batch is isolated as a suspected epidemic; None when it is not."""
    isolated_because: Mapped[str] = mapped_column(default="", server_default="")


class Finding(Base):
    """What was found at one item of one check; answering again replaces it until the verdict.

    A number or a menu says what it found in `amount` or `picks`; its `answer` then only says that
    the item was normal (a number judges nothing) or unfolded by an abnormal one (a menu).
    """

    __tablename__ = "findings"
    __table_args__ = (state_check("answer", Answer), UniqueConstraint("check_id", "item"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("batch_checks.id"))
    item: Mapped[str]
    answer: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]
    amount: Mapped[int | None]
    """A measured number, in tenths of the item's unit."""
    picks: Mapped[list[Any] | None] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """The check's version when this item was last set."""
    by_device_at: Mapped[datetime | None]
    """What the clock of the vet's device said: evidence only, never trusted."""


class Photo(Base):
    """A photograph in a slot. Its original bytes serve once in the whole system."""

    __tablename__ = "inspection_photos"
    __table_args__ = (state_check("slot", Slot),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("batch_checks.id"), index=True)
    slot: Mapped[str]
    original_sha256: Mapped[str] = mapped_column(unique=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    camera_at: Mapped[str]
    """Time the camera wrote (EXIF), as written; evidence only, never trusted."""
    taken_at: Mapped[datetime]
    """When it reached us; what the device says is `device_at`."""
    software: Mapped[str | None]
    """What the picture's own data say it was made with."""
    camera_place: Mapped[list[Any] | None] = mapped_column(Json)
    """(latitude, longitude) that the camera wrote (EXIF)."""
    place: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Where the device was: lat, lon in degrees (WGS 84), accuracy_m."""
    code: Mapped[str | None]
    """Challenge code that was claimed; None where none was asked."""
    device: Mapped[str | None]
    device_at: Mapped[datetime | None]
