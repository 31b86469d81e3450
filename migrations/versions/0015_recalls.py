"""Recalls by query, the issuing switch, findings of the nightly check."""

from __future__ import annotations

revision = "0015_recalls"
down_revision = "0014_numbers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
