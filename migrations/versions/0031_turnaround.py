"""Promises of time and stopped clocks."""

from __future__ import annotations

revision = "0031_turnaround"
down_revision = "0030_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
