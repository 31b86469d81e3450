"""A paper that was sent by mistake can be taken away again: who did and when stays on its row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0045_declaring_again"
down_revision = "0044_farm_corrections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give files the two columns; every file of before stands."""
    op.add_column("files", sa.Column("withdrawn_at", kernel_db.UtcDateTime(), nullable=True))
    op.add_column("files", sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
