"""Scans by coarse place, as a visitor or an officer's device gave them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0020_scan_places"
down_revision = "0019_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "scan_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("hour_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("source IN ('visitor', 'officer')", name=op.f("ck_scan_places_source")),
        sa.CheckConstraint("count > 0", name=op.f("ck_scan_places_count")),
        sa.CheckConstraint("length(county) = 6", name=op.f("ck_scan_places_county")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_scan_places_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_places")),
        sa.UniqueConstraint(
            "certificate_id",
            "county",
            "hour_at",
            "source",
            name=op.f("uq_scan_places_certificate_id_county_hour_at_source"),
        ),
    )
    op.create_index(op.f("ix_scan_places_hour_at"), "scan_places", ["hour_at"], unique=False)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
