"""Tables of own reporting: monitoring points, their months, the yearly plan, officers' findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from aquacert.surveillance.rules import ladder, monthly, plan
from aquacert.surveillance.rules.points import Mode, Site

LIVE = "state <> 'replaced'"


class MonitoringPoint(Base):
    """One place that is watched month by month. Closed, never deleted; its code is never reused."""

    __tablename__ = "monitoring_points"
    __parties__ = {
        "divisions": ("division_code",),
        "organisations": ("organisation_id",),
        "people": ("reporter_id",),
    }
    __table_args__ = (
        state_check("site", Site),
        state_check("mode", Mode),
        CheckConstraint("area_tenths > 0", name="area"),
        CheckConstraint("(closed_on IS NULL) = (closed_because = '')", name="closed"),
        UniqueConstraint("division_code", "ordinal"),
        Index("ix_monitoring_points_organisation_id", "organisation_id"),
        Index("ix_monitoring_points_reporter_id", "reporter_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    ordinal: Mapped[int]
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    place: Mapped[str]
    """Below the county: township and site, so that the point can be found."""
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    """The farm; of an open water, the body that watches it."""
    name: Mapped[str]
    """Of the farm or of the water, as registered."""
    site: Mapped[str]
    mode: Mapped[str]
    area_tenths: Mapped[int] = mapped_column(BigInteger)
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    """Who reports instead of the farm; empty: the farm itself."""
    from_on: Mapped[date]
    closed_on: Mapped[date | None]
    closed_because: Mapped[str]
    registered_at: Mapped[datetime]
    registered_by_id: Mapped[UUID | None]

    def search_text(self) -> str:
        """Found by code, name and place."""
        return f"{self.code} {self.name} {self.place}"


class PointSpecies(Base):
    """One species watched at a point."""

    __tablename__ = "monitoring_point_species"
    __table_args__ = (UniqueConstraint("point_id", "species_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_points.id"))
    species_code: Mapped[str] = mapped_column(ForeignKey("species.code"))


class MonthlyDraft(Base):
    """What a reporter has typed of a month and not sent; emptied when it is sent."""

    __tablename__ = "monthly_drafts"
    __table_args__ = (UniqueConstraint("point_id", "month_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_points.id"))
    month_on: Mapped[date]
    said: Mapped[dict[str, Any]] = mapped_column(Json)
    saved_at: Mapped[datetime]


class MonthlyReport(Base):
    """One version of one month of one point. A correction is a new version; the old is kept."""

    __tablename__ = "monthly_reports"
    __parties__ = {
        "divisions": ("division_code",),
        "organisations": ("organisation_id",),
        "people": ("reporter_id",),
    }
    __table_args__ = (
        state_check("state", monthly.State),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("(version = 1) = (corrected_because = '')", name="corrected"),
        UniqueConstraint("point_id", "month_on", "version"),
        Index(
            "uq_monthly_reports_live",
            "point_id",
            "month_on",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_monthly_reports_month", "month_on", "division_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_points.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    month_on: Mapped[date]
    """The first day of the month."""
    version: Mapped[int]
    state: Mapped[str]
    is_quiet: Mapped[bool]
    """本月无病: no disease was seen."""
    area_unit: Mapped[str]
    water_temperature_tenths: Mapped[int | None]
    note: Mapped[str]
    corrected_because: Mapped[str]
    filled_by_id: Mapped[UUID | None]
    filled_at: Mapped[datetime]
    reviewed_by_id: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    returned_because: Mapped[str]


class MonthlyStock(Base):
    """What was kept of one species that month. Append-only by trigger."""

    __tablename__ = "monthly_stocks"
    __table_args__ = (
        CheckConstraint("area_tenths > 0", name="area"),
        CheckConstraint("stocked >= 0", name="stocked"),
        UniqueConstraint("report_id", "species_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("monthly_reports.id"))
    species_code: Mapped[str] = mapped_column(ForeignKey("species.code"))
    area_tenths: Mapped[int] = mapped_column(BigInteger)
    stocked: Mapped[int] = mapped_column(BigInteger)


class MonthlyDisease(Base):
    """One disease of one species that month. Append-only by trigger."""

    __tablename__ = "monthly_diseases"
    __table_args__ = (
        CheckConstraint("area_tenths >= 0 AND area_stock >= 0", name="area"),
        CheckConstraint("deaths BETWEEN 0 AND area_stock", name="deaths"),
        CheckConstraint("diseased IS NULL OR diseased BETWEEN 0 AND area_stock", name="diseased"),
        CheckConstraint("loss_yuan >= 0", name="loss"),
        Index("ix_monthly_diseases_report_id", "report_id"),
        Index("ix_monthly_diseases_disease_code", "disease_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("monthly_reports.id"))
    species_code: Mapped[str] = mapped_column(ForeignKey("species.code"))
    disease_code: Mapped[str | None] = mapped_column(ForeignKey("diseases.code"))
    """Empty: the cause is unknown."""
    area_tenths: Mapped[int] = mapped_column(BigInteger)
    area_stock: Mapped[int] = mapped_column(BigInteger)
    diseased: Mapped[int | None] = mapped_column(BigInteger)
    deaths: Mapped[int] = mapped_column(BigInteger)
    loss_yuan: Mapped[int] = mapped_column(BigInteger)
    measures: Mapped[list[Any]] = mapped_column(Json)
    basis: Mapped[list[Any]] = mapped_column(Json)


class MonitoringPlan(Base):
    """The plan of one year for one disease. Everybody who may read plans sees it whole."""

    __tablename__ = "monitoring_plans"
    __parties__ = None
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="period"),
        CheckConstraint("individuals > 0", name="individuals"),
        Index("ix_monitoring_plans_year", "year", "disease_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    title: Mapped[str]
    disease_code: Mapped[str] = mapped_column(ForeignKey("diseases.code"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    occasions: Mapped[int]
    individuals: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID | None]


class MonitoringTask(Base):
    """One sample to be taken: one disease at one point on one occasion of one year."""

    __tablename__ = "monitoring_tasks"
    __parties__ = {"divisions": ("division_code",), "organisations": ("organisation_id",)}
    __table_args__ = (
        state_check("state", plan.State),
        CheckConstraint("until_on >= from_on", name="period"),
        CheckConstraint("(state = 'taken') = (sample_id IS NOT NULL)", name="taken"),
        CheckConstraint("(state = 'dropped') = (dropped_because <> '')", name="dropped"),
        UniqueConstraint("point_id", "disease_code", "year", "occasion"),
        Index("ix_monitoring_tasks_plan_id", "plan_id"),
        Index("ix_monitoring_tasks_sample_id", "sample_id"),
        Index("ix_monitoring_tasks_division_state", "division_code", "state", "until_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_plans.id"))
    point_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_points.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    disease_code: Mapped[str] = mapped_column(ForeignKey("diseases.code"))
    species_code: Mapped[str] = mapped_column(ForeignKey("species.code"))
    year: Mapped[int]
    occasion: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date]
    individuals: Mapped[int]
    state: Mapped[str]
    sample_id: Mapped[UUID | None]
    """The sample, a row of a higher room; its result is the own result with this id."""
    taken_on: Mapped[date | None]
    dropped_because: Mapped[str]


class LadderFinding(Base):
    """What an officer found of one farm and disease, and which evidence he saw. Append-only."""

    __tablename__ = "ladder_findings"
    __parties__ = {"divisions": ("division_code",), "organisations": ("organisation_id",)}
    __table_args__ = (
        state_check("finding", ladder.Finding),
        Index("ix_ladder_findings_farm", "organisation_id", "disease_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    disease_code: Mapped[str] = mapped_column(ForeignKey("diseases.code"))
    finding: Mapped[str]
    basis: Mapped[str]
    """Number of the reference laboratory's report, or what the officer rests it on."""
    saw: Mapped[list[Any]] = mapped_column(Json)
    """Which evidence he had before him, by reference."""
    found_on: Mapped[date]
    found_at: Mapped[datetime]
    found_by: Mapped[str]
    found_by_id: Mapped[UUID | None]
