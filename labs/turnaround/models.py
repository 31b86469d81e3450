"""Tables of turnaround: what was promised, the clock of each ordered test, and when it stood still."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from labs.turnaround.rules import Unit

OPEN_ONLY = text("resumed_at IS NULL")


class TurnaroundPromise(Base):
    """How soon a laboratory promises a result, from a day on. Empty codes: every disease, every method."""

    __tablename__ = "lab_promises"
    __table_args__ = (
        state_check("unit", Unit),
        CheckConstraint("value > 0", name="value"),
        UniqueConstraint("lab_id", "disease_code", "method_code", "from_on"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    disease_code: Mapped[str]
    method_code: Mapped[str]
    unit: Mapped[str]
    value: Mapped[int]
    from_on: Mapped[date]


class OpeningHours(Base):
    """When a laboratory works on a working day, from a day on: [["08:30", "12:00"], …]."""

    __tablename__ = "lab_opening_hours"
    __table_args__ = (UniqueConstraint("lab_id", "from_on"),)
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    from_on: Mapped[date]
    spans: Mapped[list[Any]] = mapped_column(Json)


class OrderClock(Base):
    """The clock of one ordered test. `due_at` is empty while it stands still."""

    __tablename__ = "lab_clocks"
    __table_args__ = (
        state_check("unit", Unit),
        Index("ix_lab_clocks_due", "lab_id", "reported_at", "due_at"),
        Index("ix_lab_clocks_received", "lab_id", "received_at"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"), index=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("lab_orders.id"), unique=True)
    blind_code: Mapped[str]
    disease_code: Mapped[str]
    method_code: Mapped[str]
    unit: Mapped[str]
    value: Mapped[int]
    announced_at: Mapped[datetime]
    received_at: Mapped[datetime]
    entered_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]


class ClockStop(Base):
    """A span in which the clocks of an item stood still, and why."""

    __tablename__ = "lab_clock_stops"
    __table_args__ = (
        CheckConstraint("because <> ''", name="because"),
        CheckConstraint("resumed_at IS NULL OR resumed_at >= stopped_at", name="span"),
        Index(
            "uq_lab_clock_stops_open",
            "item_id",
            unique=True,
            sqlite_where=OPEN_ONLY,
            postgresql_where=OPEN_ONLY,
        ),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"), index=True)
    because: Mapped[str]
    stopped_at: Mapped[datetime]
    stopped_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    resumed_at: Mapped[datetime | None]
    resumed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
