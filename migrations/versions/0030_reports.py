"""Versions, endings, signatures and statements of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0030_reports"
down_revision = "0029_review"
branch_labels = None
depends_on = None

STANDINGS = "'authorised', 'amended', 'retracted', 'invalidated', 'withdrawn'"
FROZEN = (
    "NEW.content <> OLD.content OR NEW.digest <> OLD.digest OR NEW.number <> OLD.number"
    " OR NEW.item_id <> OLD.item_id OR NEW.is_positive <> OLD.is_positive"
    " OR NEW.version <> OLD.version"
    " OR (OLD.record IS NOT NULL AND (NEW.record IS NULL OR NEW.record <> OLD.record"
    " OR NEW.public_id <> OLD.public_id))"
    " OR OLD.state = 'withdrawn'"
)


def upgrade() -> None:
    """Let a report end in four ways, carry the bytes that are signed, and have later versions."""
    dialect = op.get_bind().dialect.name
    on = " ON lab_reports" if dialect == "postgresql" else ""
    name = ddl.trigger_name("lab_reports", "UPDATE")
    op.execute(f"DROP TRIGGER {name}{on}")  # ended reports are frozen: their ending gets its name
    # A column with its check in one statement: SQLite adds no constraint to a table that stands.
    op.execute(
        "ALTER TABLE lab_reports ADD COLUMN standing TEXT DEFAULT 'authorised' NOT NULL"
        f" CONSTRAINT ck_lab_reports_standing CHECK (standing IN ({STANDINGS}))"
    )
    op.add_column(
        "lab_reports",
        sa.Column(
            "version",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="1",
            nullable=False,
        ),
    )
    op.add_column("lab_reports", sa.Column("public_id", sa.Text(), nullable=True))
    op.add_column("lab_reports", sa.Column("record", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE lab_reports SET standing = state")
    op.create_index(op.f("ix_lab_reports_public_id"), "lab_reports", ["public_id"], unique=True)
    op.execute(ddl.frozen_when("lab_reports", FROZEN, dialect)[0])
    op.create_table(
        "lab_report_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("deviations", sa.Text(), nullable=False),
        sa.Column("sampling_deviations", sa.Text(), nullable=False),
        sa.Column("external", kernel_db.Json(), nullable=False),
        sa.Column("stated_by_id", sa.Uuid(), nullable=True),
        sa.Column("stated_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["lab_items.id"], name=op.f("fk_lab_report_statements_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_report_statements_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["stated_by_id"], ["people.id"], name=op.f("fk_lab_report_statements_stated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_report_statements")),
    )
    op.create_index(
        op.f("ix_lab_report_statements_item_id"), "lab_report_statements", ["item_id"], unique=False
    )

    op.create_table(
        "lab_report_asks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "act IN ('amend', 'retract', 'invalidate', 'withdraw')",
            name=op.f("ck_lab_report_asks_act"),
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (is_done IS NULL)", name=op.f("ck_lab_report_asks_settled")
        ),
        sa.CheckConstraint(
            "settled_by_id IS NULL OR settled_by_id <> asked_by_id",
            name=op.f("ck_lab_report_asks_two"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_lab_report_asks_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_report_asks_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["lab_reports.id"], name=op.f("fk_lab_report_asks_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["people.id"], name=op.f("fk_lab_report_asks_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_report_asks")),
    )
    op.create_index(
        "uq_lab_report_asks_open",
        "lab_report_asks",
        ["report_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )

    op.create_table(
        "lab_report_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("cose", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("pdf_sha256", sa.Text(), nullable=False),
        sa.Column("signed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_report_signatures_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["lab_reports.id"], name=op.f("fk_lab_report_signatures_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_report_signatures")),
        sa.UniqueConstraint("report_id", name=op.f("uq_lab_report_signatures_report_id")),
    )
    for table in ("lab_report_signatures", "lab_report_statements"):
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
