"""Surveillance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0006_surveillance"
down_revision = "0005_labs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "feed_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("header_set", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("imported_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("newest_on", sa.Date(), nullable=True),
        sa.Column("rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "unchanged", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stale", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vanished", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "quarantined", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "(state = 'imported') = (imported_at IS NOT NULL)", name=op.f("ck_feed_files_imported")
        ),
        sa.CheckConstraint("state IN ('received', 'imported')", name=op.f("ck_feed_files_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_files")),
        sa.UniqueConstraint("source", "sha256", name=op.f("uq_feed_files_source_sha256")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("content", kernel_db.Json(), nullable=False),
        sa.Column("disease_written", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=True),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("is_domestic", sa.Boolean(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("cases", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("deaths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("missing_since_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("created_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("changed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "disease_code IS NULL OR realm = 'aquatic'", name=op.f("ck_events_disease_code")
        ),
        sa.CheckConstraint(
            "realm IN ('aquatic', 'terrestrial', 'unmapped')", name=op.f("ck_events_realm")
        ),
        sa.CheckConstraint(
            "status IN ('unsaid', 'suspected', 'confirmed', 'denied')",
            name=op.f("ck_events_status"),
        ),
        sa.CheckConstraint(
            "verdict IN ('suspected', 'confirmed', 'denied')", name=op.f("ck_events_verdict")
        ),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_events_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_events_longitude")),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_events_disease_code")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_events_division_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_events_source_source_key")),
    )
    op.create_index(
        "ix_events_acting", "events", ["disease_code", "is_domestic", "reported_on"], unique=False
    )
    op.create_table(
        "feed_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "code IN ('columns', 'coordinate', 'date', 'future', 'key', 'missing', 'number')",
            name=op.f("ck_feed_rows_code"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["feed_files.id"], name=op.f("fk_feed_rows_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_rows")),
        sa.UniqueConstraint("file_id", "line", name=op.f("uq_feed_rows_file_id_line")),
    )
    op.create_table(
        "event_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("diff", kernel_db.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_changes_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["feed_files.id"], name=op.f("fk_event_changes_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_changes")),
    )
    op.create_index(op.f("ix_event_changes_event_id"), "event_changes", ["event_id"], unique=False)
    op.create_table(
        "event_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("content", kernel_db.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_reports_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["feed_files.id"], name=op.f("fk_event_reports_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_reports")),
        sa.UniqueConstraint(
            "event_id", "content_hash", name=op.f("uq_event_reports_event_id_content_hash")
        ),
    )
    op.create_index(op.f("ix_event_reports_file_id"), "event_reports", ["file_id"], unique=False)
    op.create_table(
        "zones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("lifted_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("radius_m", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lift_reason = '')", name=op.f("ck_zones_lifted")
        ),
        sa.CheckConstraint(
            "(longitude IS NULL) = (latitude IS NULL)", name=op.f("ck_zones_centre")
        ),
        sa.CheckConstraint("(radius_m IS NULL) = (latitude IS NULL)", name=op.f("ck_zones_circle")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_zones_period")),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_zones_disease_code")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_zones_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zones")),
    )
    op.create_index("ix_zones_event_id", "zones", ["event_id"], unique=False)
    op.create_table(
        "zone_divisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_zone_divisions_division_code")
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_divisions_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_divisions")),
        sa.UniqueConstraint(
            "zone_id", "division_code", name=op.f("uq_zone_divisions_zone_id_division_code")
        ),
    )
    op.create_index(
        op.f("ix_zone_divisions_division_code"), "zone_divisions", ["division_code"], unique=False
    )
    # ### end Alembic commands ###
    dialect = op.get_bind().dialect.name
    for table in ("feed_rows", "event_reports", "event_changes"):
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)
    for statement in ddl.frozen_when("feed_files", "OLD.state = 'imported'", dialect):
        op.execute(statement)
    for statement in ddl.frozen_when("zones", "OLD.lifted_at IS NOT NULL", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
