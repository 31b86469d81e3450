"""Segments of numbers, every number ever taken, the ledger, requests, alerts and imports."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.numberstock import Act, RequestState
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.db import Base, state_check

RESERVED = text("state = 'reserved'")
OPEN = text("state = 'open'")


class NumberSegment(Base):
    """Numbers `first` to `last` of one form, in the hands of one body or of one vet of a body.

    The ends never change. Free are `next_free … free_last`; the first only grows, the second only
    shrinks. What is cut off is a segment of its own below this one (`parent_id`, by place), so the
    tree of places always nests. Triggers hold all of that: inside the parent, clear of its free
    stretch, of every sibling and of every number ever taken.
    """

    __tablename__ = "number_segments"
    __parties__ = {"divisions": ("division_code",), "organisations": ("holder_id",)}
    __table_args__ = (
        state_check("kind", Kind),
        CheckConstraint("first <= last", name="range"),
        CheckConstraint("next_free >= first AND next_free <= last + 1", name="next_free"),
        Index("ix_number_segments_holder", "holder_id", "kind", "first"),
        Index("ix_number_segments_parent", "parent_id", "first"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    holder_person_id: Mapped[UUID | None]
    """The vet of the holder in whose hands it is; None = the body itself."""
    division_code: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("number_segments.id"))
    """The segment it was cut from, by place; None = received from outside."""
    giver_id: Mapped[UUID | None]
    """The segment on the level above, to whose holder it may be returned; None = the top."""
    first: Mapped[int] = mapped_column(unique=False)
    last: Mapped[int]
    next_free: Mapped[int]
    free_last: Mapped[int] = mapped_column(server_default=text("0"))
    """Last free number; below `next_free` when none is free."""
    taken_from: Mapped[int | None]
    """Where the latest batch began: written and returned by the one statement that takes it."""
    received_at: Mapped[datetime]
    received_by_id: Mapped[UUID | None]
    because: Mapped[str]
    """Where it came from: 省批次 2026-02."""


class CertificateNumber(Base):
    """One number that was taken from a segment. It is never given back; a trigger holds that."""

    __tablename__ = "certificate_numbers"
    __parties__ = {"divisions": ("county",), "organisations": ("office_id",)}
    __table_args__ = (
        state_check("state", NumberState),
        CheckConstraint("length(number) = 10", name="number"),
        CheckConstraint("state <> 'void' OR because <> ''", name="because"),
        # One load is being numbered once at a time: of two tabs one takes the number, the other
        # meets this index, looks again and finds what the first one made.
        Index(
            "uq_certificate_numbers_reserved_load",
            "load_id",
            unique=True,
            sqlite_where=RESERVED,
            postgresql_where=RESERVED,
        ),
        Index("ix_certificate_numbers_segment", "segment_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("number_segments.id"))
    office_id: Mapped[UUID]
    county: Mapped[str]
    state: Mapped[str]
    because: Mapped[str]
    """Why it is as it is: what it was reserved for, used for, or made void by."""
    load_id: Mapped[UUID | None]
    reserved_at: Mapped[datetime]
    reserved_by_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]


class NumberMovement(Base):
    """One line of the ledger (号段流水): numbers came, went down, came back, or became void."""

    __tablename__ = "number_movements"
    __parties__ = {"divisions": ("from_code", "to_code"), "organisations": ("from_id", "to_id")}
    __table_args__ = (
        state_check("act", Act),
        CheckConstraint("first <= last", name="range"),
        Index("ix_number_movements_from", "from_id", "at"),
        Index("ix_number_movements_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    act: Mapped[str]
    kind: Mapped[str]
    segment_id: Mapped[UUID]
    first: Mapped[int]
    last: Mapped[int]
    from_id: Mapped[UUID | None]
    from_person_id: Mapped[UUID | None]
    from_code: Mapped[str | None]
    to_id: Mapped[UUID | None]
    to_person_id: Mapped[UUID | None]
    to_code: Mapped[str | None]
    because: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by: Mapped[str]


class NumberRequest(Base):
    """A lower level asks for numbers (申领); the upper level hands down, or says why not."""

    __tablename__ = "number_requests"
    __parties__ = {
        "divisions": ("division_code",),
        "organisations": ("holder_id", "to_id"),
    }
    __table_args__ = (
        state_check("state", RequestState),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state <> 'declined' OR answer <> ''", name="answer"),
        Index("ix_number_requests_to", "to_id", "state"),
        # One open wish per holder and form: a second click, a second tab, is the same wish.
        Index(
            "uq_number_requests_open",
            "wish",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    wish: Mapped[str]
    """holder:person:form"""
    holder_id: Mapped[UUID]
    holder_person_id: Mapped[UUID | None]
    division_code: Mapped[str]
    to_id: Mapped[UUID]
    quantity: Mapped[int]
    because: Mapped[str]
    state: Mapped[str]
    answer: Mapped[str]
    segment_id: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None]


class NumberAlert(Base):
    """Whether a holder was told that its stock is low: told once per crossing."""

    __tablename__ = "number_alerts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    wish: Mapped[str] = mapped_column(unique=True)
    """holder:person:form"""
    is_low: Mapped[bool]
    changed_at: Mapped[datetime]


class NumberImport(Base):
    """A list of segments read from a workbook: looked at first, then booked, once per file."""

    __tablename__ = "number_imports"
    __parties__ = {"divisions": ("division_code",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    division_code: Mapped[str]
    read_at: Mapped[datetime]
    read_by_id: Mapped[UUID | None]
    booked_at: Mapped[datetime | None]
    booked: Mapped[int]
    """How many segments were booked; 0 until then."""
