"""Mappings of files that a person made, with their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0054_feed_mappings"
down_revision = "0053_feed_core"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = kernel_db.UtcDateTime


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feed_mappings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("made_at", AT(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("retired_at", AT(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_mappings")),
        sa.UniqueConstraint("plain", name=op.f("uq_feed_mappings_plain")),
    )
    op.create_table(
        "feed_mapping_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mapping_id", sa.Uuid(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("spec", kernel_db.Json(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", AT(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_feed_mapping_versions_number")),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["feed_mappings.id"], name=op.f("fk_feed_mapping_versions_mapping_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_mapping_versions")),
        sa.UniqueConstraint(
            "mapping_id", "number", name=op.f("uq_feed_mapping_versions_mapping_id_number")
        ),
    )
    op.create_table(
        "feed_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mapping_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("spec", kernel_db.Json(), nullable=False),
        sa.Column("made_at", AT(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", AT(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["feed_files.id"], name=op.f("fk_feed_drafts_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["feed_mappings.id"], name=op.f("fk_feed_drafts_mapping_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["feed_mapping_versions.id"], name=op.f("fk_feed_drafts_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_drafts")),
    )
    dialect = op.get_bind().dialect.name
    for statement in ddl.append_only("feed_mapping_versions", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
