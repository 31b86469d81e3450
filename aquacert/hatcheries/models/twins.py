"""What officers said of farms that look alike: two farms, or one with two accounts (S2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.hatcheries.rules.twins import Outcome
from aquacert.kernel.db import Base, Json, state_check


class TwinJudgement(Base):
    """A pair that was judged once and for all; `one_id` is the smaller id. Append-only."""

    __tablename__ = "twin_judgements"
    __table_args__ = (
        state_check("outcome", Outcome),
        CheckConstraint("one_id < other_id", name="order"),
        UniqueConstraint("one_id", "other_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    one_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"), index=True)
    outcome: Mapped[str]
    survivor_id: Mapped[UUID | None]
    because: Mapped[str]
    moved: Mapped[dict[str, int]] = mapped_column(Json)
    """What went over to the survivor: label → how many."""
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by: Mapped[str]
