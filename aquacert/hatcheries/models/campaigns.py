"""The data check: asked once of every farm, answered on the phone or at a visit (M02)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.hatcheries.rules.campaigns import Way
from aquacert.kernel.db import Base, Encrypted, Json, state_check


class Campaign(Base):
    """One data check: which entries of the record, which further questions, until which day."""

    __tablename__ = "campaigns"
    __table_args__ = (CheckConstraint("due_on >= opened_on", name="period"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(index=True)
    """The farms of this division and below are asked."""
    title: Mapped[str]
    about: Mapped[str]
    entries: Mapped[list[str]] = mapped_column(Json)
    questions: Mapped[list[str]] = mapped_column(Json)
    blocks: Mapped[bool]
    """After the due day a farm that has not answered cannot declare."""
    opened_on: Mapped[date]
    due_on: Mapped[date]
    ended_at: Mapped[datetime | None]
    opened_by: Mapped[str]


class CampaignAnswer(Base):
    """What a farm answered, once per campaign. What was said lies encrypted: free words."""

    __tablename__ = "campaign_answers"
    __table_args__ = (
        state_check("way", Way),
        UniqueConstraint("campaign_id", "hatchery_id"),
        Index("ix_campaign_answers_place", "campaign_id", "division_code"),
    )
    __parties__ = {"divisions": ("division_code",), "organisations": ("organisation_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"))
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"), index=True)
    organisation_id: Mapped[UUID]
    division_code: Mapped[str]
    way: Mapped[str]
    said: Mapped[str | None] = mapped_column(Encrypted)
    """JSON: entry or question → what was said; an entry that is right is absent."""
    wrong: Mapped[int]
    """How many entries were said to be wrong."""
    settled_at: Mapped[datetime | None]
    """When the county had put right (or had looked at) what was said to be wrong."""
    settled_by: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by: Mapped[str]
