"""Signatures of review, and pools."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0029_review"
down_revision = "0028_quality"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a test wait for the pool that answers for it; add pools and the signatures of review."""
    op.add_column("lab_orders", sa.Column("held_by_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_lab_orders_held_by_id"), "lab_orders", ["held_by_id"], unique=False)
    op.add_column(
        "lab_items", sa.Column("keep_apart", sa.Text(), server_default="", nullable=False)
    )
    op.create_table(
        "lab_pool_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("most", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("may_mix", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.Column("set_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("most >= 1", name=op.f("ck_lab_pool_limits_most")),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["people.id"], name=op.f("fk_lab_pool_limits_set_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_pool_limits")),
        sa.UniqueConstraint(
            "method_code", "from_on", name=op.f("uq_lab_pool_limits_method_code_from_on")
        ),
    )
    op.create_table(
        "lab_review_levels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column(
            "verifiers", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.Column("set_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("verifiers >= 1", name=op.f("ck_lab_review_levels_floor")),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["people.id"], name=op.f("fk_lab_review_levels_set_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_review_levels")),
        sa.UniqueConstraint(
            "method_code", "from_on", name=op.f("uq_lab_review_levels_method_code_from_on")
        ),
    )
    op.create_table(
        "lab_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("record_hash", sa.Text(), nullable=False),
        sa.Column("record", kernel_db.Json(), nullable=False),
        sa.Column("signed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_signatures_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_lab_signatures_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_signatures")),
    )
    op.create_index(op.f("ix_lab_signatures_lab_id"), "lab_signatures", ["lab_id"], unique=False)
    op.create_table(
        "lab_pools",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("depth", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("limit_words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'negative', 'split', 'dissolved', 'retracted')",
            name=op.f("ck_lab_pools_state"),
        ),
        sa.CheckConstraint("depth IN (1, 2)", name=op.f("ck_lab_pools_depth")),
        sa.ForeignKeyConstraint(["id"], ["lab_items.id"], name=op.f("fk_lab_pools_id")),
        sa.ForeignKeyConstraint(["lab_id"], ["laboratories.id"], name=op.f("fk_lab_pools_lab_id")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["people.id"], name=op.f("fk_lab_pools_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["lab_orders.id"], name=op.f("fk_lab_pools_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_pools")),
    )
    op.create_index(op.f("ix_lab_pools_lab_id"), "lab_pools", ["lab_id"], unique=False)
    op.create_table(
        "lab_pool_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'negative', 'single', 'released')",
            name=op.f("ck_lab_pool_members_state"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["lab_items.id"], name=op.f("fk_lab_pool_members_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_pool_members_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["lab_orders.id"], name=op.f("fk_lab_pool_members_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["lab_pools.id"], name=op.f("fk_lab_pool_members_pool_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_pool_members")),
        sa.UniqueConstraint(
            "pool_id", "order_id", name=op.f("uq_lab_pool_members_pool_id_order_id")
        ),
    )
    op.create_index(
        op.f("ix_lab_pool_members_item_id"), "lab_pool_members", ["item_id"], unique=False
    )
    op.create_index(
        op.f("ix_lab_pool_members_pool_id"), "lab_pool_members", ["pool_id"], unique=False
    )
    op.create_index(
        "uq_lab_pool_members_live",
        "lab_pool_members",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'negative')"),
        postgresql_where=sa.text("state IN ('pending', 'negative')"),
    )
    op.create_table(
        "lab_signed_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("result_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_signed_results_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_lab_signed_results_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["lab_results.id"], name=op.f("fk_lab_signed_results_result_id")
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["lab_signatures.id"], name=op.f("fk_lab_signed_results_signature_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_signed_results")),
        sa.UniqueConstraint(
            "result_id",
            "person_id",
            "result_hash",
            name=op.f("uq_lab_signed_results_result_id_person_id_result_hash"),
        ),
    )
    op.create_index(
        op.f("ix_lab_signed_results_signature_id"),
        "lab_signed_results",
        ["signature_id"],
        unique=False,
    )
    dialect = op.get_bind().dialect.name
    for table in ("lab_signatures", "lab_signed_results"):
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
