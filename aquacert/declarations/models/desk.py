"""Tables of the office's desk: consents to proxy declarations, calls, files of many declarations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.declarations.rules.bulk import BulkState, DraftState
from aquacert.declarations.rules.calls import Direction, Subject
from aquacert.declarations.rules.consent import ConsentState, Way
from aquacert.kernel.db import Base, Encrypted, Json, state_check


class ProxyConsent(Base):
    """One asking for the owner's consent, and his answer. Bound to the content by its digest."""

    __tablename__ = "proxy_consents"
    __parties__ = {"organisations": ("organisation_id", "office_id"), "people": ("asked_by_id",)}
    __table_args__ = (
        state_check("way", Way),
        state_check("state", ConsentState),
        CheckConstraint("state <> 'given' OR given_at IS NOT NULL", name="given"),
        Index("ix_proxy_consents_declaration_id_state", "declaration_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    """The owner's."""
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    way: Mapped[str]
    state: Mapped[str]
    digest: Mapped[str]
    """Keyed digest of the answers that were consented to (queries/content.py)."""
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    code: Mapped[str | None] = mapped_column(Encrypted)
    expires_at: Mapped[datetime | None]
    guesses: Mapped[int]
    given_at: Mapped[datetime | None]
    """When he answered, also when he said no."""
    given_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    """The owner's person who pressed the button; None when it came by code, paper or call."""
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone_calls.id"))


class PhoneCall(Base):
    """One call with the office. Append-only: what came of it later is another row (`after_id`)."""

    __tablename__ = "phone_calls"
    __parties__ = {"organisations": ("office_id",), "divisions": ("division_code",)}
    __table_args__ = (
        state_check("direction", Direction),
        state_check("subject", Subject),
        Index("ix_phone_calls_office_id_at", "office_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    division_code: Mapped[str]
    declaration_id: Mapped[UUID | None] = mapped_column(ForeignKey("declarations.id"), index=True)
    after_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone_calls.id"), index=True)
    """The call that this one follows up."""
    at: Mapped[datetime]
    direction: Mapped[str]
    subject: Mapped[str]
    caller_name: Mapped[str | None] = mapped_column(Encrypted)
    caller_phone: Mapped[str | None] = mapped_column(Encrypted)
    caller_phone_index: Mapped[str | None] = mapped_column(index=True)
    said: Mapped[str] = mapped_column(Encrypted)
    answered: Mapped[str | None] = mapped_column(Encrypted)
    follow_up_on: Mapped[date | None]
    taken_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    taken_by: Mapped[str]
    """Role of who took it, as pages say it."""
    recorded_at: Mapped[datetime]


class Bulk(Base):
    """One uploaded workbook of declarations. The same content again is the same row."""

    __tablename__ = "declaration_bulks"
    __parties__ = {"organisations": ("organisation_id",)}
    __table_args__ = (
        state_check("state", BulkState),
        UniqueConstraint("hatchery_id", "digest"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"))
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    state: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the cells, not of the file: saving it again changes nothing."""
    row_count: Mapped[int]
    sent_at: Mapped[datetime | None]
    """When the statement was ticked and everything was sent."""
    ended_at: Mapped[datetime | None]


class BulkDraft(Base):
    """One declaration of a workbook, from its rows to its number."""

    __tablename__ = "declaration_bulk_drafts"
    __table_args__ = (
        state_check("state", DraftState),
        UniqueConstraint("bulk_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bulk_id: Mapped[UUID] = mapped_column(ForeignKey("declaration_bulks.id"))
    number: Mapped[int]
    rows: Mapped[list[Any]] = mapped_column(Json)
    """Numbers of its rows as the spreadsheet counts them."""
    title: Mapped[str]
    """Species, quantity and destination; no person."""
    answers: Mapped[str] = mapped_column(Encrypted)
    faults: Mapped[list[Any]] = mapped_column(Json)
    """[row, column letter, heading, sentence] of everything that is wrong."""
    state: Mapped[str]
    declaration_id: Mapped[UUID | None] = mapped_column(ForeignKey("declarations.id"), index=True)
    sentence: Mapped[str]
    """Why sending it failed; "" otherwise."""
