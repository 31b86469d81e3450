"""Sampling plans with pools, labels, self-tests."""

from __future__ import annotations

revision = "0024_sampling"
down_revision = "0023_lab_register"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
