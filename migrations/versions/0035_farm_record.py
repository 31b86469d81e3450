"""Nothing yet."""

from __future__ import annotations

revision = "0035_farm_record"
down_revision = "0034_run_day"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
