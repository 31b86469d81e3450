"""Nothing yet."""

from __future__ import annotations

revision = "0036_registers"
down_revision = "0035_farm_record"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
