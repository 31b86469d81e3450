"""Tables of surveillance: events with their reports, zones, results of our own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from aquacert.surveillance.rules.events import Realm, Status
from aquacert.surveillance.rules.own import Level, Purpose


class Event(Base):
    """One occurrence of a disease, folded from its reports. A fact of the world: no row scope."""

    __tablename__ = "events"
    __table_args__ = (
        state_check("realm", Realm),
        state_check("status", Status),
        CheckConstraint("verdict IN ('suspected', 'confirmed', 'denied')", name="verdict"),
        CheckConstraint("disease_code IS NULL OR realm = 'aquatic'", name="disease_code"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        UniqueConstraint("source", "source_key"),
        Index("ix_events_acting", "disease_code", "is_domestic", "reported_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    source_key: Mapped[str]
    content_hash: Mapped[str]
    """Digest of the highest-ranking report."""
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    disease_written: Mapped[str]
    disease_code: Mapped[str | None] = mapped_column(ForeignKey("diseases.code"))
    realm: Mapped[str]
    status: Mapped[str]
    """What the source says."""
    verdict: Mapped[str | None]
    """What an officer decided; outranks the source."""
    is_confirmed: Mapped[bool]
    is_domestic: Mapped[bool]
    country: Mapped[str]
    place: Mapped[str]
    division_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    observed_on: Mapped[date | None]
    reported_on: Mapped[date | None]
    cases: Mapped[int | None]
    deaths: Mapped[int | None]
    words: Mapped[str]
    """Everything it is searched by, folded."""
    missing_since_at: Mapped[datetime | None]
    """Absent from a full snapshot since then: a candidate for withdrawal, never a deletion."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class EventReport(Base):
    """One report of an event, as normalised from one row. Append-only by trigger."""

    __tablename__ = "event_reports"
    __table_args__ = (UniqueConstraint("event_id", "content_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("feed_files.id"), index=True)
    line: Mapped[int]
    content_hash: Mapped[str]
    rank: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Json)


class EventChange(Base):
    """What changed in an event, field by field, and why. Append-only by trigger."""

    __tablename__ = "event_changes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("feed_files.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    by_id: Mapped[UUID | None]
    reason: Mapped[str]
    diff: Mapped[dict[str, Any]] = mapped_column(Json)


class Zone(Base):
    """A controlled area for one disease. Lifted, never deleted; frozen once lifted."""

    __tablename__ = "zones"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="period"),
        CheckConstraint("(lifted_at IS NULL) = (lift_reason = '')", name="lifted"),
        CheckConstraint("(radius_m IS NULL) = (latitude IS NULL)", name="circle"),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="centre"),
        Index("ix_zones_event_id", "event_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    disease_code: Mapped[str] = mapped_column(ForeignKey("diseases.code"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """Last legal day; None = until lifted."""
    reason: Mapped[str]
    is_automatic: Mapped[bool]
    opened_by: Mapped[str]
    opened_by_id: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str]
    lifted_by_id: Mapped[UUID | None]
    lift_reason: Mapped[str]
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    radius_m: Mapped[int | None]
    """A circle for the sketch only (WGS-84); what the zone blocks is its list of divisions."""
    tier: Mapped[str] = mapped_column(server_default=text("'protection'"))
    """What it does at its gravest (rules.shapes.Tier); a zone by list alone does it everywhere."""
    is_shaped: Mapped[bool] = mapped_column(server_default=text("false"))
    """It has parts of its own (models.zones): a place with coordinates asks those, not the list."""


class ZoneDivision(Base):
    """One division of a zone; everything below it is in the zone too."""

    __tablename__ = "zone_divisions"
    __table_args__ = (UniqueConstraint("zone_id", "division_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"), index=True)


class OwnResult(Base):
    """One disease of one sample of our own, as its report tells it; holds no personal data.

    `sample_id` names a row of a higher room (a sample or a self-test), so it is no foreign key.
    """

    __tablename__ = "own_results"
    __parties__ = {"divisions": ("division_code",), "organisations": ("organisation_id",)}
    __table_args__ = (
        state_check("purpose", Purpose),
        state_check("level", Level),
        CheckConstraint("outcome IN ('negative', 'positive', 'inconclusive')", name="outcome"),
        CheckConstraint("individuals > 0", name="individuals"),
        UniqueConstraint("sample_id", "disease_code"),
        Index(
            "ix_own_results_farm", "organisation_id", "disease_code", "species_code", "sampled_on"
        ),
        Index("ix_own_results_day", "sampled_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sample_id: Mapped[UUID]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    disease_code: Mapped[str] = mapped_column(ForeignKey("diseases.code"))
    disease_name: Mapped[str]
    species_code: Mapped[str] = mapped_column(ForeignKey("species.code"))
    species_name: Mapped[str]
    place: Mapped[str]
    """Names as they were when it was heard: lists and exports of years ask no other table."""
    life_stage: Mapped[str]
    individuals: Mapped[int]
    sampled_on: Mapped[date]
    purpose: Mapped[str]
    level: Mapped[str]
    method_code: Mapped[str]
    outcome: Mapped[str]
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    lab_name: Mapped[str]
    in_scope: Mapped[bool]
    """Whether the laboratory was in scope for it on the sampling day."""
    report_id: Mapped[UUID]
    report_no: Mapped[str]
    reported_at: Mapped[datetime]
    is_withdrawn: Mapped[bool]
    heard_at: Mapped[datetime]

    def search_text(self) -> str:
        """Found by disease, species, place, laboratory and report number."""
        return (
            f"{self.disease_code} {self.disease_name} {self.species_name} {self.division_code}"
            f" {self.place} {self.lab_name} {self.report_no}"
        )
