"""Express reports (疫情快报): a vet suspects an epidemic at a farm, and somebody answers for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from aquacert.surveillance.rules.express import State


class ExpressReport(Base):
    """One suspicion of an epidemic at one farm; no personal data, no words of a person.

    `subject_id` names a row of a higher room (the check it was seen at), so it is no foreign key.
    """

    __tablename__ = "express_reports"
    __parties__ = {"divisions": ("division_code",), "organisations": ("office_id",)}
    __table_args__ = (
        state_check("state", State),
        CheckConstraint("outcome IN ('', 'confirmed', 'denied')", name="outcome"),
        CheckConstraint("(state = 'closed') = (outcome <> '')", name="closed"),
        CheckConstraint("deaths IS NULL OR deaths >= 0", name="deaths"),
        CheckConstraint("quantity > 0", name="quantity"),
        UniqueConstraint("subject_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    """The farm's; farms do not read these, so it is no party."""
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    place: Mapped[str]
    species_code: Mapped[str] = mapped_column(ForeignKey("species.code"))
    quantity: Mapped[int]
    unit: Mapped[str]
    deaths: Mapped[int | None]
    diseases: Mapped[list[Any]] = mapped_column(Json)
    """Codes of the diseases suspected; none when the deaths are unexplained."""
    signs: Mapped[str]
    """What was seen, in the words of the procedures."""
    state: Mapped[str]
    outcome: Mapped[str]
    basis: Mapped[str]
    """What the outcome rests on: number of the test report or of the notice."""
    seen_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    raised_by_id: Mapped[UUID | None]
    received_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    def search_text(self) -> str:
        """Found by place, species and disease codes."""
        return f"{self.place} {self.species_code} {' '.join(map(str, self.diseases))}"
