"""The lists' indexes carry all that a count asks for: it reads no row of the table."""

from __future__ import annotations

from alembic import op

revision = "0051_lists"
down_revision = "0050_failing_batches"
branch_labels = None
depends_on = None

BEFORE = (
    "ix_declarations_state_closed_at",
    "ix_declarations_origin_code_state_closed_at",
    "ix_declarations_office_id_state_closed_at",
    "ix_declarations_organisation_closed_at",
    "ix_declarations_vet_id_state_closed_at",
    "ix_declarations_declared_by_closed_at",
)
NOW = {
    "ix_declarations_all_closed": (),
    "ix_declarations_origin_closed": ("origin_code",),
    "ix_declarations_office_closed": ("office_id",),
    "ix_declarations_organisation_closed": ("organisation_id",),
    "ix_declarations_vet_closed": ("vet_id",),
    "ix_declarations_declared_by_closed": ("declared_by_id",),
}


def upgrade() -> None:
    """Replace the six indexes."""
    for name in BEFORE:
        op.drop_index(name, table_name="declarations")
    for name, first in NOW.items():
        columns = [*first, "state", "closed_at", "id", "answer_due_at"]
        op.create_index(name, "declarations", columns, unique=False)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
