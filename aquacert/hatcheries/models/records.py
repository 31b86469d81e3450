"""Who is who in a farm, its diary of production, and the sign at its gate."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.hatcheries.rules.diary import Note
from aquacert.hatcheries.rules.people import Post
from aquacert.kernel.db import Base, Encrypted, Json, state_check


class FarmPerson(Base):
    """A person of the farm, whether or not with an account. `until_on`: first day no longer."""

    __tablename__ = "farm_people"
    __table_args__ = (
        state_check("post", Post),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"), index=True)
    post: Mapped[str]
    name: Mapped[str | None] = mapped_column(Encrypted)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_index: Mapped[str | None] = mapped_column(index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class FarmRecord(Base):
    """An entry of the diary, append-only by trigger; a wrong one is struck by a later one."""

    __tablename__ = "farm_records"
    __table_args__ = (
        state_check("kind", Note),
        Index("ix_farm_records_hatchery_day", "hatchery_id", "happened_on"),
        # An entry is struck once, and an illness ends once: whatever is sent twice.
        Index(
            "uq_farm_records_answer",
            "of_id",
            "kind",
            unique=True,
            sqlite_where=text("of_id IS NOT NULL"),
            postgresql_where=text("of_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"))
    pond_id: Mapped[UUID | None] = mapped_column(ForeignKey("ponds.id"))
    """Empty for what concerns the whole farm."""
    kind: Mapped[str]
    happened_on: Mapped[date]
    facts: Mapped[dict[str, str]] = mapped_column(Json)
    """What was written, by the fields of `rules.diary.FIELDS`."""
    of_id: Mapped[UUID | None] = mapped_column(ForeignKey("farm_records.id"))
    """The entry that this one strikes, or the illness that it ends."""
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by: Mapped[str]
    """The label of who wrote it, never a name."""


class FarmSign(Base):
    """The sign at a farm's gate. Its token opens nothing by itself; one is alive at a time."""

    __tablename__ = "farm_signs"
    __table_args__ = (
        Index(
            "uq_farm_signs_alive",
            "hatchery_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"))
    token: Mapped[str] = mapped_column(unique=True)
    """128 random bits, base64url."""
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
