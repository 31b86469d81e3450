"""Worksheets and plates, what a run was done with, and the outcomes that ask for more work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0027_bench"
down_revision = "0026_custody"
branch_labels = None
depends_on = None

RESULTS = "lab_results"
WIDENED = {
    "outcome": (
        "outcome IN ('negative', 'positive', 'grey', 'invalid')",
        "outcome IN ('negative', 'positive', 'grey', 'invalid', 'inconclusive')",
    ),
    "state": (
        "state IN ('entered', 'returned', 'verified', 'reported', 'withdrawn')",
        "state IN ('entered', 'returned', 'verified', 'reported', 'withdrawn', 'retest')",
    ),
    "final": (
        "state NOT IN ('verified', 'reported') OR outcome IN ('negative', 'positive')",
        (
            "state NOT IN ('verified', 'reported')"
            " OR outcome IN ('negative', 'positive', 'inconclusive')"
        ),
    ),
}
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, add the columns, and let results be tested again or stay without conclusion."""
    _worksheets()
    _columns()
    if op.get_bind().dialect.name == "sqlite":
        _widen_sqlite()
    else:
        _widen_postgres()


def _worksheets() -> None:
    op.create_table(
        "lab_worksheets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("size IN (96, 384)", name=op.f("ck_lab_worksheets_size")),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'done', 'dropped')", name=op.f("ck_lab_worksheets_state")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_worksheets_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["lab_scopes.id"], name=op.f("fk_lab_worksheets_scope_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["people.id"], name=op.f("fk_lab_worksheets_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_worksheets")),
        sa.UniqueConstraint("lab_id", "number", name=op.f("uq_lab_worksheets_lab_id_number")),
    )
    op.create_table(
        "lab_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("worksheet_id", sa.Uuid(), nullable=False),
        sa.Column("well", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("replicate", WHOLE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('unknown', 'ntc', 'nac', 'standard', 'no_target', 'no_rt', 'positive', 'other')",
            name=op.f("ck_lab_places_role"),
        ),
        sa.CheckConstraint(
            "(role = 'unknown') = (order_id IS NOT NULL)", name=op.f("ck_lab_places_order")
        ),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_places_lab_id")),
        sa.ForeignKeyConstraint(
            ["worksheet_id"], ["lab_worksheets.id"], name=op.f("fk_lab_places_worksheet_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["lab_items.id"], name=op.f("fk_lab_places_item_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["lab_orders.id"], name=op.f("fk_lab_places_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_places")),
        sa.UniqueConstraint("worksheet_id", "well", name=op.f("uq_lab_places_worksheet_id_well")),
    )
    op.create_index(op.f("ix_lab_places_order_id"), "lab_places", ["order_id"], unique=False)


def _columns() -> None:
    for column in (
        sa.Column("instrument_id", sa.Uuid(), nullable=True),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("worksheet_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", kernel_db.UtcDateTime(), nullable=True),
    ):
        op.add_column("lab_runs", column)
    for column in (
        sa.Column("by_pool_id", sa.Uuid(), nullable=True),
        sa.Column("counted", WHOLE, nullable=True),
        sa.Column("dilution", WHOLE, nullable=True),
        sa.Column("unit", sa.Text(), nullable=False, server_default=""),
        sa.Column("as_entered", sa.Text(), nullable=False, server_default=""),
        sa.Column("lod", sa.Text(), nullable=False, server_default=""),
        sa.Column("uncertainty", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column(RESULTS, column)
    # Added with a default they change no row, so the trigger that keeps wells as they were has nothing to say.
    op.add_column(
        "lab_wells",
        sa.Column("is_cleared", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("lab_wells", sa.Column("revision", WHOLE, nullable=False, server_default="0"))
    op.add_column("lab_scopes", sa.Column("demands", kernel_db.Json(), nullable=True))


def _widen_postgres() -> None:
    for name, (_old, new) in WIDENED.items():
        op.drop_constraint(op.f(f"ck_{RESULTS}_{name}"), RESULTS, type_="check")
        op.create_check_constraint(op.f(f"ck_{RESULTS}_{name}"), RESULTS, new)


def _widen_sqlite() -> None:
    """Write the wider CHECKs into the table's own text.

    Remaking the table would drop its triggers and break the wells that point to it. SQLite names this way
    for changes that leave the stored rows as they are (lang_altertable.html, section 7, steps 1 to 9).
    """
    bind = op.get_bind()
    text = bind.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'lab_results'"
    ).scalar_one()
    for old, new in WIDENED.values():
        if text.count(f"CHECK ({old})") != 1:
            raise RuntimeError(f"lab_results does not hold CHECK ({old})")
        text = text.replace(f"CHECK ({old})", f"CHECK ({new})")
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    bind.exec_driver_sql(
        "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'lab_results'", (text,)
    )
    bind.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=RESET")
    if bind.exec_driver_sql("PRAGMA quick_check(lab_results)").scalar_one() != "ok":
        raise RuntimeError("lab_results does not pass its check")


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
