"""Nothing yet."""

from __future__ import annotations

revision = "0051_coverage"
down_revision = "0050_failing_batches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
