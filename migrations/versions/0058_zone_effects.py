"""What zones do to papers on the road."""

from __future__ import annotations

revision = "0058_zone_effects"
down_revision = "0057_own_reporting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
