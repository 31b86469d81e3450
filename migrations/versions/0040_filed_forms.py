"""Statutory forms under numbers of their own, signed papers, treatments, archives of cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0040_filed_forms"
down_revision = "0039_office_desk"
branch_labels = None
depends_on = None

APPEND_ONLY = ("filed_forms", "signed_papers", "treatment_orders", "disposals")


def upgrade() -> None:
    """Make the tables; what was declared before has its forms without a number, as before."""
    make_forms()
    make_endings()
    for table in APPEND_ONLY:
        for statement in ddl.append_only(table, op.get_bind().dialect.name):
            op.execute(statement)


def make_forms() -> None:
    """Forms, the serials of a county and year, photographs of signed papers."""
    op.create_table(
        "form_serials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('application', 'supplement', 'acceptance', 'refusal', 'record', 'sampling', 'treatment', 'disposal')",
            name=op.f("ck_form_serials_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_serials")),
        sa.UniqueConstraint(
            "county_code", "kind", "year", name=op.f("uq_form_serials_county_code_kind_year")
        ),
    )
    op.create_table(
        "filed_forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("layout", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facts", kernel_db.Encrypted(), nullable=False),
        sa.Column("filed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("filed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('application', 'supplement', 'acceptance', 'refusal', 'record', 'sampling', 'treatment', 'disposal')",
            name=op.f("ck_filed_forms_kind"),
        ),
        sa.CheckConstraint("version > 0 AND serial > 0", name=op.f("ck_filed_forms_counts")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_filed_forms_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["filed_by_id"], ["people.id"], name=op.f("fk_filed_forms_filed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filed_forms")),
        sa.UniqueConstraint(
            "county_code",
            "kind",
            "year",
            "serial",
            "version",
            name=op.f("uq_filed_forms_county_code_kind_year_serial_version"),
        ),
        sa.UniqueConstraint(
            "kind", "subject_id", "version", name=op.f("uq_filed_forms_kind_subject_id_version")
        ),
    )
    op.create_index(
        op.f("ix_filed_forms_declaration_id"), "filed_forms", ["declaration_id"], unique=False
    )
    op.create_table(
        "signed_papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("original_sha256", sa.Text(), nullable=False),
        sa.Column("filed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("filed_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_signed_papers_file_id")),
        sa.ForeignKeyConstraint(
            ["filed_by_id"], ["people.id"], name=op.f("fk_signed_papers_filed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["filed_forms.id"], name=op.f("fk_signed_papers_form_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_papers")),
        sa.UniqueConstraint("original_sha256", name=op.f("uq_signed_papers_original_sha256")),
    )
    op.create_index(op.f("ix_signed_papers_form_id"), "signed_papers", ["form_id"], unique=False)


def make_endings() -> None:
    """Orders of treatment, disposals, archives of whole cases."""
    op.create_table(
        "case_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("entries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state <> 'ready' OR file_id IS NOT NULL", name=op.f("ck_case_files_ready")
        ),
        sa.CheckConstraint("state IN ('waiting', 'ready')", name=op.f("ck_case_files_state")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_case_files_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_case_files_declaration_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_case_files_file_id")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_case_files_office_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_files")),
    )
    op.create_index(
        op.f("ix_case_files_declaration_id"), "case_files", ["declaration_id"], unique=False
    )
    op.create_table(
        "treatment_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("measures", kernel_db.Json(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("ordered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_treatment_orders_quantity")),
        sa.ForeignKeyConstraint(
            ["check_id"], ["batch_checks.id"], name=op.f("fk_treatment_orders_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_treatment_orders_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_treatment_orders_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_treatment_orders_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_treatment_orders_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_orders")),
        sa.UniqueConstraint("check_id", name=op.f("uq_treatment_orders_check_id")),
    )
    op.create_index(
        op.f("ix_treatment_orders_declaration_id"),
        "treatment_orders",
        ["declaration_id"],
        unique=False,
    )
    op.create_table(
        "disposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("operator", kernel_db.Encrypted(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("done_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_disposals_quantity")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_disposals_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["stock_movements.id"], name=op.f("fk_disposals_movement_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_disposals_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["treatment_orders.id"], name=op.f("fk_disposals_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_disposals_organisation_id")
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_disposals_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposals")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_disposals_movement_id")),
    )
    op.create_index(
        op.f("ix_disposals_declaration_id"), "disposals", ["declaration_id"], unique=False
    )
    op.create_index(op.f("ix_disposals_order_id"), "disposals", ["order_id"], unique=False)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
