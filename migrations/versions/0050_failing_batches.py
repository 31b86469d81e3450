"""What follows a failed batch: its case, its steps, who took the notice; express reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0050_failing_batches"
down_revision = "0049_draws"
branch_labels = None
depends_on = None

APPEND_ONLY = ("notice_receipts", "treatment_steps", "redeclarations", "disposal_photos")


def upgrade() -> None:
    """Make the tables; an order given before stands open, or is over when all was disposed of."""
    op.add_column("lots", sa.Column("held_for", sa.Uuid(), nullable=True))
    make_tables()
    for table in APPEND_ONLY:
        for statement in ddl.append_only(table, op.get_bind().dialect.name):
            op.execute(statement)
    op.execute(CASES)


CASES = """
INSERT INTO treatment_cases (id, order_id, lot_id, origin_code, office_id, organisation_id, vet_id,
                             remedy, state, opened_at, closed_at, because)
SELECT o.id, o.id, b.lot_id, o.origin_code, o.office_id, o.organisation_id, o.vet_id,
       CASE WHEN o.method = '' THEN 'treat' ELSE 'dispose' END,
       CASE WHEN coalesce(d.gone, 0) >= o.quantity THEN 'disposed' ELSE 'open' END,
       o.ordered_at,
       CASE WHEN coalesce(d.gone, 0) >= o.quantity THEN d.last END,
       ''
FROM treatment_orders o
JOIN batch_checks c ON c.id = o.check_id
JOIN batches b ON b.id = c.batch_id
LEFT JOIN (SELECT order_id, sum(quantity) AS gone, max(recorded_at) AS last FROM disposals
           GROUP BY order_id) d ON d.order_id = o.id
"""
"""Lots of orders that stand open are not held afterwards: what left them, left lawfully then."""


def make_tables() -> None:
    """Make the six tables."""
    op.create_table(
        "express_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("deaths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("diseases", kernel_db.Json(), nullable=False),
        sa.Column("signs", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("seen_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("raised_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("raised_by_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("closed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (outcome <> '')", name=op.f("ck_express_reports_closed")
        ),
        sa.CheckConstraint(
            "outcome IN ('', 'confirmed', 'denied')", name=op.f("ck_express_reports_outcome")
        ),
        sa.CheckConstraint(
            "state IN ('raised', 'received', 'closed')", name=op.f("ck_express_reports_state")
        ),
        sa.CheckConstraint("deaths IS NULL OR deaths >= 0", name=op.f("ck_express_reports_deaths")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_express_reports_quantity")),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_express_reports_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_express_reports_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_express_reports_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["species_code"], ["species.code"], name=op.f("fk_express_reports_species_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_express_reports")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_express_reports_subject_id")),
    )
    op.create_index(
        op.f("ix_express_reports_division_code"), "express_reports", ["division_code"], unique=False
    )
    op.create_table(
        "notice_receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("facts_sha256", sa.Text(), nullable=False),
        sa.Column("name", kernel_db.Encrypted(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "way IN ('account', 'signed', 'refused')", name=op.f("ck_notice_receipts_way")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_notice_receipts_file_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["treatment_orders.id"], name=op.f("fk_notice_receipts_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_receipts")),
        sa.UniqueConstraint("order_id", name=op.f("uq_notice_receipts_order_id")),
    )
    op.create_table(
        "redeclarations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_redeclarations_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["treatment_orders.id"], name=op.f("fk_redeclarations_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redeclarations")),
        sa.UniqueConstraint(
            "order_id", "declaration_id", name=op.f("uq_redeclarations_order_id_declaration_id")
        ),
    )
    op.create_index(
        op.f("ix_redeclarations_declaration_id"), "redeclarations", ["declaration_id"], unique=False
    )
    op.create_table(
        "treatment_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("closed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_treatment_cases_closed")
        ),
        sa.CheckConstraint(
            "remedy IN ('treat', 'isolate', 'dispose')", name=op.f("ck_treatment_cases_remedy")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'recovered', 'disposed', 'handed_over')",
            name=op.f("ck_treatment_cases_state"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_treatment_cases_lot_id")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_treatment_cases_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["treatment_orders.id"], name=op.f("fk_treatment_cases_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_treatment_cases_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_treatment_cases_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_cases")),
        sa.UniqueConstraint("order_id", name=op.f("uq_treatment_cases_order_id")),
    )
    op.create_index(
        "ix_treatment_cases_lot_id_state", "treatment_cases", ["lot_id", "state"], unique=False
    )
    op.create_table(
        "treatment_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('isolated', 'treated', 'disinfected', 'died', 'rechecked')",
            name=op.f("ck_treatment_steps_kind"),
        ),
        sa.CheckConstraint(
            "quantity IS NULL OR quantity > 0", name=op.f("ck_treatment_steps_quantity")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_treatment_steps_file_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["treatment_orders.id"], name=op.f("fk_treatment_steps_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_steps")),
    )
    op.create_index("ix_treatment_steps_order_id", "treatment_steps", ["order_id"], unique=False)
    op.create_table(
        "disposal_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("disposal_id", sa.Uuid(), nullable=False),
        sa.Column("original_sha256", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["disposal_id"], ["disposals.id"], name=op.f("fk_disposal_photos_disposal_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_disposal_photos_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal_photos")),
        sa.UniqueConstraint("original_sha256", name=op.f("uq_disposal_photos_original_sha256")),
    )
    op.create_index(
        op.f("ix_disposal_photos_disposal_id"), "disposal_photos", ["disposal_id"], unique=False
    )
    # ### end Alembic commands ###


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
