"""Movements: the goods of each certificate, and the checks they met on the road."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0011_movements"
down_revision = "0010_certificates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("load_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_no", sa.Text(), nullable=False),
        sa.Column("farm", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("destination_code", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("species", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("departs_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("expected_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("due_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("due_rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("arrived_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("reported_by_id", sa.Uuid(), nullable=True),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=True),
        sa.Column("received", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place_confirmed", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("absent_because", sa.Text(), nullable=False),
        sa.Column("reminded_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state <> 'arrived' OR arrived_at IS NOT NULL", name=op.f("ck_movements_arrived")
        ),
        sa.CheckConstraint(
            "state IN ('not_arrived', 'absent', 'arrived', 'void')", name=op.f("ck_movements_state")
        ),
        sa.CheckConstraint("via IN ('account', 'link', 'office')", name=op.f("ck_movements_via")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_movements_quantity")),
        sa.CheckConstraint("received IS NULL OR received > 0", name=op.f("ck_movements_received")),
        sa.ForeignKeyConstraint(["id"], ["certificates.id"], name=op.f("fk_movements_id")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_movements_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_movements_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["people.id"], name=op.f("fk_movements_reported_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movements")),
        sa.UniqueConstraint("public_id", name=op.f("uq_movements_public_id")),
    )
    op.create_index(
        op.f("ix_movements_destination_code"), "movements", ["destination_code"], unique=False
    )
    op.create_index(
        op.f("ix_movements_organisation_id"), "movements", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_movements_plate"), "movements", ["plate"], unique=False)
    op.create_index("ix_movements_state_due", "movements", ["state", "due_at"], unique=False)
    op.create_table(
        "movement_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("points", kernel_db.Json(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("checked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('pass', 'doubt', 'hold')", name=op.f("ck_movement_checks_outcome")
        ),
        sa.CheckConstraint("place <> ''", name=op.f("ck_movement_checks_place")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_movement_checks_by_id")),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movements.id"], name=op.f("fk_movement_checks_movement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement_checks")),
    )
    op.create_index(
        "ix_movement_checks_by", "movement_checks", ["by_id", "checked_at"], unique=False
    )
    op.create_index(
        op.f("ix_movement_checks_movement_id"), "movement_checks", ["movement_id"], unique=False
    )
    for statement in ddl.append_only("movement_checks", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
