"""Monitoring points, their months, plans of monitoring and their samples, officers' findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel.ddl import append_only

revision = "0057_own_reporting"
down_revision = "0056_zone_shapes"
branch_labels = None
depends_on = None

KEPT = ("monthly_stocks", "monthly_diseases", "ladder_findings")


def upgrade() -> None:
    """Make the tables; what was reported and found is append-only."""
    op.create_table(
        "ladder_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("saw", kernel_db.Json(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("found_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("found_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "finding IN ('confirm', 'deny', 'resolve')", name=op.f("ck_ladder_findings_finding")
        ),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_ladder_findings_disease_code")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_ladder_findings_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_ladder_findings_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_findings")),
    )
    op.create_index(
        "ix_ladder_findings_farm",
        "ladder_findings",
        ["organisation_id", "disease_code"],
        unique=False,
    )
    op.create_table(
        "monitoring_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column(
            "occasions", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "individuals", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("individuals > 0", name=op.f("ck_monitoring_plans_individuals")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_monitoring_plans_period")),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_monitoring_plans_disease_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_plans")),
    )
    op.create_index(
        "ix_monitoring_plans_year", "monitoring_plans", ["year", "disease_code"], unique=False
    )
    op.create_table(
        "monitoring_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("area_tenths", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_because", sa.Text(), nullable=False),
        sa.Column("registered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("registered_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(closed_on IS NULL) = (closed_because = '')", name=op.f("ck_monitoring_points_closed")
        ),
        sa.CheckConstraint(
            "mode IN ('sea_pond', 'sea_cage', 'sea_tank', 'fresh_pond', 'fresh_cage', 'fresh_tank')",
            name=op.f("ck_monitoring_points_mode"),
        ),
        sa.CheckConstraint(
            "site IN ('national_stock', 'provincial_stock', 'nursery', 'ornamental', 'grow_out', 'water')",
            name=op.f("ck_monitoring_points_site"),
        ),
        sa.CheckConstraint("area_tenths > 0", name=op.f("ck_monitoring_points_area")),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_monitoring_points_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_monitoring_points_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["people.id"], name=op.f("fk_monitoring_points_reporter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_points")),
        sa.UniqueConstraint("code", name=op.f("uq_monitoring_points_code")),
        sa.UniqueConstraint(
            "division_code", "ordinal", name=op.f("uq_monitoring_points_division_code_ordinal")
        ),
    )
    op.create_index(
        "ix_monitoring_points_organisation_id",
        "monitoring_points",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        "ix_monitoring_points_reporter_id", "monitoring_points", ["reporter_id"], unique=False
    )
    op.create_table(
        "monitoring_point_species",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["monitoring_points.id"],
            name=op.f("fk_monitoring_point_species_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["species_code"],
            ["species.code"],
            name=op.f("fk_monitoring_point_species_species_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_point_species")),
        sa.UniqueConstraint(
            "point_id",
            "species_code",
            name=op.f("uq_monitoring_point_species_point_id_species_code"),
        ),
    )
    op.create_table(
        "monitoring_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("occasion", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column(
            "individuals", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("dropped_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'dropped') = (dropped_because <> '')",
            name=op.f("ck_monitoring_tasks_dropped"),
        ),
        sa.CheckConstraint(
            "(state = 'taken') = (sample_id IS NOT NULL)", name=op.f("ck_monitoring_tasks_taken")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'taken', 'dropped')", name=op.f("ck_monitoring_tasks_state")
        ),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_monitoring_tasks_period")),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_monitoring_tasks_disease_code")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_monitoring_tasks_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_monitoring_tasks_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["monitoring_plans.id"], name=op.f("fk_monitoring_tasks_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["monitoring_points.id"], name=op.f("fk_monitoring_tasks_point_id")
        ),
        sa.ForeignKeyConstraint(
            ["species_code"], ["species.code"], name=op.f("fk_monitoring_tasks_species_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_tasks")),
        sa.UniqueConstraint(
            "point_id",
            "disease_code",
            "year",
            "occasion",
            name=op.f("uq_monitoring_tasks_point_id_disease_code_year_occasion"),
        ),
    )
    op.create_index(
        "ix_monitoring_tasks_division_state",
        "monitoring_tasks",
        ["division_code", "state", "until_on"],
        unique=False,
    )
    op.create_index("ix_monitoring_tasks_plan_id", "monitoring_tasks", ["plan_id"], unique=False)
    op.create_index(
        "ix_monitoring_tasks_sample_id", "monitoring_tasks", ["sample_id"], unique=False
    )
    op.create_table(
        "monthly_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("said", kernel_db.Json(), nullable=False),
        sa.Column("saved_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["point_id"], ["monitoring_points.id"], name=op.f("fk_monthly_drafts_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_drafts")),
        sa.UniqueConstraint(
            "point_id", "month_on", name=op.f("uq_monthly_drafts_point_id_month_on")
        ),
    )
    op.create_table(
        "monthly_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_quiet", sa.Boolean(), nullable=False),
        sa.Column("area_unit", sa.Text(), nullable=False),
        sa.Column(
            "water_temperature_tenths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrected_because", sa.Text(), nullable=False),
        sa.Column("filled_by_id", sa.Uuid(), nullable=True),
        sa.Column("filled_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("returned_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(version = 1) = (corrected_because = '')", name=op.f("ck_monthly_reports_corrected")
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'returned', 'accepted', 'replaced')",
            name=op.f("ck_monthly_reports_state"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_monthly_reports_version")),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_monthly_reports_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_monthly_reports_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["monitoring_points.id"], name=op.f("fk_monthly_reports_point_id")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["people.id"], name=op.f("fk_monthly_reports_reporter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_reports")),
        sa.UniqueConstraint(
            "point_id",
            "month_on",
            "version",
            name=op.f("uq_monthly_reports_point_id_month_on_version"),
        ),
    )
    op.create_index(
        "ix_monthly_reports_month", "monthly_reports", ["month_on", "division_code"], unique=False
    )
    op.create_index(
        "uq_monthly_reports_live",
        "monthly_reports",
        ["point_id", "month_on"],
        unique=True,
        sqlite_where=sa.text("state <> 'replaced'"),
        postgresql_where=sa.text("state <> 'replaced'"),
    )
    op.create_table(
        "monthly_diseases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=True),
        sa.Column("area_tenths", sa.BigInteger(), nullable=False),
        sa.Column("area_stock", sa.BigInteger(), nullable=False),
        sa.Column("diseased", sa.BigInteger(), nullable=True),
        sa.Column("deaths", sa.BigInteger(), nullable=False),
        sa.Column("loss_yuan", sa.BigInteger(), nullable=False),
        sa.Column("measures", kernel_db.Json(), nullable=False),
        sa.Column("basis", kernel_db.Json(), nullable=False),
        sa.CheckConstraint(
            "area_tenths >= 0 AND area_stock >= 0", name=op.f("ck_monthly_diseases_area")
        ),
        sa.CheckConstraint(
            "deaths BETWEEN 0 AND area_stock", name=op.f("ck_monthly_diseases_deaths")
        ),
        sa.CheckConstraint(
            "diseased IS NULL OR diseased BETWEEN 0 AND area_stock",
            name=op.f("ck_monthly_diseases_diseased"),
        ),
        sa.CheckConstraint("loss_yuan >= 0", name=op.f("ck_monthly_diseases_loss")),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_monthly_diseases_disease_code")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["monthly_reports.id"], name=op.f("fk_monthly_diseases_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["species_code"], ["species.code"], name=op.f("fk_monthly_diseases_species_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_diseases")),
    )
    op.create_index(
        "ix_monthly_diseases_disease_code", "monthly_diseases", ["disease_code"], unique=False
    )
    op.create_index(
        "ix_monthly_diseases_report_id", "monthly_diseases", ["report_id"], unique=False
    )
    op.create_table(
        "monthly_stocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("area_tenths", sa.BigInteger(), nullable=False),
        sa.Column("stocked", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("area_tenths > 0", name=op.f("ck_monthly_stocks_area")),
        sa.CheckConstraint("stocked >= 0", name=op.f("ck_monthly_stocks_stocked")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["monthly_reports.id"], name=op.f("fk_monthly_stocks_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["species_code"], ["species.code"], name=op.f("fk_monthly_stocks_species_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_stocks")),
        sa.UniqueConstraint(
            "report_id", "species_code", name=op.f("uq_monthly_stocks_report_id_species_code")
        ),
    )
    op.create_table(
        "plan_samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("point_code", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("life_stage", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("tissue", sa.Text(), nullable=False),
        sa.Column("preservation", sa.Text(), nullable=False),
        sa.Column(
            "individuals", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "pool_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "water_temperature_tenths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("taken_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_with", sa.Text(), nullable=False),
        sa.Column("label_scanned_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("custody_salt", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=True),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("consignment_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("told_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state = 'taken' OR lab_id IS NOT NULL", name=op.f("ck_plan_samples_sent_to")
        ),
        sa.CheckConstraint(
            "state IN ('taken', 'sent', 'released')", name=op.f("ck_plan_samples_state")
        ),
        sa.CheckConstraint("individuals > 0", name=op.f("ck_plan_samples_individuals")),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["sample_dispatches.id"], name=op.f("fk_plan_samples_dispatch_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["organisations.id"], name=op.f("fk_plan_samples_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_plan_samples_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_plan_samples_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["people.id"], name=op.f("fk_plan_samples_taken_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["monitoring_tasks.id"], name=op.f("fk_plan_samples_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_samples")),
        sa.UniqueConstraint("blind_code", name=op.f("uq_plan_samples_blind_code")),
        sa.UniqueConstraint("number", name=op.f("uq_plan_samples_number")),
        sa.UniqueConstraint("task_id", name=op.f("uq_plan_samples_task_id")),
    )
    op.create_index(
        op.f("ix_plan_samples_organisation_id"), "plan_samples", ["organisation_id"], unique=False
    )

    dialect = op.get_bind().dialect.name
    for table in KEPT:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
