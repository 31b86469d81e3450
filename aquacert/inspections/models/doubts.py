"""Doubts about a verdict: another device of the vet said the batch failed, after it had passed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base


class VerdictDoubt(Base):
    """One record that says a passed batch failed; nothing is certified until its vet settles it."""

    __tablename__ = "verdict_doubts"
    __table_args__ = (
        CheckConstraint("stands IN ('', 'pass', 'fail')", name="stands"),
        CheckConstraint("(stands = '') = (settled_at IS NULL)", name="settled"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The record's own id: one doubt each."""
    check_id: Mapped[UUID] = mapped_column(ForeignKey("batch_checks.id"), index=True)
    raised_at: Mapped[datetime]
    stands: Mapped[str]
    """Which verdict the vet let stand; empty until he did."""
    because: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
