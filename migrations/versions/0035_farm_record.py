"""The farm's record: persons, diary, sign, pond outlines, renewals, closing and re-opening."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0035_farm_record"
down_revision = "0034_run_day"
branch_labels = None
depends_on = None

OLD_STATES = "state IN ('registered', 'approved', 'refused')"
NEW_STATES = "state IN ('registered', 'approved', 'refused', 'closed', 'merged')"
ADDED = {
    "hatcheries": (
        ("closed_on", sa.Date()),
        ("closed_because", sa.Text()),
        ("reopening_because", sa.Text()),
    ),
    "hatchery_licences": (("renews_id", sa.Uuid()), ("returned_because", sa.Text())),
    "ponds": (
        ("sort", sa.Text()),
        ("outline", kernel_db.Json()),
        ("area_m2", sa.BigInteger()),
        ("depth_cm", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        ("volume_m3", sa.BigInteger()),
        ("left_on", sa.Date()),
    ),
}
"""All may stay empty: a farm registered before says nothing of them yet."""


def upgrade() -> None:
    """Make the tables and columns, and let a farm be closed or merged."""
    for table, columns in ADDED.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    make_tables()
    dialect = op.get_bind().dialect.name
    for statement in ddl.append_only("farm_records", dialect):
        op.execute(statement)
    if dialect == "postgresql":
        op.drop_constraint(op.f("ck_hatcheries_state"), "hatcheries", type_="check")
        op.create_check_constraint(op.f("ck_hatcheries_state"), "hatcheries", NEW_STATES)
    else:
        widen_sqlite()


def make_tables() -> None:
    """Make further periods of licences, who is who, the diary and the signs."""
    op.create_table(
        "hatchery_licence_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("licence_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("verified_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_hatchery_licence_terms_period")),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["hatchery_licences.id"],
            name=op.f("fk_hatchery_licence_terms_licence_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hatchery_licence_terms")),
    )
    op.create_index(
        "uq_hatchery_licence_terms_open",
        "hatchery_licence_terms",
        ["licence_id"],
        unique=True,
        sqlite_where=sa.text("verified_at IS NULL"),
        postgresql_where=sa.text("verified_at IS NULL"),
    )
    op.create_table(
        "farm_people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("name", kernel_db.Encrypted(), nullable=True),
        sa.Column("phone", kernel_db.Encrypted(), nullable=True),
        sa.Column("phone_index", sa.Text(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "post IN ('legal', 'manager', 'technician', 'quality', 'records', 'worker')",
            name=op.f("ck_farm_people_post"),
        ),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_farm_people_period")
        ),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_farm_people_hatchery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm_people")),
    )
    op.create_index(
        op.f("ix_farm_people_hatchery_id"), "farm_people", ["hatchery_id"], unique=False
    )
    op.create_index(
        op.f("ix_farm_people_phone_index"), "farm_people", ["phone_index"], unique=False
    )
    op.create_table(
        "farm_signs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_farm_signs_hatchery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm_signs")),
        sa.UniqueConstraint("token", name=op.f("uq_farm_signs_token")),
    )
    op.create_index(
        "uq_farm_signs_alive",
        "farm_signs",
        ["hatchery_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "farm_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("pond_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("facts", kernel_db.Json(), nullable=False),
        sa.Column("of_id", sa.Uuid(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('feed', 'treatment', 'water', 'disinfection', 'introduction', 'disease', 'recovery', 'other', 'struck')",
            name=op.f("ck_farm_records_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_farm_records_hatchery_id")
        ),
        sa.ForeignKeyConstraint(["of_id"], ["farm_records.id"], name=op.f("fk_farm_records_of_id")),
        sa.ForeignKeyConstraint(["pond_id"], ["ponds.id"], name=op.f("fk_farm_records_pond_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm_records")),
    )
    op.create_index(
        "ix_farm_records_hatchery_day", "farm_records", ["hatchery_id", "happened_on"], unique=False
    )
    op.create_index(
        "uq_farm_records_answer",
        "farm_records",
        ["of_id", "kind"],
        unique=True,
        sqlite_where=sa.text("of_id IS NOT NULL"),
        postgresql_where=sa.text("of_id IS NOT NULL"),
    )


def widen_sqlite() -> None:
    """Write the wider CHECK into the table's own text, as migration 0027 does and says why."""
    bind = op.get_bind()
    where = "WHERE type = 'table' AND name = 'hatcheries'"
    text = bind.exec_driver_sql(f"SELECT sql FROM sqlite_master {where}").scalar_one()
    if text.count(f"CHECK ({OLD_STATES})") != 1:
        raise RuntimeError(f"hatcheries does not hold CHECK ({OLD_STATES})")
    text = text.replace(f"CHECK ({OLD_STATES})", f"CHECK ({NEW_STATES})")
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    bind.exec_driver_sql(f"UPDATE sqlite_master SET sql = ? {where}", (text,))
    bind.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=RESET")
    if bind.exec_driver_sql("PRAGMA quick_check(hatcheries)").scalar_one() != "ok":
        raise RuntimeError("hatcheries does not pass its check")


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
