"""Tables of the hatcheries: registration, licences, ponds, lots and the append-only ledger."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.hatcheries.rules import FarmKind, Level, LicenceKind, State
from aquacert.kernel.db import Base, Encrypted, Json, state_check


class Hatchery(Base):
    """A seed farm. One organisation has one, one USCC has one (S2: no second account)."""

    __tablename__ = "hatcheries"
    __parties__ = {"divisions": ("division_code",), "organisations": ("organisation_id",)}
    __table_args__ = (
        state_check("state", State),
        state_check("level", Level),
        state_check("kind", FarmKind),
        UniqueConstraint("organisation_id"),
        UniqueConstraint("uscc"),
        Index("ix_hatcheries_division_state", "division_code", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str]
    uscc: Mapped[str]
    division_code: Mapped[str]
    place: Mapped[str]
    """Where the ponds are, below the county: township and site. Never a person's home."""
    level: Mapped[str]
    kind: Mapped[str]
    is_one_person: Mapped[bool]
    """Owned by one person: its name is then personal and public pages show the county only."""
    contact_name: Mapped[str | None] = mapped_column(Encrypted)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_index: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str]
    registered_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    refused_because: Mapped[str]
    confirmed_on: Mapped[date | None]
    """Legal day on which the owner last checked the base record and the stock."""
    office_id: Mapped[UUID | None]
    """The 申报点 it was assigned to; none: the only open one that serves the place."""
    merged_into_id: Mapped[UUID | None]
    """The farm that this one turned out to be; every link of this one leads there."""
    closed_on: Mapped[date | None]
    """Legal day on which it was closed; empty again once it was re-opened."""
    closed_because: Mapped[str | None]
    reopening_because: Mapped[str | None]
    """Why the owner asks to open again; empty when nobody asks."""

    def search_text(self) -> str:
        """Found by name, USCC and division; never by a person."""
        return f"{self.name} {self.uscc} {self.division_code} {self.place}"


class Licence(Base):
    """A seed-production licence or a waters certificate; valid on both named days."""

    __tablename__ = "hatchery_licences"
    __table_args__ = (
        state_check("kind", LicenceKind),
        CheckConstraint("until_on >= from_on", name="period"),
        UniqueConstraint("kind", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"), index=True)
    kind: Mapped[str]
    number: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    verified_at: Mapped[datetime | None]
    """When the county looked at it; an unverified licence opens nothing."""
    renews_id: Mapped[UUID | None]
    """The licence of this farm that it continues."""
    returned_because: Mapped[str | None]
    """Why the county could not verify it; empty once it is verified or never looked at."""
    stands_at: Mapped[datetime | None]
    """When the county said that it stands, of several of its kind that one farm has."""


class LicenceTerm(Base):
    """A further period of a licence that keeps its number; it counts once it is verified."""

    __tablename__ = "hatchery_licence_terms"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="period"),
        Index(
            "uq_hatchery_licence_terms_open",
            "licence_id",
            unique=True,
            sqlite_where=text("verified_at IS NULL"),
            postgresql_where=text("verified_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    licence_id: Mapped[UUID] = mapped_column(ForeignKey("hatchery_licences.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    asked_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]


class LicenceSpecies(Base):
    """One species a seed-production licence names."""

    __tablename__ = "hatchery_licence_species"
    __table_args__ = (UniqueConstraint("licence_id", "species_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    licence_id: Mapped[UUID] = mapped_column(ForeignKey("hatchery_licences.id"), index=True)
    species_code: Mapped[str]


class Pond(Base):
    """A pond or tank, by the name the farm gives it, with its outline and what it holds."""

    __tablename__ = "ponds"
    __table_args__ = (UniqueConstraint("hatchery_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hatchery_id: Mapped[UUID] = mapped_column(ForeignKey("hatcheries.id"), index=True)
    name: Mapped[str]
    sort: Mapped[str | None]
    """Which of `rules.outline.Sort` it is; a pond put on record in passing has none yet."""
    outline: Mapped[list[list[float]] | None] = mapped_column(Json)
    """Corners as [longitude, latitude] in degrees (WGS 84), the ring open, anticlockwise."""
    area_m2: Mapped[int | None] = mapped_column(BigInteger)
    """Computed from the outline where there is one, else as typed."""
    depth_cm: Mapped[int | None]
    volume_m3: Mapped[int | None] = mapped_column(BigInteger)
    left_on: Mapped[date | None]
    """Since when the farm no longer uses it; its history stays."""
