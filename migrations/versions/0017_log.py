"""The public log: signed checkpoints and witnesses."""

from __future__ import annotations

revision = "0017_log"
down_revision = "0016_seals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
