"""Segments of numbers and every number ever reserved."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.db import Base, state_check

RESERVED = text("state = 'reserved'")


class NumberSegment(Base):
    """Numbers `first` to `last` of one form, in one body's hands.

    `next_free` only grows: it passes over what was used here and what was handed to a child.
    """

    __tablename__ = "number_segments"
    __parties__ = {"divisions": ("division_code",), "organisations": ("holder_id",)}
    __table_args__ = (
        state_check("kind", Kind),
        CheckConstraint("first <= last", name="range"),
        CheckConstraint("next_free >= first AND next_free <= last + 1", name="next_free"),
        Index("ix_number_segments_holder", "holder_id", "kind", "first"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    division_code: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("number_segments.id"))
    first: Mapped[int] = mapped_column(unique=False)
    last: Mapped[int]
    next_free: Mapped[int]
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
