"""Doubts about a verdict: another device said that a passed batch failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0052_verdict_doubts"
down_revision = "0051_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "verdict_doubts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("stands", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("stands IN ('', 'pass', 'fail')", name=op.f("ck_verdict_doubts_stands")),
        sa.CheckConstraint(
            "(stands = '') = (settled_at IS NULL)", name=op.f("ck_verdict_doubts_settled")
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["batch_checks.id"], name=op.f("fk_verdict_doubts_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["people.id"], name=op.f("fk_verdict_doubts_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict_doubts")),
    )
    op.create_index(
        op.f("ix_verdict_doubts_check_id"), "verdict_doubts", ["check_id"], unique=False
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
