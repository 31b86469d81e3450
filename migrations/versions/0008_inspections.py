"""Inspections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0008_inspections"
down_revision = "0007_declarations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "batch_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("declared", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("decided_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("suspected", kernel_db.Json(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state <> 'passed' OR (quantity > 0 AND quantity <= declared)",
            name=op.f("ck_batch_checks_quantity"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR decided_at IS NOT NULL", name=op.f("ck_batch_checks_decided")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'passed', 'failed')", name=op.f("ck_batch_checks_state")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_batch_checks_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_batch_checks_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_batch_checks_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_batch_checks_organisation_id")
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_batch_checks_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_checks")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_batch_checks_batch_id")),
    )
    op.create_index(
        op.f("ix_batch_checks_declaration_id"), "batch_checks", ["declaration_id"], unique=False
    )
    op.create_index(op.f("ix_batch_checks_vet_id"), "batch_checks", ["vet_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("answer IN ('normal', 'abnormal')", name=op.f("ck_findings_answer")),
        sa.ForeignKeyConstraint(
            ["check_id"], ["batch_checks.id"], name=op.f("fk_findings_check_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("check_id", "item", name=op.f("uq_findings_check_id_item")),
    )
    op.create_table(
        "inspection_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("original_sha256", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("camera_at", sa.Text(), nullable=False),
        sa.Column("taken_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "slot IN ('site', 'group', 'individual', 'records')",
            name=op.f("ck_inspection_photos_slot"),
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["batch_checks.id"], name=op.f("fk_inspection_photos_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_inspection_photos_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_photos")),
        sa.UniqueConstraint("original_sha256", name=op.f("uq_inspection_photos_original_sha256")),
    )
    op.create_index(
        op.f("ix_inspection_photos_check_id"), "inspection_photos", ["check_id"], unique=False
    )
    dialect = op.get_bind().dialect.name
    for statement in ddl.frozen_when("batch_checks", "OLD.state <> 'open'", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
