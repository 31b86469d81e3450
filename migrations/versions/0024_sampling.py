"""Sampling plans with pools, labels, self-tests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0024_sampling"
down_revision = "0023_lab_register"
branch_labels = None
depends_on = None

WORDS = {
    "purpose": "official",
    **dict.fromkeys(("life_stage", "tissue", "preservation", "plan_basis", "plan_version"), ""),
    **dict.fromkeys(("plan_because", "window_warned", "custody_salt"), ""),
}
NUMBERS = (
    *("length_mm", "live_count", "pool_size", "pools", "population", "planned"),
    *("prevalence_tenths", "confidence_tenths"),
    *("sensitivity_thousandths", "specificity_thousandths"),
)


def upgrade() -> None:
    """Make the tables; a sample older than this keeps empty places where nothing was asked."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for name, word in WORDS.items():
        op.add_column("samples", sa.Column(name, sa.Text(), nullable=False, server_default=word))
    for name in NUMBERS:
        op.add_column("samples", sa.Column(name, whole, nullable=True))
    op.add_column("samples", sa.Column("label_scanned_at", kernel_db.UtcDateTime(), nullable=True))
    op.add_column("samples", sa.Column("dispatch_id", sa.Uuid(), nullable=True))
    make_tables()
    for statement in ddl.append_only("label_prints", op.get_bind().dialect.name):
        op.execute(statement)


def make_tables() -> None:
    """Labels and their printings, boxes, and what hatcheries have tested themselves."""
    op.create_table(
        "label_prints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("printed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("printed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ordinal = 1 OR because <> ''", name=op.f("ck_label_prints_because")),
        sa.ForeignKeyConstraint(
            ["printed_by_id"], ["people.id"], name=op.f("fk_label_prints_printed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_prints")),
        sa.UniqueConstraint(
            "subject_id", "ordinal", name=op.f("uq_label_prints_subject_id_ordinal")
        ),
    )
    op.create_table(
        "label_sheets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("labels", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("issued_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("labels > 0", name=op.f("ck_label_sheets_labels")),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["people.id"], name=op.f("fk_label_sheets_issued_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisations.id"], name=op.f("fk_label_sheets_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_sheets")),
        sa.UniqueConstraint("number", name=op.f("uq_label_sheets_number")),
    )
    op.create_index(op.f("ix_label_sheets_unit_id"), "label_sheets", ["unit_id"], unique=False)
    op.create_table(
        "sample_dispatches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("box_number", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill", sa.Text(), nullable=False),
        sa.Column("samples", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expected_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("sent_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["organisations.id"], name=op.f("fk_sample_dispatches_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["organisations.id"], name=op.f("fk_sample_dispatches_sender_id")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["people.id"], name=op.f("fk_sample_dispatches_sent_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_dispatches")),
    )
    op.create_index(
        op.f("ix_sample_dispatches_lab_id"), "sample_dispatches", ["lab_id"], unique=False
    )
    op.create_table(
        "sample_labels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("void_because", sa.Text(), nullable=False),
        sa.Column("used_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'void') = (void_because <> '')", name=op.f("ck_sample_labels_void")
        ),
        sa.CheckConstraint(
            "state IN ('free', 'used', 'void')", name=op.f("ck_sample_labels_state")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["label_sheets.id"], name=op.f("fk_sample_labels_sheet_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisations.id"], name=op.f("fk_sample_labels_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_labels")),
        sa.UniqueConstraint("blind_code", name=op.f("uq_sample_labels_blind_code")),
        sa.UniqueConstraint("sheet_id", "ordinal", name=op.f("uq_sample_labels_sheet_id_ordinal")),
    )
    op.create_table(
        "self_tests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("pond_name", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("life_stage", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("tissue", sa.Text(), nullable=False),
        sa.Column("preservation", sa.Text(), nullable=False),
        sa.Column(
            "individuals", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "pool_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "water_temperature_tenths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("taken_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.Column("label_scanned_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("custody_salt", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=True),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("consignment_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("told_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state = 'taken' OR lab_id IS NOT NULL", name=op.f("ck_self_tests_sent_to")
        ),
        sa.CheckConstraint(
            "state IN ('taken', 'sent', 'released')", name=op.f("ck_self_tests_state")
        ),
        sa.CheckConstraint("individuals > 0", name=op.f("ck_self_tests_individuals")),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["sample_dispatches.id"], name=op.f("fk_self_tests_dispatch_id")
        ),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_self_tests_hatchery_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["organisations.id"], name=op.f("fk_self_tests_lab_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_self_tests_lot_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_self_tests_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["people.id"], name=op.f("fk_self_tests_taken_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_tests")),
        sa.UniqueConstraint("blind_code", name=op.f("uq_self_tests_blind_code")),
        sa.UniqueConstraint("number", name=op.f("uq_self_tests_number")),
    )
    op.create_index(op.f("ix_self_tests_lot_id"), "self_tests", ["lot_id"], unique=False)
    op.create_index(
        op.f("ix_self_tests_organisation_id"), "self_tests", ["organisation_id"], unique=False
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
