"""Table of samples that the yearly plan of monitoring asked for: of a point, not of a batch."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from aquacert.sampling.rules import State


class PlanSample(Base):
    """One sample of one disease at one monitoring point on one occasion.

    In a table of its own, like a hatchery's self-test: nothing that asks for the tests of a batch
    can meet it, so no certificate counts it by accident. Its result goes to surveillance.
    """

    __tablename__ = "plan_samples"
    __parties__ = {"divisions": ("origin_code",), "organisations": ("office_id",)}
    __table_args__ = (
        state_check("state", State),
        CheckConstraint("individuals > 0", name="individuals"),
        CheckConstraint("state = 'taken' OR lab_id IS NOT NULL", name="sent_to"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_tasks.id"), unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    """The farm; it does not read the sampling side's papers, so it is no party."""
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    """Whose people took it: the box's sender."""
    origin_code: Mapped[str]
    point_code: Mapped[str]
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
    taken_with: Mapped[str]
    """Role of the second sampler; never a name."""
    label_scanned_at: Mapped[datetime | None]
    custody_salt: Mapped[str]
    state: Mapped[str]
    lab_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    dispatch_id: Mapped[UUID | None] = mapped_column(ForeignKey("sample_dispatches.id"))
    consignment_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    """When the laboratory's report was noted."""

    def search_text(self) -> str:
        """Found by number, blind code and point."""
        return f"{self.number} {self.blind_code} {self.point_code}"
