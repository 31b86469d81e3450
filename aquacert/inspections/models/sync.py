"""Tables of the sync: every record a device sent, with its receipt; files on their way in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.inspections.rules.sync import Outcome
from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, Encrypted, Json, state_check


class DeviceRecord(Base):
    """One record as a device sent it, and the receipt it got. Append-only by trigger.

    The id is the device's own and serves once for ever. The body may hold a vet's notes about
    people, so it lies encrypted; a record that was not used stays here as a note of the case.
    """

    __tablename__ = unaudited(
        "device_records", "append-only itself; what a record did is audited by the command it ran"
    )
    __table_args__ = (
        state_check("outcome", Outcome),
        Index("ix_device_records_batch_device", "batch_id", "device"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    device: Mapped[UUID]
    kind: Mapped[str]
    declaration_id: Mapped[UUID | None] = mapped_column(ForeignKey("declarations.id"), index=True)
    """The case; none when nobody could say that it was this person's to speak of."""
    batch_id: Mapped[UUID | None]
    base_version: Mapped[int | None]
    check_version: Mapped[int | None]
    """The check's version that this record made; none when it changed nothing."""
    digest: Mapped[str]
    body: Mapped[str] = mapped_column(Encrypted)
    outcome: Mapped[str]
    reason: Mapped[str]
    receipt: Mapped[dict[str, Any]] = mapped_column(Json)
    device_at: Mapped[datetime | None]
    """What the device's clock said: evidence only."""
    elapsed_ms: Mapped[int | None]
    about_at: Mapped[datetime | None]
    """About when it was made, by the server's clock: see rules/sync.py `about_when`."""
    received_at: Mapped[datetime]


class UploadState(StrEnum):
    """Where a file on its way in stands."""

    OPEN = "open"
    DONE = "done"


class Upload(Base):
    """A file that a device sends in pieces. Its bytes lie under `uploads/` of the data directory.

    A file whose bytes were not what was announced is thrown away with its row.
    """

    __tablename__ = unaudited(
        "uploads", "bytes on their way in; the record that uses them is audited"
    )
    __parties__ = {"people": ("person_id",)}
    __table_args__ = (
        state_check("state", UploadState),
        CheckConstraint("size > 0 AND received >= 0 AND received <= size", name="size"),
        Index("uq_uploads_person_sha256", "person_id", "sha256", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    sha256: Mapped[str]
    size: Mapped[int]
    received: Mapped[int]
    """Bytes known to be on the disk for good; what the disk says may be less after a restore."""
    media_type: Mapped[str]
    state: Mapped[str]
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    """When bytes last came: what lies too long is tidied away."""
