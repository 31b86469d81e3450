"""Tables of boxes on their way, and of tests that a hatchery commissions itself (自检)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from aquacert.sampling.rules import State


class SampleDispatch(Base):
    """One box that left for one laboratory."""

    __tablename__ = "sample_dispatches"
    __parties__ = {"divisions": ("origin_code",), "organisations": ("sender_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    """The office, or the hatchery for its self-tests."""
    origin_code: Mapped[str]
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    consignment_id: Mapped[UUID]
    box_number: Mapped[str]
    carrier: Mapped[str]
    waybill: Mapped[str]
    """Stays here: a waybill names the post office it was handed in at."""
    samples: Mapped[int]
    expected_at: Mapped[datetime | None]
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    def search_text(self) -> str:
        """Found by box and waybill."""
        return f"{self.box_number} {self.waybill}"


class SelfTest(Base):
    """One sample a hatchery took from one lot for one disease, at its own wish.

    In a table of its own: nothing that asks for the tests of a batch can meet it.
    """

    __tablename__ = "self_tests"
    __parties__ = {"divisions": ("origin_code",), "organisations": ("organisation_id",)}
    __table_args__ = (
        state_check("state", State),
        CheckConstraint("individuals > 0", name="individuals"),
        CheckConstraint("state = 'taken' OR lab_id IS NOT NULL", name="sent_to"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"))
    origin_code: Mapped[str]
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"), index=True)
    pond_name: Mapped[str]
    species_code: Mapped[str]
    life_stage: Mapped[str]
    disease_code: Mapped[str]
    method_code: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    blind_code: Mapped[str] = mapped_column(unique=True)
    tissue: Mapped[str]
    preservation: Mapped[str]
    individuals: Mapped[int]
    pool_size: Mapped[int]
    water_temperature_tenths: Mapped[int | None]
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    label_scanned_at: Mapped[datetime | None]
    custody_salt: Mapped[str]
    state: Mapped[str]
    lab_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    dispatch_id: Mapped[UUID | None] = mapped_column(ForeignKey("sample_dispatches.id"))
    consignment_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When the laboratory's report was noted and the hatchery told."""

    def search_text(self) -> str:
        """Found by number and blind code."""
        return f"{self.number} {self.blind_code}"
