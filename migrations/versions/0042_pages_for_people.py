"""Nothing yet."""

from __future__ import annotations

revision = "0042_pages_for_people"
down_revision = "0041_sign_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
