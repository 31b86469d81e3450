"""Numbers: pieces that come back, holders that are persons, the ledger, requests, alerts, imports.

The database becomes the last judge of segments: a trigger refuses a segment that does not lie inside
its parent, or touches the parent's free stretch, a sibling, or a number already taken. On SQLite
there is one writer; on PostgreSQL the trigger takes a lock first, so that of two receipts in the
same instant the second sees the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0014_numbers"
down_revision = "0013_scans"
branch_labels = None
depends_on = None

OVERLAP = "number_segments: overlap"
OUTSIDE = "number_segments: outside the parent"
STANDS = (
    "NEW.next_free < OLD.next_free OR NEW.free_last > OLD.free_last"
    " OR NEW.next_free > NEW.free_last + 1 OR NEW.first <> OLD.first OR NEW.last <> OLD.last"
    " OR NEW.kind <> OLD.kind OR NEW.holder_id <> OLD.holder_id"
)
"""What no UPDATE of a segment may do: grow, move, change hands."""


def upgrade() -> None:
    """Make the tables, fill the new columns from the old ones, set the guards."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for column in (
        sa.Column("holder_person_id", sa.Uuid(), nullable=True),
        sa.Column("giver_id", sa.Uuid(), nullable=True),
        sa.Column("free_last", whole, nullable=False, server_default=sa.text("0")),
        sa.Column("taken_from", whole, nullable=True),
    ):
        op.add_column("number_segments", column)
    op.execute("UPDATE number_segments SET free_last = last, giver_id = parent_id")
    op.create_index(
        "ix_number_segments_parent", "number_segments", ["parent_id", "first"], unique=False
    )
    make_tables()
    dialect = op.get_bind().dialect.name
    op.execute(ddl.drop("number_segments", dialect)[0])
    for statement in guards(dialect):
        op.execute(statement)


def guards(dialect: str) -> list[str]:
    """Return the triggers: segments nest and never overlap, the ledger is append-only."""
    statements = ddl.frozen_when("number_segments", STANDS, dialect)[:1]
    statements += ddl.append_only("number_movements", dialect)
    settled = "OLD.state <> 'open'"
    statements += ddl.frozen_when("number_requests", settled, dialect)[:1]
    statements += ddl.append_only("number_requests", dialect)[1:]
    return statements + (_postgres_fit() if dialect == "postgresql" else _sqlite_fit())


def _taken(ten: str) -> str:
    return (
        "SELECT 1 FROM certificate_numbers n WHERE n.number BETWEEN"
        f" {ten.format('NEW.first')} AND {ten.format('NEW.last')}"
    )


INSIDE = (
    "SELECT 1 FROM number_segments p WHERE p.id = NEW.parent_id AND p.kind = NEW.kind"
    " AND p.first <= NEW.first AND NEW.last <= p.last"
    " AND (NEW.last < p.next_free OR NEW.first > p.free_last)"
)
SIBLING = (
    "SELECT 1 FROM number_segments s WHERE s.first <= NEW.last AND NEW.first <= s.last"
    " AND s.parent_id {same} NEW.parent_id"
)


def _sqlite_fit() -> list[str]:
    sibling = SIBLING.format(same="IS")
    taken = _taken("printf('%010d', {})")
    clash = f"EXISTS ({sibling}) OR EXISTS ({taken})"
    outside = (
        "NEW.free_last > NEW.last OR NEW.next_free > NEW.free_last + 1"
        f" OR (NEW.parent_id IS NOT NULL AND NOT EXISTS ({INSIDE}))"
    )
    return [
        f"CREATE TRIGGER tr_number_segments_{name} BEFORE INSERT ON number_segments FOR EACH ROW"
        f" WHEN {when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        for name, when, sentence in (
            ("overlap", clash, OVERLAP),
            ("inside", outside, OUTSIDE),
        )
    ]


def _postgres_fit() -> list[str]:
    sibling = SIBLING.format(same="IS NOT DISTINCT FROM")
    taken = _taken("lpad({}::text, 10, '0')")
    function = f"""
CREATE OR REPLACE FUNCTION aquacert_segment_fits() RETURNS trigger AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(8041401);
  IF EXISTS ({sibling}) OR EXISTS ({taken}) THEN
    RAISE EXCEPTION '{OVERLAP}' USING ERRCODE = 'exclusion_violation';
  END IF;
  IF NEW.free_last > NEW.last OR NEW.next_free > NEW.free_last + 1
    OR (NEW.parent_id IS NOT NULL AND NOT EXISTS ({INSIDE})) THEN
    RAISE EXCEPTION '{OUTSIDE}' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql
"""
    return [
        function,
        (
            "CREATE TRIGGER tr_number_segments_overlap BEFORE INSERT ON number_segments"
            " FOR EACH ROW EXECUTE FUNCTION aquacert_segment_fits()"
        ),
    ]


def make_tables() -> None:
    """Make the tables, as migrations/draft.py writes them."""
    op.create_table(
        "number_alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("is_low", sa.Boolean(), nullable=False),
        sa.Column("changed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_alerts")),
        sa.UniqueConstraint("wish", name=op.f("uq_number_alerts_wish")),
    )
    op.create_table(
        "number_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("read_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.Column("booked_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("booked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_imports")),
        sa.UniqueConstraint("sha256", name=op.f("uq_number_imports_sha256")),
    )
    op.create_table(
        "number_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("from_person_id", sa.Uuid(), nullable=True),
        sa.Column("from_code", sa.Text(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("to_person_id", sa.Uuid(), nullable=True),
        sa.Column("to_code", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act IN ('receive', 'hand_down', 'return', 'void', 'skip')",
            name=op.f("ck_number_movements_act"),
        ),
        sa.CheckConstraint("first <= last", name=op.f("ck_number_movements_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_movements")),
    )
    op.create_index("ix_number_movements_at", "number_movements", ["at"], unique=False)
    op.create_index("ix_number_movements_from", "number_movements", ["from_id", "at"], unique=False)
    op.create_table(
        "number_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_person_id", sa.Uuid(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state <> 'declined' OR answer <> ''", name=op.f("ck_number_requests_answer")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'declined')", name=op.f("ck_number_requests_state")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_number_requests_quantity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_requests")),
    )
    op.create_index("ix_number_requests_to", "number_requests", ["to_id", "state"], unique=False)
    op.create_index(
        "uq_number_requests_open",
        "number_requests",
        ["wish"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
