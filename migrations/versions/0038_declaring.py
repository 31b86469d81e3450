"""Declaring: clashes of two windows, wild and brought-in batches, what purposes ask, words said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0038_declaring"
down_revision = "0037_stock"
branch_labels = None
depends_on = None

COLUMNS = {
    "declarations": (
        ("clashes", kernel_db.Encrypted()),
        ("amended_at", kernel_db.UtcDateTime()),
        ("amended_fields", kernel_db.Json()),
    ),
    "batches": (
        ("capture_place", sa.Text()),
        ("site_apart", sa.Boolean()),
        ("site_water", sa.Boolean()),
        ("site_other", sa.Boolean()),
        ("brought_certificate", sa.Text()),
        ("brought_province", sa.Text()),
        ("brought_on", sa.Date()),
    ),
    "loads": (("purpose_answers", kernel_db.Json()),),
}
"""All nullable: what was declared earlier was not asked these things, and says nothing to them."""


def upgrade() -> None:
    """Add the columns and the table of words."""
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "declaration_words",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), nullable=True),
        sa.Column("from_office", sa.Boolean(), nullable=False),
        sa.Column("words", kernel_db.Encrypted(), nullable=False),
        sa.Column("said_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["declarations.id"],
            name=op.f("fk_declaration_words_declaration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["people.id"], name=op.f("fk_declaration_words_said_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_words")),
    )
    op.create_index(
        op.f("ix_declaration_words_declaration_id"), "declaration_words", ["declaration_id"]
    )
    for statement in ddl.append_only("declaration_words", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
