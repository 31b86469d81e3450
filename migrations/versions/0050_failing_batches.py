"""What follows a failed batch: its case, its steps, who took the notice; express reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050_failing_batches"
down_revision = "0049_draws"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark on a lot under treatment."""
    op.add_column("lots", sa.Column("held_for", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
