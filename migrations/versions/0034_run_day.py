"""The day an instrument's file says its run was done on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034_run_day"
down_revision = "0033_bench_hands"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier runs are judged on the day they were taken, as before."""
    op.add_column("lab_runs", sa.Column("ran_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
