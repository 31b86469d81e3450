"""The feed core: raw rows, rows set aside with their mending, records besides events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0053_feed_core"
down_revision = "0052_verdict_doubts"
branch_labels = None
depends_on = None
MOVED = "its rows are in feed_set_asides, which are frozen once settled"
DROPS = {
    "check ck_feed_rows_code": MOVED,
    "unique uq_feed_rows_file_id_line": MOVED,
    "trigger tr_feed_rows_no_delete": MOVED,
    "trigger tr_feed_rows_no_update": MOVED,
}


def _whole() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Let files say how far they came, make the tables, and move the rows set aside."""
    for column in (
        sa.Column("format", sa.Text(), nullable=False, server_default="empresi"),
        sa.Column("mapping_id", sa.Uuid(), nullable=True),
        sa.Column("is_whole", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("size", _whole(), nullable=True),
        sa.Column("header", kernel_db.Json(), nullable=True),
        sa.Column("received_by_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("done", _whole(), nullable=False, server_default="0"),
        sa.Column("raw_line", _whole(), nullable=False, server_default="0"),
        sa.Column("reached", kernel_db.Json(), nullable=True),
        sa.Column("again_stale", _whole(), nullable=True),
        sa.Column("turn", _whole(), nullable=True),
        sa.Column("reading", sa.Text(), nullable=False, server_default=""),
        sa.Column("fault", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("feed_files", column)
    op.create_table(
        "feed_turns",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("turn", _whole(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_feed_turns")),
    )
    op.create_table(
        "feed_raw_rows",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line", _whole(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["feed_files.id"], name=op.f("fk_feed_raw_rows_file_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "line", name=op.f("pk_feed_raw_rows")),
        sqlite_with_rowid=False,
    )
    _make_set_asides()
    _make_records()
    dialect = op.get_bind().dialect.name
    for table in ("feed_raw_rows", "feed_record_reports", "feed_record_changes"):
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)
    for statement in ddl.frozen_when("feed_set_asides", "OLD.state <> 'waiting'", dialect):
        op.execute(statement)


def _make_set_asides() -> None:
    op.create_table(
        "feed_set_asides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line", _whole(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mended", sa.Text(), nullable=True),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'replayed', 'dropped')", name=op.f("ck_feed_set_asides_state")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["feed_files.id"], name=op.f("fk_feed_set_asides_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_set_asides")),
        sa.UniqueConstraint("file_id", "line", name=op.f("uq_feed_set_asides_file_id_line")),
    )
    op.execute(
        "INSERT INTO feed_set_asides"
        " (id, file_id, line, code, column_name, value, state, because)"
        " SELECT id, file_id, line, code, column_name, value, 'waiting', '' FROM feed_rows"
    )
    for statement in ddl.drop("feed_rows", op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("feed_rows")


def _make_records() -> None:
    op.create_table(
        "feed_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("content", kernel_db.Json(), nullable=False),
        sa.Column("disease_written", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("missing_since_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("created_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("changed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('figure', 'sample')", name=op.f("ck_feed_records_kind")),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_feed_records_disease_code")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_feed_records_division_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_records")),
        sa.UniqueConstraint(
            "source", "kind", "source_key", name=op.f("uq_feed_records_source_kind_source_key")
        ),
    )
    op.create_index(
        "ix_feed_records_disease", "feed_records", ["kind", "disease_code", "period"], unique=False
    )
    op.create_table(
        "feed_record_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("line", _whole(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("content", kernel_db.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["feed_files.id"], name=op.f("fk_feed_record_reports_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["feed_records.id"], name=op.f("fk_feed_record_reports_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_record_reports")),
        sa.UniqueConstraint(
            "record_id",
            "content_hash",
            name=op.f("uq_feed_record_reports_record_id_content_hash"),
        ),
    )
    op.create_index(
        op.f("ix_feed_record_reports_file_id"), "feed_record_reports", ["file_id"], unique=False
    )
    op.create_table(
        "feed_record_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("diff", kernel_db.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["feed_files.id"], name=op.f("fk_feed_record_changes_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["feed_records.id"], name=op.f("fk_feed_record_changes_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_record_changes")),
    )
    op.create_index(
        op.f("ix_feed_record_changes_record_id"),
        "feed_record_changes",
        ["record_id"],
        unique=False,
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
