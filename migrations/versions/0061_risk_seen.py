"""Weekly digests and the public register with its versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0061_risk_seen"
down_revision = "0060_give_back"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "weekly_digests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("content", kernel_db.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_weekly_digests_division_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_digests")),
        sa.UniqueConstraint(
            "week", "division_code", name=op.f("uq_weekly_digests_week_division_code")
        ),
    )
    op.create_index(
        op.f("ix_weekly_digests_division_code"), "weekly_digests", ["division_code"], unique=False
    )
    op.create_table(
        "register_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("published_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", kernel_db.Json(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_register_versions_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_versions")),
        sa.UniqueConstraint("number", name=op.f("uq_register_versions_number")),
    )
    guard()


def guard() -> None:
    """What was published stays as it was published."""
    dialect = op.get_bind().dialect.name
    for table in ("weekly_digests", "register_versions"):
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
