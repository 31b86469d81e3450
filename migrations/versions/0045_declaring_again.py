"""Nothing yet."""

from __future__ import annotations

revision = "0045_declaring_again"
down_revision = "0044_farm_corrections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
