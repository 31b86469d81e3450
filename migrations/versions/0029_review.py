"""Signatures of review, and pools."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029_review"
down_revision = "0028_quality"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a test wait for the pool that answers for it; add the signatures of review and the pools."""
    op.add_column("lab_orders", sa.Column("held_by_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
