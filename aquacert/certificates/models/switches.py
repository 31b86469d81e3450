"""Halts of issuing: who stopped where, why, and who let it go on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base

IN_FORCE = text("ended_at IS NULL")


class IssuingHalt(Base):
    """Issuing stands still in a division and everything below it, until `ended_at`."""

    __tablename__ = "issuing_halts"
    __parties__ = {"divisions": ("division_code", "authority")}
    __table_args__ = (
        CheckConstraint("length(because) >= 2", name="because"),
        CheckConstraint("ended_at IS NULL OR length(ended_because) >= 2", name="ended"),
        # One halt per place and authority: two who press at once make one halt.
        Index(
            "uq_issuing_halts_in_force",
            "division_code",
            "authority",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    division_code: Mapped[str]
    """Where: a county, a city, or the province for all."""
    authority: Mapped[str]
    """Division of whoever halted: only that level, or one above it, may resume."""
    because: Mapped[str]
    halted_at: Mapped[datetime]
    halted_by_id: Mapped[UUID | None]
    halted_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None]
    ended_by: Mapped[str]
    ended_because: Mapped[str]
