"""Who said last with what a run was done: that person had a hand in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033_bench_hands"
down_revision = "0032_exchange"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of earlier runs nobody is known, and the trail tells."""
    op.add_column("lab_runs", sa.Column("equipped_by_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
