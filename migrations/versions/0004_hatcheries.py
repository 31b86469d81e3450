"""Hatcheries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0004_hatcheries"
down_revision = "0003_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "hatcheries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_one_person", sa.Boolean(), nullable=False),
        sa.Column("contact_name", kernel_db.Encrypted(), nullable=True),
        sa.Column("phone", kernel_db.Encrypted(), nullable=True),
        sa.Column("phone_index", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("registered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("reviewed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("refused_because", sa.Text(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('original', 'improved', 'nursery')", name=op.f("ck_hatcheries_kind")
        ),
        sa.CheckConstraint(
            "level IN ('national', 'provincial', 'city', 'county')",
            name=op.f("ck_hatcheries_level"),
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'approved', 'refused')", name=op.f("ck_hatcheries_state")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_hatcheries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hatcheries")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_hatcheries_organisation_id")),
        sa.UniqueConstraint("uscc", name=op.f("uq_hatcheries_uscc")),
    )
    op.create_index(
        "ix_hatcheries_division_state", "hatcheries", ["division_code", "state"], unique=False
    )
    op.create_index(op.f("ix_hatcheries_phone_index"), "hatcheries", ["phone_index"], unique=False)
    op.create_table(
        "hatchery_licences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("verified_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('seed', 'waters')", name=op.f("ck_hatchery_licences_kind")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_hatchery_licences_period")),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_hatchery_licences_hatchery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hatchery_licences")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_hatchery_licences_kind_number")),
    )
    op.create_index(
        op.f("ix_hatchery_licences_hatchery_id"), "hatchery_licences", ["hatchery_id"], unique=False
    )
    op.create_table(
        "ponds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_ponds_hatchery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ponds")),
        sa.UniqueConstraint("hatchery_id", "name", name=op.f("uq_ponds_hatchery_id_name")),
    )
    op.create_index(op.f("ix_ponds_hatchery_id"), "ponds", ["hatchery_id"], unique=False)
    op.create_table(
        "hatchery_licence_species",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("licence_id", sa.Uuid(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["hatchery_licences.id"],
            name=op.f("fk_hatchery_licence_species_licence_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hatchery_licence_species")),
        sa.UniqueConstraint(
            "licence_id",
            "species_code",
            name=op.f("uq_hatchery_licence_species_licence_id_species_code"),
        ),
    )
    op.create_index(
        op.f("ix_hatchery_licence_species_licence_id"),
        "hatchery_licence_species",
        ["licence_id"],
        unique=False,
    )
    op.create_table(
        "lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("pond_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("species_code", sa.Text(), nullable=False),
        sa.Column("variety", sa.Text(), nullable=False),
        sa.Column("life_stage", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "unit IN ('尾', '只', '粒', '枚', '个', 'kg')", name=op.f("ck_lots_unit")
        ),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_lots_balance")),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_lots_hatchery_id")
        ),
        sa.ForeignKeyConstraint(["pond_id"], ["ponds.id"], name=op.f("fk_lots_pond_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
        sa.UniqueConstraint("hatchery_id", "number", name=op.f("uq_lots_hatchery_id_number")),
    )
    op.create_index(op.f("ix_lots_hatchery_id"), "lots", ["hatchery_id"], unique=False)
    op.create_index(op.f("ix_lots_pond_id"), "lots", ["pond_id"], unique=False)
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('hatch', 'capture', 'purchase', 'arrival', 'transfer', 'death', 'disposal', 'certificate', 'void_credit', 'correction')",
            name=op.f("ck_stock_movements_kind"),
        ),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_stock_movements_balance")),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_movements_quantity")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_stock_movements_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
        sa.UniqueConstraint("lot_id", "position", name=op.f("uq_stock_movements_lot_id_position")),
    )
    op.create_index(
        "uq_stock_movements_certificate",
        "stock_movements",
        ["certificate_id", "lot_id", "kind"],
        unique=True,
        sqlite_where=sa.text("certificate_id IS NOT NULL"),
        postgresql_where=sa.text("certificate_id IS NOT NULL"),
    )
    for statement in ddl.append_only("stock_movements", op.get_bind().dialect.name):
        op.execute(statement)
    op.execute(
        "CREATE VIEW v_stock AS SELECT hatcheries.name AS hatchery, lots.number AS lot,"
        " lots.balance AS quantity FROM lots JOIN hatcheries ON hatcheries.id = lots.hatchery_id"
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
