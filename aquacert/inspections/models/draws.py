"""Tables of the draw (双随机): days with their commitment, tickets, what a ticket asks of people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.inspections.rules.drawing import DutyKind, DutyState, TicketState
from aquacert.kernel.db import Base, Encrypted, Json, state_check


class DrawDay(Base):
    """One day of the province: its commitment, its beacon, its secret once that is out."""

    __tablename__ = "draw_days"
    __table_args__ = (
        UniqueConstraint("day_on"),
        CheckConstraint("beacon_value IS NULL OR beacon_at IS NOT NULL", name="beacon"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day_on: Mapped[date]
    commitment: Mapped[str]
    salt_key_sha256: Mapped[str]
    secret: Mapped[str] = mapped_column(Encrypted)
    """Hex; public from `revealed_at` on."""
    salt_key: Mapped[str] = mapped_column(Encrypted)
    """Hex; never public: declarations' contents could be guessed with it."""
    book: Mapped[dict[str, Any]] = mapped_column(Json)
    """Edition, shares, weights and beacon as they were when the commitment was made."""
    committed_at: Mapped[datetime]
    beacon_round: Mapped[str]
    beacon_value: Mapped[str | None]
    beacon_given: Mapped[dict[str, Any] | None] = mapped_column(Json)
    beacon_at: Mapped[datetime | None]
    typed_value: Mapped[str | None]
    """What the first of two persons typed of a lottery result."""
    typed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    typed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    revealed_at: Mapped[datetime | None]


class DrawTicket(Base):
    """One draw of one content of one declaration. Kept for ever; a later one stands beside it."""

    __tablename__ = "draw_tickets"
    __parties__ = {
        "divisions": ("origin_code",),
        "organisations": ("office_id", "organisation_id"),
    }
    __table_args__ = (
        state_check("state", TicketState),
        CheckConstraint("state <> 'drawn' OR ticket IS NOT NULL", name="drawn"),
        CheckConstraint("attempt > 0", name="attempt"),
        Index(
            "ix_draw_tickets_live",
            "declaration_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_draw_tickets_declaration", "declaration_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day_id: Mapped[UUID] = mapped_column(ForeignKey("draw_days.id"), index=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"))
    number: Mapped[str]
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    attempt: Mapped[int]
    salt: Mapped[str] = mapped_column(Encrypted)
    """Hex of 128 bits, for the declaration's parties: with it the content hash can be made again."""
    content_hash: Mapped[str]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    ticket: Mapped[str | None]
    drawn_at: Mapped[datetime | None]
    line: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The line as it is published: factors, weight, candidates, results, their hashes."""
    extra_batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"))
    extra_disease: Mapped[str | None]
    vet_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    """The vet whom the draw proposes."""
    superseded_at: Mapped[datetime | None]
    superseded_because: Mapped[str | None]
    redraw_because: Mapped[str | None]
    """Ground of a redraw that one person asked for; a second one must agree."""
    redraw_note: Mapped[str | None] = mapped_column(Encrypted)
    redraw_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    redraw_at: Mapped[datetime | None]
    agreed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class DrawDuty(Base):
    """What a ticket asks of a person: a second vet's look, or a supervisor's re-check."""

    __tablename__ = "draw_duties"
    __parties__ = {"divisions": ("origin_code",), "organisations": ("office_id",)}
    __table_args__ = (
        state_check("kind", DutyKind),
        state_check("state", DutyState),
        CheckConstraint("state = 'open' OR done_at IS NOT NULL", name="done"),
        UniqueConstraint("ticket_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("draw_tickets.id"))
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    agrees: Mapped[bool | None]
    """Whether the second pair of eyes came to what the first had found."""
    note: Mapped[str | None]
