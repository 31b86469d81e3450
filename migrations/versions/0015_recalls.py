"""Recalls by query, the issuing switch, findings of the nightly check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0015_recalls"
down_revision = "0014_numbers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "check_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("finished_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("issued", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bad", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counts", kernel_db.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_runs")),
    )
    op.create_table(
        "issuing_halts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("halted_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("halted_by_id", sa.Uuid(), nullable=True),
        sa.Column("halted_by", sa.Text(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ended_at IS NULL OR length(ended_because) >= 2", name=op.f("ck_issuing_halts_ended")
        ),
        sa.CheckConstraint("length(because) >= 2", name=op.f("ck_issuing_halts_because")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuing_halts")),
    )
    op.create_index(
        "uq_issuing_halts_in_force",
        "issuing_halts",
        ["division_code", "authority"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "recall_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("question", kernel_db.Json(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("hits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("ordered_by_id", sa.Uuid(), nullable=True),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("decided_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_because", sa.Text(), nullable=False),
        sa.Column("finished_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('ordered', 'confirmed', 'rejected')", name=op.f("ck_recall_orders_state")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR ordered_by_id IS NULL OR decided_by_id <> ordered_by_id",
            name=op.f("ck_recall_orders_two_persons"),
        ),
        sa.CheckConstraint("hits > 0", name=op.f("ck_recall_orders_hits")),
        sa.CheckConstraint("length(because) >= 2", name=op.f("ck_recall_orders_because")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_orders")),
    )
    op.create_table(
        "check_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lint", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("spreads", sa.Boolean(), nullable=False),
        sa.Column("is_error", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("found_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("first_run_id", sa.Uuid(), nullable=False),
        sa.Column("last_run_id", sa.Uuid(), nullable=False),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "settled_at IS NULL OR settled_because <> ''", name=op.f("ck_check_findings_settled")
        ),
        sa.ForeignKeyConstraint(
            ["first_run_id"], ["check_runs.id"], name=op.f("fk_check_findings_first_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_run_id"], ["check_runs.id"], name=op.f("fk_check_findings_last_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_findings")),
    )
    op.create_index(
        "ix_check_findings_certificate", "check_findings", ["certificate_id"], unique=False
    )
    op.create_index(
        "ix_check_findings_open",
        "check_findings",
        ["county"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        "uq_check_findings_open",
        "check_findings",
        ["lint", "subject"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "recall_hits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'suspended', 'recalled', 'resumed', 'skipped')",
            name=op.f("ck_recall_hits_state"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_recall_hits_certificate_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["recall_orders.id"], name=op.f("fk_recall_hits_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_hits")),
        sa.UniqueConstraint(
            "order_id", "certificate_id", name=op.f("uq_recall_hits_order_id_certificate_id")
        ),
    )
    op.create_index("ix_recall_hits_order", "recall_hits", ["order_id", "state"], unique=False)
    op.create_index("ix_recall_hits_certificate", "recall_hits", ["certificate_id"])
    op.create_index("ix_log_leaves_certificate", "log_leaves", ["certificate_id"])
    dialect = op.get_bind().dialect.name
    for statement in ddl.frozen_when("issuing_halts", "OLD.ended_at IS NOT NULL", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
