"""Documents: the level each revision of a PDF reached, and the copies printed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0019_documents"
down_revision = "0018_peers"
branch_labels = None
depends_on = None

APPEND_ONLY = ("document_levels", "document_copies")


def upgrade() -> None:
    """Make the tables; what was found and what was printed is never changed."""
    op.create_table(
        "document_copies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("because <> ''", name=op.f("ck_document_copies_because")),
        sa.CheckConstraint("ordinal > 0", name=op.f("ck_document_copies_ordinal")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_document_copies_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_copies")),
        sa.UniqueConstraint(
            "certificate_id", "ordinal", name=op.f("uq_document_copies_certificate_id_ordinal")
        ),
    )
    op.create_table(
        "document_levels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asserted_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("next_due_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "level IN ('B-B', 'B-T', 'B-LTA')", name=op.f("ck_document_levels_level")
        ),
        sa.CheckConstraint("revision > 0", name=op.f("ck_document_levels_revision")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_document_levels_certificate_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_document_levels_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_levels")),
        sa.UniqueConstraint(
            "certificate_id", "revision", name=op.f("uq_document_levels_certificate_id_revision")
        ),
    )
    op.create_index("ix_document_levels_due", "document_levels", ["next_due_at"], unique=False)
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
