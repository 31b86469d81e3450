"""Worksheets, plates and what a run was done with."""

from __future__ import annotations

revision = "0027_bench"
down_revision = "0026_custody"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
