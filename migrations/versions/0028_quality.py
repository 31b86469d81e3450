"""Mapped instrument profiles and control charts."""

from __future__ import annotations

revision = "0028_quality"
down_revision = "0027_bench"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
