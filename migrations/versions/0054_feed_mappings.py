"""Mappings of files that a person made, with their versions."""

from __future__ import annotations

revision = "0054_feed_mappings"
down_revision = "0053_feed_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
