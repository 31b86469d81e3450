"""Recall orders and the certificates each one hits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.certificates.rules.recalls import HitState, RecallState
from aquacert.kernel.db import Base, Json, state_check


class RecallOrder(Base):
    """A question whose every answer is suspended at once, and recalled when a second one agrees."""

    __tablename__ = "recall_orders"
    __parties__ = {"divisions": ("county",)}
    __table_args__ = (
        state_check("state", RecallState),
        CheckConstraint("hits > 0", name="hits"),
        CheckConstraint("length(because) >= 2", name="because"),
        CheckConstraint(
            "decided_by_id IS NULL OR ordered_by_id IS NULL OR decided_by_id <> ordered_by_id",
            name="two_persons",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county: Mapped[str]
    """Division of whoever ordered it: a county, a city or the province."""
    state: Mapped[str]
    question: Mapped[dict[str, Any]] = mapped_column(Json)
    words: Mapped[str]
    """The question for people, in Chinese."""
    because: Mapped[str]
    digest: Mapped[str]
    """SHA-256 (hex) of question, reason and the sorted numbers it hit: what is confirmed."""
    hits: Mapped[int]
    ordered_at: Mapped[datetime]
    ordered_by_id: Mapped[UUID | None]
    ordered_by: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None]
    decided_by: Mapped[str]
    decided_because: Mapped[str]
    finished_at: Mapped[datetime | None]
    """When the last certificate of the present step was done; None while at work."""


class RecallHit(Base):
    """One certificate of an order, and what has become of it."""

    __tablename__ = "recall_hits"
    __parties__ = None
    __table_args__ = (
        state_check("state", HitState),
        UniqueConstraint("order_id", "certificate_id"),
        Index("ix_recall_hits_order", "order_id", "state"),
        Index("ix_recall_hits_certificate", "certificate_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("recall_orders.id"))
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    number: Mapped[str]
    was: Mapped[str]
    """Status it goes back to when the order is rejected: what it was when the order was given,
    unless something else has suspended it, or another order gave it back, since."""
    state: Mapped[str]
