"""Nothing yet."""

from __future__ import annotations

revision = "0044_farm_corrections"
down_revision = "0043_office_assignment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
