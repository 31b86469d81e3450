"""Labs: designated laboratories and scopes, consignments, the bench, reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0005_labs"
down_revision = "0004_hatcheries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "laboratories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("cma_number", sa.Text(), nullable=False),
        sa.Column("cnas_number", sa.Text(), nullable=False),
        sa.Column("accredited_from_on", sa.Date(), nullable=False),
        sa.Column("accredited_until_on", sa.Date(), nullable=False),
        sa.Column(
            "capacity_per_day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("designated_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'suspended')", name=op.f("ck_laboratories_state")),
        sa.CheckConstraint(
            "accredited_from_on <= accredited_until_on", name=op.f("ck_laboratories_accredited")
        ),
        sa.ForeignKeyConstraint(["id"], ["organisations.id"], name=op.f("fk_laboratories_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_laboratories")),
        sa.UniqueConstraint("code", name=op.f("uq_laboratories_code")),
    )
    op.create_index(
        op.f("ix_laboratories_division_code"), "laboratories", ["division_code"], unique=False
    )
    op.create_table(
        "lab_consignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "item_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("announced_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("completed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('announced', 'received')", name=op.f("ck_lab_consignments_state")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_consignments_lab_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_consignments")),
        sa.UniqueConstraint("lab_id", "number", name=op.f("uq_lab_consignments_lab_id_number")),
    )
    op.create_index(
        op.f("ix_lab_consignments_lab_id"), "lab_consignments", ["lab_id"], unique=False
    )
    op.create_table(
        "lab_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("staged_by_id", sa.Uuid(), nullable=True),
        sa.Column("staged_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('staged', 'imported', 'discarded')", name=op.f("ck_lab_files_state")
        ),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_files_lab_id")),
        sa.ForeignKeyConstraint(
            ["staged_by_id"], ["people.id"], name=op.f("fk_lab_files_staged_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_files")),
        sa.UniqueConstraint("lab_id", "sha256", name=op.f("uq_lab_files_lab_id_sha256")),
    )
    op.create_index(op.f("ix_lab_files_lab_id"), "lab_files", ["lab_id"], unique=False)
    op.create_table(
        "lab_scopes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("disease_name_zh", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("method_standard", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("targets", kernel_db.Json(), nullable=False),
        sa.Column(
            "rule_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "positive_max_milli",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "grey_max_milli", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "cycle_cap", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('qpcr', 'finding')", name=op.f("ck_lab_scopes_kind")),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_lab_scopes_span")),
        sa.CheckConstraint(
            "positive_max_milli > 0 AND positive_max_milli <= grey_max_milli AND grey_max_milli <= cycle_cap * 1000",
            name=op.f("ck_lab_scopes_limits"),
        ),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_scopes_lab_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_scopes")),
        sa.UniqueConstraint(
            "lab_id",
            "disease_code",
            "method_code",
            "from_on",
            name=op.f("uq_lab_scopes_lab_id_disease_code_method_code_from_on"),
        ),
        sa.UniqueConstraint(
            "lab_id",
            "disease_code",
            "method_code",
            "rule_version",
            name=op.f("uq_lab_scopes_lab_id_disease_code_method_code_rule_version"),
        ),
    )
    op.create_index(op.f("ix_lab_scopes_lab_id"), "lab_scopes", ["lab_id"], unique=False)
    op.create_table(
        "lab_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("matrix", sa.Text(), nullable=False),
        sa.Column(
            "individuals", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column(
            "water_temperature_tenths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("condition_note", sa.Text(), nullable=False),
        sa.Column("received_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("received_by_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "condition IS NULL OR condition IN ('good', 'damaged', 'leaked', 'missing', 'rejected')",
            name=op.f("ck_lab_items_condition"),
        ),
        sa.CheckConstraint(
            "state IN ('announced', 'received', 'unfit', 'reported')",
            name=op.f("ck_lab_items_state"),
        ),
        sa.CheckConstraint(
            "(condition IS NULL) = (received_at IS NULL)", name=op.f("ck_lab_items_received")
        ),
        sa.CheckConstraint("individuals > 0", name=op.f("ck_lab_items_individuals")),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["lab_consignments.id"], name=op.f("fk_lab_items_consignment_id")
        ),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_items_lab_id")),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["people.id"], name=op.f("fk_lab_items_received_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_items")),
        sa.UniqueConstraint("blind_code", name=op.f("uq_lab_items_blind_code")),
    )
    op.create_index(
        op.f("ix_lab_items_consignment_id"), "lab_items", ["consignment_id"], unique=False
    )
    op.create_index(op.f("ix_lab_items_lab_id"), "lab_items", ["lab_id"], unique=False)
    op.create_table(
        "lab_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("reagent_lot", sa.Text(), nullable=False),
        sa.Column("reagent_until_on", sa.Date(), nullable=True),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["lab_files.id"], name=op.f("fk_lab_runs_file_id")),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_runs_lab_id")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["people.id"], name=op.f("fk_lab_runs_opened_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_runs")),
        sa.UniqueConstraint("file_id", "name", name=op.f("uq_lab_runs_file_id_name")),
        sa.UniqueConstraint("lab_id", "number", name=op.f("uq_lab_runs_lab_id_number")),
    )
    op.create_index(op.f("ix_lab_runs_lab_id"), "lab_runs", ["lab_id"], unique=False)
    op.create_table(
        "lab_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("disease_name_zh", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("method_standard", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["lab_items.id"], name=op.f("fk_lab_orders_item_id")),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_orders_lab_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_orders")),
        sa.UniqueConstraint(
            "item_id", "disease_code", name=op.f("uq_lab_orders_item_id_disease_code")
        ),
    )
    op.create_index(op.f("ix_lab_orders_lab_id"), "lab_orders", ["lab_id"], unique=False)
    op.create_table(
        "lab_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", kernel_db.Json(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("is_positive", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("authorised_by_id", sa.Uuid(), nullable=True),
        sa.Column("authorised_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("authorised_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_lab_reports_withdrawn"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR withdrawn_because <> ''", name=op.f("ck_lab_reports_because")
        ),
        sa.CheckConstraint(
            "state IN ('authorised', 'withdrawn')", name=op.f("ck_lab_reports_state")
        ),
        sa.ForeignKeyConstraint(
            ["authorised_by_id"], ["people.id"], name=op.f("fk_lab_reports_authorised_by_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["lab_items.id"], name=op.f("fk_lab_reports_item_id")),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_reports_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["lab_reports.id"], name=op.f("fk_lab_reports_supersedes_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["people.id"], name=op.f("fk_lab_reports_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_reports")),
        sa.UniqueConstraint("lab_id", "number", name=op.f("uq_lab_reports_lab_id_number")),
        sa.UniqueConstraint(
            "lab_id", "year", "place", name=op.f("uq_lab_reports_lab_id_year_place")
        ),
    )
    op.create_index(op.f("ix_lab_reports_blind_code"), "lab_reports", ["blind_code"], unique=False)
    op.create_index(
        "uq_lab_reports_standing",
        "lab_reports",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("state = 'authorised'"),
        postgresql_where=sa.text("state = 'authorised'"),
    )
    op.create_table(
        "lab_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("is_manual", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=True),
        sa.Column("entered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=False),
        sa.Column("verified_by_id", sa.Uuid(), nullable=True),
        sa.Column("verified_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('negative', 'positive', 'grey', 'invalid')",
            name=op.f("ck_lab_results_outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('entered', 'returned', 'verified', 'reported', 'withdrawn')",
            name=op.f("ck_lab_results_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('verified', 'reported') OR outcome IN ('negative', 'positive')",
            name=op.f("ck_lab_results_final"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('verified', 'reported') OR verified_at IS NOT NULL",
            name=op.f("ck_lab_results_verified"),
        ),
        sa.CheckConstraint(
            "verified_by_id IS NULL OR verified_by_id <> entered_by_id",
            name=op.f("ck_lab_results_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["people.id"], name=op.f("fk_lab_results_entered_by_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["lab_items.id"], name=op.f("fk_lab_results_item_id")),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_results_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["lab_orders.id"], name=op.f("fk_lab_results_order_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["lab_runs.id"], name=op.f("fk_lab_results_run_id")),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["lab_scopes.id"], name=op.f("fk_lab_results_scope_id")
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["people.id"], name=op.f("fk_lab_results_verified_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_results")),
        sa.UniqueConstraint("order_id", "version", name=op.f("uq_lab_results_order_id_version")),
    )
    op.create_index(op.f("ix_lab_results_item_id"), "lab_results", ["item_id"], unique=False)
    op.create_index(op.f("ix_lab_results_lab_id"), "lab_results", ["lab_id"], unique=False)
    op.create_index(op.f("ix_lab_results_run_id"), "lab_results", ["run_id"], unique=False)
    op.create_index(
        "uq_lab_results_live",
        "lab_results",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('entered', 'verified', 'reported')"),
        postgresql_where=sa.text("state IN ('entered', 'verified', 'reported')"),
    )
    op.create_table(
        "lab_wells",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=True),
        sa.Column("scope_id", sa.Uuid(), nullable=True),
        sa.Column("well", sa.Text(), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("cq_milli", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=True),
        sa.Column("entered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(why = 'detected') = (cq_milli IS NOT NULL)", name=op.f("ck_lab_wells_cq_known")
        ),
        sa.CheckConstraint(
            "role IN ('unknown', 'ntc', 'nac', 'standard', 'no_target', 'no_rt', 'positive', 'other')",
            name=op.f("ck_lab_wells_role"),
        ),
        sa.CheckConstraint(
            "why IN ('detected', 'no_cq', 'at_cap', 'excluded')", name=op.f("ck_lab_wells_why")
        ),
        sa.CheckConstraint(
            "cq_milli IS NULL OR cq_milli > 0", name=op.f("ck_lab_wells_cq_positive")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["people.id"], name=op.f("fk_lab_wells_entered_by_id")
        ),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_wells_lab_id")),
        sa.ForeignKeyConstraint(
            ["result_id"], ["lab_results.id"], name=op.f("fk_lab_wells_result_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["lab_runs.id"], name=op.f("fk_lab_wells_run_id")),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["lab_scopes.id"], name=op.f("fk_lab_wells_scope_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_wells")),
    )
    op.create_index(op.f("ix_lab_wells_result_id"), "lab_wells", ["result_id"], unique=False)
    op.create_index("ix_lab_wells_run_scope", "lab_wells", ["run_id", "scope_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for statement in (
        *ddl.append_only("lab_wells", dialect),
        # What a report says never changes; only its standing does.
        *ddl.frozen_when(
            "lab_reports",
            "NEW.content <> OLD.content OR NEW.digest <> OLD.digest OR NEW.number <> OLD.number"
            " OR NEW.item_id <> OLD.item_id OR NEW.is_positive <> OLD.is_positive"
            " OR OLD.state = 'withdrawn'",
            dialect,
        ),
        # A verified result is never rewritten: a correction is a new version.
        *ddl.frozen_when(
            "lab_results",
            "OLD.state <> 'entered' AND (NEW.outcome <> OLD.outcome OR NEW.finding <> OLD.finding"
            " OR NEW.run_id <> OLD.run_id OR NEW.order_id <> OLD.order_id OR NEW.version <> OLD.version)",
            dialect,
        ),
        ddl.append_only("lab_reports", dialect)[1],
        ddl.append_only("lab_results", dialect)[1],
    ):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
