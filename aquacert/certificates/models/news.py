"""News of certificates in one order: what the public page watches, and what the log will prove."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base


class Counter(Base):
    """A serial that grows under a row lock, so its order is the order of commits.

    A sequence of the database would not do: on PostgreSQL a late commit may carry a lower number
    and a reader that has already passed it would never see it.
    """

    __tablename__ = unaudited("certificate_counters", "a serial; the act that takes it is audited")

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Change(Base):
    """Certificate `certificate_id` changed. Append-only; `seq` has no gap and no late comer."""

    __tablename__ = unaudited("certificate_changes", "written with each audited act")

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    certificate_id: Mapped[UUID]
    public_id: Mapped[str]
    act: Mapped[str]
    at: Mapped[datetime]


class Leaf(Base):
    """One leaf of the transparency log, in order: a hash and no personal data. Append-only."""

    __tablename__ = unaudited("log_leaves", "derived from each audited act")
    __table_args__ = (Index("ix_log_leaves_certificate", "certificate_id"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0, 1, 2 … without a gap."""
    certificate_id: Mapped[UUID]
    act: Mapped[str]
    at: Mapped[datetime]
    entry: Mapped[bytes]
    """Deterministic CBOR [version, issuer, mark, SHA-256 of the payload, act, t]: trust/logentry."""
    hash: Mapped[bytes]
    """RFC 9162 §2.1.1 leaf hash: SHA-256(0x00 ‖ entry)."""


class StatusListing(Base):
    """A status list as last published: static bytes with an ETag, the same for everybody."""

    __tablename__ = "status_listings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    """YYYYQNN: year, quarter, and which list of that quarter."""
    version: Mapped[int]
    token: Mapped[bytes]
    etag: Mapped[str]
    published_at: Mapped[datetime]
