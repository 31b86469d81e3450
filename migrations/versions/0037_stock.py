"""The ledger says what a movement was for, when it happened and whence bought seed came; workbooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0037_stock"
down_revision = "0036_registers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns (nobody knows them of older entries) and the two tables."""
    for column in (
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("other_lot_id", sa.Uuid(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
    ):
        op.add_column("stock_movements", column)
    op.create_table(
        "stock_origins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("booked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("judged_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("judged_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "standing IN ('missing', 'unchecked', 'matched', 'mismatched', 'accepted', 'refused')",
            name=op.f("ck_stock_origins_standing"),
        ),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_stock_origins_hatchery_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_stock_origins_lot_id")),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["stock_movements.id"], name=op.f("fk_stock_origins_movement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_origins")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_stock_origins_movement_id")),
    )
    op.create_index(
        op.f("ix_stock_origins_certificate_number"),
        "stock_origins",
        ["certificate_number"],
        unique=False,
    )
    op.create_index(
        "ix_stock_origins_hatchery_standing",
        "stock_origins",
        ["hatchery_id", "standing"],
        unique=False,
    )
    op.create_index(op.f("ix_stock_origins_lot_id"), "stock_origins", ["lot_id"], unique=False)
    op.create_table(
        "stock_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan", kernel_db.Json(), nullable=False),
        sa.Column("faults", kernel_db.Json(), nullable=False),
        sa.Column(
            "fault_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("again", kernel_db.Json(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("read_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.Column("started_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('read', 'running', 'stopped', 'cancelled', 'done')",
            name=op.f("ck_stock_imports_state"),
        ),
        sa.CheckConstraint("done >= 0 AND done <= total", name=op.f("ck_stock_imports_done")),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_stock_imports_hatchery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_imports")),
        sa.UniqueConstraint(
            "hatchery_id", "digest", name=op.f("uq_stock_imports_hatchery_id_digest")
        ),
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
