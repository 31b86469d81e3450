"""Documents: timestamp levels reached, copies printed."""

from __future__ import annotations

revision = "0019_documents"
down_revision = "0018_peers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
