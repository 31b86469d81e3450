"""The public log: signed checkpoints and witnesses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0017_log"
down_revision = "0016_seals"
branch_labels = None
depends_on = None

SIZE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("log_checkpoints", "log_cosignatures")


def upgrade() -> None:
    """Make the tables; what was signed once is never changed."""
    op.create_table(
        "log_checkpoints",
        sa.Column("size", SIZE, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_log_checkpoints_size")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("size", SIZE, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cosigned_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["log_checkpoints.size"], name=op.f("fk_log_cosignatures_size")
        ),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_log_cosignatures")),
    )
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
