"""Nothing yet."""

from __future__ import annotations

revision = "0039_office_desk"
down_revision = "0038_declaring"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
