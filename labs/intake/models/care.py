"""Tables about the care of items: non-conformities, temperatures on the way, storage, limits."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from labs.intake.rules import FaultKind, FaultState, LimitUnit, StorageState


class NonConformity(Base):
    """Something at reception that was not as announced (ISO/IEC 17025 7.4.3); never deleted.

    `code` is what was scanned; an item not on the manifest has a code and no `item_id`.
    """

    __tablename__ = "lab_nonconformities"
    __table_args__ = (
        state_check("kind", FaultKind),
        state_check("state", FaultState),
        UniqueConstraint("lab_id", "number"),
        UniqueConstraint("consignment_id", "kind", "code"),
        CheckConstraint("state = 'open' OR (done <> '' AND closed_at IS NOT NULL)", name="closed"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("lab_consignments.id"))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("lab_items.id"))
    number: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    done: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    def search_text(self) -> str:
        """Found by its number and by the code it is about."""
        return f"{self.number} {self.code}"


class TemperatureLog(Base):
    """A logger's readings of one box, with the limits they were judged by.

    `readings` holds [instant RFC 3339, tenths of ℃]; `refused` [row, sentence]; `excursions`
    [first instant, last instant, most extreme tenths, minutes].
    """

    __tablename__ = "lab_temperature_logs"
    __table_args__ = (UniqueConstraint("consignment_id", "sha256"),)
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("lab_consignments.id"))
    sha256: Mapped[str]
    preservation: Mapped[str]
    low_tenths: Mapped[int | None]
    high_tenths: Mapped[int | None]
    readings: Mapped[list[Any]] = mapped_column(Json)
    refused: Mapped[list[Any]] = mapped_column(Json)
    excursions: Mapped[list[Any]] = mapped_column(Json)
    taken_in_at: Mapped[datetime]
    taken_in_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Storage(Base):
    """Where what is left of an item lies, until two people destroy it."""

    __tablename__ = "lab_storages"
    __table_args__ = (
        state_check("state", StorageState),
        CheckConstraint(
            "destroyed_by_id IS NULL OR destroyed_by_id <> asked_by_id", name="two_people"
        ),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"), unique=True)
    place: Mapped[str]
    state: Mapped[str]
    kept_until_on: Mapped[date]
    stored_at: Mapped[datetime]
    stored_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    how: Mapped[str]
    asked_at: Mapped[datetime | None]
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    destroyed_at: Mapped[datetime | None]
    destroyed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class LabLimit(Base):
    """A limit that holds between two legal days: temperatures of a preservation, days of keeping.

    Units: tenths of ℃ or whole days. `sureness` is unverified for what no text was seen for.
    """

    __tablename__ = "lab_limits"
    __table_args__ = (
        state_check("unit", LimitUnit),
        CheckConstraint("low IS NOT NULL OR high IS NOT NULL", name="some_limit"),
        UniqueConstraint("code", "from_on"),
    )
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name_zh: Mapped[str]
    low: Mapped[int | None]
    high: Mapped[int | None]
    unit: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    sureness: Mapped[str]
    source: Mapped[str]
