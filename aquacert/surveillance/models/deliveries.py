"""Tables of data given back: who receives, what was sent, and what became of each item."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, Encrypted, Json, state_check
from aquacert.surveillance.rules.giving import ItemState, Product, State


class Recipient(Base):
    """A system that receives our data. Switched off, never deleted."""

    __tablename__ = "recipients"
    __parties__ = None
    __table_args__ = (state_check("product", Product),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    product: Mapped[str]
    address: Mapped[str]
    """https; of DHIS2 the root of its API, e.g. https://example.org/api."""
    token: Mapped[str | None] = mapped_column(Encrypted)
    """Never shown again."""
    codes: Mapped[dict[str, Any]] = mapped_column(Json)
    """Our code → its id; empty: it knows our codes."""
    is_on: Mapped[bool]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID | None]


class Delivery(Base):
    """One message to one recipient: frozen content, tries, and what was answered."""

    __tablename__ = unaudited(
        "deliveries", "a queue; making, settling and sending again are audited"
    )
    __parties__ = None
    __table_args__ = (state_check("state", State), Index("ix_deliveries_due", "state", "next_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("recipients.id"), index=True)
    product: Mapped[str]
    period: Mapped[str]
    span: Mapped[str]
    division_code: Mapped[str]
    state: Mapped[str]
    items: Mapped[int]
    skipped: Mapped[int]
    """Items left out because the recipient has taken the same already."""
    tries: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    made_by_id: Mapped[UUID | None]
    next_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
    """Counts of the other side's summary."""
    fault: Mapped[str]
    again_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("deliveries.id"))
    """The delivery of which this sends items again."""


class DeliveryItem(Base):
    """One thing that was sent, under its own id, exactly as it was sent."""

    __tablename__ = unaudited("delivery_items", "written with their delivery, which is audited")
    __table_args__ = (
        state_check("state", ItemState),
        UniqueConstraint("delivery_id", "ordinal"),
        Index("ix_delivery_items_key", "recipient_id", "key", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("recipients.id"))
    ordinal: Mapped[int]
    key: Mapped[str]
    digest: Mapped[str]
    is_end: Mapped[bool]
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str]
    fault: Mapped[str]
