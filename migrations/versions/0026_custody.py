"""The chain of custody, boxes and what a laboratory may know of an item."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0026_custody"
down_revision = "0025_gate"
branch_labels = None
depends_on = None

SINCE = date(2026, 1, 1)
OURS = "无条文：产品设定，由省里另定"
LIMITS = (
    ("ice", "冰上冷藏", 0, 80, "tenths_celsius"),
    ("frozen", "冷冻", None, -150, "tenths_celsius"),
    ("dry_ice", "干冰", None, -500, "tenths_celsius"),
    ("ethanol", "乙醇固定", None, 400, "tenths_celsius"),
    ("ambient", "常温", 0, 300, "tenths_celsius"),
    ("live", "活体带水", 40, 300, "tenths_celsius"),
    ("keep_days", "报告后留样天数", 90, None, "days"),
)
"""Limits as shipped. No text was seen for any of them: each is marked unverified."""


def upgrade() -> None:
    """Make the tables; a link of a chain is never changed, an item keeps what it was."""
    _widen()
    _make()
    dialect = op.get_bind().dialect.name
    for statement in ddl.append_only("lab_custody", dialect):
        op.execute(statement)
    op.bulk_insert(
        sa.table(
            "lab_limits",
            sa.column("id", sa.Uuid()),
            *(sa.column(name) for name in ("code", "name_zh", "low", "high", "unit")),
            sa.column("from_on", sa.Date()),
            *(sa.column(name) for name in ("sureness", "source")),
        ),
        [
            {
                "id": uuid4(),
                "code": code,
                "name_zh": name,
                "low": low,
                "high": high,
                "unit": unit,
                "from_on": SINCE,
                "sureness": "unverified",
                "source": OURS,
            }
            for code, name, low, high, unit in LIMITS
        ],
    )


def _widen() -> None:
    """Old items are samples of a species not written down; old boxes have no number."""
    op.add_column(
        "lab_items", sa.Column("kind", sa.Text(), nullable=False, server_default="sample")
    )
    for name in ("species", "life_stage"):
        op.add_column("lab_items", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("box_number", "carrier", "preservation", "short_because"):
        op.add_column(
            "lab_consignments", sa.Column(name, sa.Text(), nullable=False, server_default="")
        )
    for name in ("expected_at", "arrived_at"):
        op.add_column("lab_consignments", sa.Column(name, kernel_db.UtcDateTime(), nullable=True))


def _make() -> None:
    op.create_table(
        "lab_custody",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("public", kernel_db.Json(), nullable=False),
        sa.Column("private_digest", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act IN ('taken', 'sealed', 'handed_over', 'shipped', 'temperature', 'received', 'opened', 'aliquoted', 'pooled', 'tested', 'stored', 'destroyed', 'rejected')",
            name=op.f("ck_lab_custody_act"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_custody")),
        sa.UniqueConstraint(
            "blind_code", "sequence", name=op.f("uq_lab_custody_blind_code_sequence")
        ),
    )
    op.create_table(
        "lab_custody_heads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("blind_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_custody_heads")),
        sa.UniqueConstraint("blind_code", name=op.f("uq_lab_custody_heads_blind_code")),
    )
    op.create_table(
        "lab_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("low", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("high", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("sureness", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("unit IN ('tenths_celsius', 'days')", name=op.f("ck_lab_limits_unit")),
        sa.CheckConstraint(
            "low IS NOT NULL OR high IS NOT NULL", name=op.f("ck_lab_limits_some_limit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_limits")),
        sa.UniqueConstraint("code", "from_on", name=op.f("uq_lab_limits_code_from_on")),
    )
    op.create_table(
        "lab_temperature_logs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("preservation", sa.Text(), nullable=False),
        sa.Column(
            "low_tenths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "high_tenths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("readings", kernel_db.Json(), nullable=False),
        sa.Column("refused", kernel_db.Json(), nullable=False),
        sa.Column("excursions", kernel_db.Json(), nullable=False),
        sa.Column("taken_in_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("taken_in_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consignment_id"],
            ["lab_consignments.id"],
            name=op.f("fk_lab_temperature_logs_consignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_temperature_logs_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_in_by_id"], ["people.id"], name=op.f("fk_lab_temperature_logs_taken_in_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_temperature_logs")),
        sa.UniqueConstraint(
            "consignment_id", "sha256", name=op.f("uq_lab_temperature_logs_consignment_id_sha256")
        ),
    )
    op.create_table(
        "lab_nonconformities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("closed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('damaged', 'leaked', 'missing', 'rejected', 'extra', 'temperature')",
            name=op.f("ck_lab_nonconformities_kind"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR (done <> '' AND closed_at IS NOT NULL)",
            name=op.f("ck_lab_nonconformities_closed"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'closed')", name=op.f("ck_lab_nonconformities_state")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["people.id"], name=op.f("fk_lab_nonconformities_closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["consignment_id"],
            ["lab_consignments.id"],
            name=op.f("fk_lab_nonconformities_consignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["lab_items.id"], name=op.f("fk_lab_nonconformities_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_nonconformities_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["people.id"], name=op.f("fk_lab_nonconformities_opened_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_nonconformities")),
        sa.UniqueConstraint(
            "consignment_id",
            "kind",
            "code",
            name=op.f("uq_lab_nonconformities_consignment_id_kind_code"),
        ),
        sa.UniqueConstraint("lab_id", "number", name=op.f("uq_lab_nonconformities_lab_id_number")),
    )
    op.create_table(
        "lab_storages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kept_until_on", sa.Date(), nullable=False),
        sa.Column("stored_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("stored_by_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("destroyed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("destroyed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('stored', 'leaving', 'destroyed')", name=op.f("ck_lab_storages_state")
        ),
        sa.CheckConstraint(
            "destroyed_by_id IS NULL OR destroyed_by_id <> asked_by_id",
            name=op.f("ck_lab_storages_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_lab_storages_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["destroyed_by_id"], ["people.id"], name=op.f("fk_lab_storages_destroyed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["lab_items.id"], name=op.f("fk_lab_storages_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_storages_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["stored_by_id"], ["people.id"], name=op.f("fk_lab_storages_stored_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_storages")),
        sa.UniqueConstraint("item_id", name=op.f("uq_lab_storages_item_id")),
    )
    op.create_index(op.f("ix_lab_storages_lab_id"), "lab_storages", ["lab_id"], unique=False)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
