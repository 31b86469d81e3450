"""The county may say which of several licences of one kind stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel.db import UtcDateTime

revision = "0044_farm_corrections"
down_revision = "0043_office_assignment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a licence was said to stand; what is there already was never asked about."""
    op.add_column("hatchery_licences", sa.Column("stands_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
