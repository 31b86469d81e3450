"""Table of the crosswalk's later rows: proposed by one person, approved by another, never deleted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from aquacert.surveillance.rules.crosswalk import State, Subject, System
from aquacert.surveillance.rules.events import Realm

LIVE = text("state = 'approved'")
ASKED = text("state = 'proposed'")
ONE_NAME = ("subject", "system", "plain")


class CrosswalkRow(Base):
    """What one written name means from a day on: one version of it. A fact of the world."""

    __tablename__ = "crosswalk_rows"
    __table_args__ = (
        state_check("subject", Subject),
        state_check("system", System),
        state_check("realm", Realm),
        state_check("state", State),
        CheckConstraint("decided_by_id <> proposed_by_id", name="two_persons"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("disease_code IS NULL OR species_code IS NULL", name="one_code"),
        CheckConstraint("subject = 'species' OR species_code IS NULL", name="subject_code"),
        UniqueConstraint("subject", "system", "plain", "version"),
        Index(
            "ix_crosswalk_rows_live",
            *ONE_NAME,
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index(
            "ix_crosswalk_rows_asked",
            *ONE_NAME,
            unique=True,
            sqlite_where=ASKED,
            postgresql_where=ASKED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str]
    system: Mapped[str]
    written: Mapped[str]
    plain: Mapped[str]
    """The canonical spelling it is compared in."""
    version: Mapped[int]
    realm: Mapped[str]
    disease_code: Mapped[str | None] = mapped_column(ForeignKey("diseases.code"))
    species_code: Mapped[str | None] = mapped_column(ForeignKey("species.code"))
    grounds: Mapped[str]
    state: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    proposed_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    """When it was approved, rejected, or taken back before anybody decided."""
    decided_by: Mapped[str]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    """The other person; nobody when the proposer took it back."""
    decision: Mapped[str]
    """Why it was decided so."""
    ended_at: Mapped[datetime | None]
    """When an approved row was withdrawn or replaced."""
    ended_by: Mapped[str]
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    end_reason: Mapped[str]

    @property
    def code(self) -> str | None:
        """The code of our list, whichever list it is."""
        return self.disease_code or self.species_code
