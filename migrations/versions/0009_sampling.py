"""Sampling."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0009_sampling"
down_revision = "0008_inspections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "sampling_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sampling_plans")),
    )
    op.create_index(
        op.f("ix_sampling_plans_species_code"), "sampling_plans", ["species_code"], unique=False
    )
    op.create_table(
        "samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet_number", sa.Text(), nullable=False),
        sa.Column("seal_number", sa.Text(), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("matrix", sa.Text(), nullable=False),
        sa.Column(
            "individuals", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "water_temperature_tenths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("taken_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_with", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=True),
        sa.Column("consignment_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "matrix IN ('whole', 'gill', 'kidney_spleen', 'hepatopancreas', 'pleopod', 'mantle', 'eggs', 'water')",
            name=op.f("ck_samples_matrix"),
        ),
        sa.CheckConstraint(
            "state = 'taken' OR lab_id IS NOT NULL", name=op.f("ck_samples_sent_to")
        ),
        sa.CheckConstraint("state IN ('taken', 'sent', 'released')", name=op.f("ck_samples_state")),
        sa.CheckConstraint("individuals > 0", name=op.f("ck_samples_individuals")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_samples_batch_id")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_samples_declaration_id")
        ),
        sa.ForeignKeyConstraint(["lab_id"], ["organisations.id"], name=op.f("fk_samples_lab_id")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_samples_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_samples_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["people.id"], name=op.f("fk_samples_taken_by_id")
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_samples_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
        sa.UniqueConstraint("blind_code", name=op.f("uq_samples_blind_code")),
        sa.UniqueConstraint(
            "declaration_id", "number", name=op.f("uq_samples_declaration_id_number")
        ),
        sa.UniqueConstraint("seal_number", name=op.f("uq_samples_seal_number")),
    )
    op.create_index(op.f("ix_samples_batch_id"), "samples", ["batch_id"], unique=False)
    op.create_index(op.f("ix_samples_declaration_id"), "samples", ["declaration_id"], unique=False)
    op.create_table(
        "ordered_tests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=True),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("ordered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=True),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "because IN ('always', 'suspicion', 'plan', 'vet')",
            name=op.f("ck_ordered_tests_because"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_ordered_tests_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_ordered_tests_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_ordered_tests_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ordered_tests_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name=op.f("fk_ordered_tests_sample_id")
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_ordered_tests_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ordered_tests")),
        sa.UniqueConstraint(
            "batch_id", "disease_code", name=op.f("uq_ordered_tests_batch_id_disease_code")
        ),
    )
    op.create_index(
        op.f("ix_ordered_tests_declaration_id"), "ordered_tests", ["declaration_id"], unique=False
    )
    op.create_index(
        op.f("ix_ordered_tests_sample_id"), "ordered_tests", ["sample_id"], unique=False
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
