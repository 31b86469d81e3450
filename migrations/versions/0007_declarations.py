"""Declarations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0007_declarations"
down_revision = "0006_surveillance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "declaration_serials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_serials")),
        sa.UniqueConstraint(
            "division_code", "day_on", name=op.f("uq_declaration_serials_division_code_day_on")
        ),
    )
    op.create_table(
        "declarations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_name", sa.Text(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("origin_place", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("declared_by_id", sa.Uuid(), nullable=True),
        sa.Column("is_proxy", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("testing", sa.Text(), nullable=False),
        sa.Column("answers", kernel_db.Encrypted(), nullable=False),
        sa.Column("pending", kernel_db.Encrypted(), nullable=True),
        sa.Column("phone", kernel_db.Encrypted(), nullable=True),
        sa.Column("copied_from_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("saved_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("statement_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("submitted_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("answer_due_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column(
            "clock_left", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("asked_items", kernel_db.Json(), nullable=False),
        sa.Column("asked_note", sa.Text(), nullable=False),
        sa.Column("reply_due_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("replied_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("reply_note", sa.Text(), nullable=False),
        sa.Column("answered_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("visit_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("visit_place", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("closed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'supplement_requested', 'accepted', 'refused', 'withdrawn', 'assigned', 'inspected', 'closed')",
            name=op.f("ck_declarations_state"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR (number IS NOT NULL AND submitted_at IS NOT NULL AND statement_at IS NOT NULL)",
            name=op.f("ck_declarations_submitted"),
        ),
        sa.CheckConstraint(
            "testing IN ('unknown', 'exempt', 'running', 'done')",
            name=op.f("ck_declarations_testing"),
        ),
        sa.CheckConstraint(
            "vet_id IS NULL OR vet_id <> declared_by_id",
            name=op.f("ck_declarations_vet_is_another"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_declarations_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["people.id"], name=op.f("fk_declarations_declared_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_declarations_hatchery_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_declarations_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_declarations_organisation_id")
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_declarations_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declarations")),
        sa.UniqueConstraint("number", name=op.f("uq_declarations_number")),
    )
    op.create_index(
        op.f("ix_declarations_hatchery_id"), "declarations", ["hatchery_id"], unique=False
    )
    op.create_index(op.f("ix_declarations_office_id"), "declarations", ["office_id"], unique=False)
    op.create_index(
        "ix_declarations_organisation_state",
        "declarations",
        ["organisation_id", "state"],
        unique=False,
    )
    op.create_index(
        "ix_declarations_queue",
        "declarations",
        ["origin_code", "state", "answer_due_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_declarations_submitted_at"), "declarations", ["submitted_at"], unique=False
    )
    op.create_index(op.f("ix_declarations_vet_id"), "declarations", ["vet_id"], unique=False)
    op.create_table(
        "loads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("destination_code", sa.Text(), nullable=False),
        sa.Column("destination_place", sa.Text(), nullable=False),
        sa.Column("consignee_name", kernel_db.Encrypted(), nullable=True),
        sa.Column("consignee_phone", kernel_db.Encrypted(), nullable=True),
        sa.Column("consignee_phone_index", sa.Text(), nullable=True),
        sa.Column("carrier_name", kernel_db.Encrypted(), nullable=True),
        sa.Column("carrier_phone", kernel_db.Encrypted(), nullable=True),
        sa.Column("carrier_phone_index", sa.Text(), nullable=True),
        sa.Column("transport_mode", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("disinfectant", sa.Text(), nullable=False),
        sa.Column("departs_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column(
            "travel_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('farming', 'release', 'breeding', 'ornamental', 'research')",
            name=op.f("ck_loads_purpose"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'certified', 'arrived', 'cancelled')", name=op.f("ck_loads_state")
        ),
        sa.CheckConstraint(
            "transport_mode IN ('road', 'rail', 'water', 'air')",
            name=op.f("ck_loads_transport_mode"),
        ),
        sa.CheckConstraint("travel_days > 0", name=op.f("ck_loads_travel_days")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_loads_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_loads_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loads")),
        sa.UniqueConstraint(
            "declaration_id", "number", name=op.f("uq_loads_declaration_id_number")
        ),
    )
    op.create_index(
        op.f("ix_loads_carrier_phone_index"), "loads", ["carrier_phone_index"], unique=False
    )
    op.create_index(
        op.f("ix_loads_consignee_phone_index"), "loads", ["consignee_phone_index"], unique=False
    )
    op.create_index(op.f("ix_loads_destination_code"), "loads", ["destination_code"], unique=False)
    op.create_index("ix_loads_plate_departs", "loads", ["plate", "departs_at"], unique=False)
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("variety", sa.Text(), nullable=False),
        sa.Column("life_stage", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("pond_name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("captured_on", sa.Date(), nullable=True),
        sa.CheckConstraint("source IN ('farmed', 'wild')", name=op.f("ck_batches_source")),
        sa.CheckConstraint(
            "unit IN ('尾', '只', '粒', '枚', '个', 'kg')", name=op.f("ck_batches_unit")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_batches_quantity")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_batches_declaration_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_batches_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint(
            "declaration_id", "lot_id", name=op.f("uq_batches_declaration_id_lot_id")
        ),
        sa.UniqueConstraint(
            "declaration_id", "number", name=op.f("uq_batches_declaration_id_number")
        ),
    )
    op.create_index(op.f("ix_batches_lot_id"), "batches", ["lot_id"], unique=False)
    op.create_index(op.f("ix_batches_species_code"), "batches", ["species_code"], unique=False)
    op.create_table(
        "load_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("load_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_load_lines_quantity")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_load_lines_batch_id")),
        sa.ForeignKeyConstraint(["load_id"], ["loads.id"], name=op.f("fk_load_lines_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load_lines")),
        sa.UniqueConstraint("load_id", "batch_id", name=op.f("uq_load_lines_load_id_batch_id")),
    )
    op.create_index(op.f("ix_load_lines_batch_id"), "load_lines", ["batch_id"], unique=False)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
