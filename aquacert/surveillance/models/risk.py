"""Tables of what people see: weekly digests and every published state of the public register."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json


class WeeklyDigest(Base):
    """What happened in one ISO week within one division. Append-only by trigger."""

    __tablename__ = "weekly_digests"
    __parties__ = {"divisions": ("division_code",)}
    __table_args__ = (UniqueConstraint("week", "division_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    week: Mapped[str]
    """As 2026-W19."""
    from_on: Mapped[date]
    """Its Monday."""
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)
    made_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(Json)


class RegisterVersion(Base):
    """One published state of the public register of diseases. Append-only by trigger."""

    __tablename__ = "register_versions"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    published_at: Mapped[datetime]
    digest: Mapped[str]
    """SHA-256 (hex) of the content."""
    content: Mapped[list[Any]] = mapped_column(Json)
    """The entries in order; no farm, no person, no coordinates."""
