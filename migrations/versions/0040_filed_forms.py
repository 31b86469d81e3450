"""Nothing yet."""

from __future__ import annotations

revision = "0040_filed_forms"
down_revision = "0039_office_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
