"""What a designated laboratory has: instruments, lots, staff, proficiency tests."""

from __future__ import annotations

revision = "0023_lab_register"
down_revision = "0022_issuing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
