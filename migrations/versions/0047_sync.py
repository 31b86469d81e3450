"""What devices send: records with their receipts, files in pieces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0047_sync"
down_revision = "0046_visits"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; a record and its receipt are never changed afterwards."""
    make_tables()
    op.add_column("findings", sa.Column("version", WHOLE, nullable=False, server_default="1"))
    for statement in ddl.append_only("device_records", op.get_bind().dialect.name):
        op.execute(statement)


def make_tables() -> None:
    """What the models say at this revision."""
    op.create_table(
        "device_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("base_version", WHOLE, nullable=True),
        sa.Column("check_version", WHOLE, nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", kernel_db.Encrypted(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("receipt", kernel_db.Json(), nullable=False),
        sa.Column("device_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("elapsed_ms", WHOLE, nullable=True),
        sa.Column("about_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("received_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'same', 'conflict', 'refused')",
            name=op.f("ck_device_records_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_device_records_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_device_records_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_records")),
    )
    op.create_index("ix_device_records_batch_device", "device_records", ["batch_id", "device"])
    op.create_index(op.f("ix_device_records_declaration_id"), "device_records", ["declaration_id"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("received", WHOLE, nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_uploads_state")),
        sa.CheckConstraint(
            "size > 0 AND received >= 0 AND received <= size", name=op.f("ck_uploads_size")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_uploads_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index("uq_uploads_person_sha256", "uploads", ["person_id", "sha256"], unique=True)
    op.create_index(op.f("ix_uploads_seen_at"), "uploads", ["seen_at"])


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
