"""Promises of time and stopped clocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0031_turnaround"
down_revision = "0030_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lab_opening_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("spans", kernel_db.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_opening_hours_lab_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_opening_hours")),
        sa.UniqueConstraint("lab_id", "from_on", name=op.f("uq_lab_opening_hours_lab_id_from_on")),
    )
    op.create_table(
        "lab_promises",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "unit IN ('working_days', 'working_hours', 'hours')", name=op.f("ck_lab_promises_unit")
        ),
        sa.CheckConstraint("value > 0", name=op.f("ck_lab_promises_value")),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_promises_lab_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_promises")),
        sa.UniqueConstraint(
            "lab_id",
            "disease_code",
            "method_code",
            "from_on",
            name=op.f("uq_lab_promises_lab_id_disease_code_method_code_from_on"),
        ),
    )
    op.create_table(
        "lab_clock_stops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("stopped_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("stopped_by_id", sa.Uuid(), nullable=True),
        sa.Column("resumed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("resumed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("because <> ''", name=op.f("ck_lab_clock_stops_because")),
        sa.CheckConstraint(
            "resumed_at IS NULL OR resumed_at >= stopped_at", name=op.f("ck_lab_clock_stops_span")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["lab_items.id"], name=op.f("fk_lab_clock_stops_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_clock_stops_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["resumed_by_id"], ["people.id"], name=op.f("fk_lab_clock_stops_resumed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["stopped_by_id"], ["people.id"], name=op.f("fk_lab_clock_stops_stopped_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_clock_stops")),
    )
    op.create_index(
        op.f("ix_lab_clock_stops_item_id"), "lab_clock_stops", ["item_id"], unique=False
    )
    op.create_index(
        "uq_lab_clock_stops_open",
        "lab_clock_stops",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("resumed_at IS NULL"),
        postgresql_where=sa.text("resumed_at IS NULL"),
    )
    op.create_table(
        "lab_clocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("announced_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("received_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("entered_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("verified_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("reported_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("due_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("warned_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "unit IN ('working_days', 'working_hours', 'hours')", name=op.f("ck_lab_clocks_unit")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["lab_items.id"], name=op.f("fk_lab_clocks_item_id")),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_clocks_lab_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["lab_orders.id"], name=op.f("fk_lab_clocks_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_clocks")),
        sa.UniqueConstraint("order_id", name=op.f("uq_lab_clocks_order_id")),
    )
    op.create_index(
        "ix_lab_clocks_due", "lab_clocks", ["lab_id", "reported_at", "due_at"], unique=False
    )
    op.create_index(op.f("ix_lab_clocks_item_id"), "lab_clocks", ["item_id"], unique=False)
    op.create_index("ix_lab_clocks_received", "lab_clocks", ["lab_id", "received_at"], unique=False)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
