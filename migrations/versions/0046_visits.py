"""Visits: a check's version and what is done about a suspicion; measured numbers and picked signs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0046_visits"
down_revision = "0045_declaring_again"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Give checks and findings their columns; every check of before is of version 1."""
    for column in (
        sa.Column("version", WHOLE, nullable=False, server_default="1"),
        sa.Column("course", sa.Text(), nullable=False, server_default=""),
        sa.Column("isolated_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("isolated_because", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("batch_checks", column)
    for column in (
        sa.Column("amount", WHOLE, nullable=True),
        sa.Column("picks", kernel_db.Json(), nullable=True),
        sa.Column("by_device_at", kernel_db.UtcDateTime(), nullable=True),
    ):
        op.add_column("findings", column)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
