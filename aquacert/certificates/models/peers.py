"""What was published of our own trust, and what is held of other provinces'."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.certificates.rules.peers import PeerState
from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, Json, state_check


class StatusVersion(Base):
    """One published version of a status list, for ever at its own address. Append-only."""

    __tablename__ = "status_versions"
    __table_args__ = (UniqueConstraint("number", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    version: Mapped[int]
    token: Mapped[bytes]
    """The CWT, signed."""
    jwt: Mapped[str]
    """The same list as signed JWT; empty when the key's algorithm has no name in JOSE."""
    published_at: Mapped[datetime]


class StatusRefusal(Base):
    """A list that was not published: the table took back what was final. Append-only."""

    __tablename__ = "status_refusals"
    __table_args__ = (UniqueConstraint("number", "slot", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    slot: Mapped[int]
    version: Mapped[int]
    """The published version in which the slot was final."""
    was: Mapped[int]
    wanted: Mapped[int]
    found_at: Mapped[datetime]


class TrustVersion(Base):
    """One published version of our own trust list. Append-only; `version` only grows."""

    __tablename__ = "trust_versions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    document: Mapped[str]
    expires_at: Mapped[datetime]
    published_at: Mapped[datetime]


class PeerProvince(Base):
    """A province whose lists we may believe: pinned by two persons, by its root keys."""

    __tablename__ = "peer_provinces"
    __parties__ = None
    __table_args__ = (
        state_check("state", PeerState),
        CheckConstraint("length(division_code) = 6", name="division_code"),
        CheckConstraint("state <> 'withdrawn' OR because <> ''", name="because"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    state: Mapped[str]
    because: Mapped[str]
    roots: Mapped[dict[str, Any]] = mapped_column(Json)
    """{threshold, keys}: as proposed, then as each accepted list says."""
    list_url: Mapped[str]
    """Where the list is fetched hourly; empty: only by file."""
    version: Mapped[int]
    """Of the list held; 0 when none."""
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    pinned_at: Mapped[datetime | None]
    pinned_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class PeerFetch(Base):
    """How the last hourly visit to a province's addresses went."""

    __tablename__ = unaudited("peer_fetches", "a visit changes nothing; what it brings is audited")

    id: Mapped[UUID] = mapped_column(ForeignKey("peer_provinces.id"), primary_key=True)
    tried_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    """When list and status lists last came whole."""
    trouble: Mapped[str]
    """Why the last try failed; empty when it did not."""


class PeerList(Base):
    """One accepted version of another province's trust list. Append-only."""

    __tablename__ = "peer_lists"
    __parties__ = None
    __table_args__ = (UniqueConstraint("province_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    province_id: Mapped[UUID] = mapped_column(ForeignKey("peer_provinces.id"))
    version: Mapped[int]
    document: Mapped[str]
    expires_at: Mapped[datetime]
    source: Mapped[str]
    """The address or file name it came from."""
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class PeerStatus(Base):
    """The newest status list of another province that we hold, by its address."""

    __tablename__ = unaudited("peer_statuses", "copies of others' signed documents, by address")
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    province_id: Mapped[UUID] = mapped_column(ForeignKey("peer_provinces.id"), index=True)
    uri: Mapped[str] = mapped_column(unique=True)
    token: Mapped[bytes]
    etag: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime]
