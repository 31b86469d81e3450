"""Supervision: when the audit chains were checked, and what was found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0012_supervision"
down_revision = "0011_movements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its triggers."""
    op.create_table(
        "chain_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("chains", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("breaks", kernel_db.Json(), nullable=False),
        sa.CheckConstraint("chains >= 0 AND entries >= 0", name=op.f("ck_chain_checks_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_checks")),
    )
    op.create_index(
        op.f("ix_chain_checks_checked_at"), "chain_checks", ["checked_at"], unique=False
    )
    for statement in ddl.append_only("chain_checks", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
