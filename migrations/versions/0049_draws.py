"""The draw: days with their commitments, tickets, duties; the vet a draw proposes to the office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0049_draws"
down_revision = "0048_evidence"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = kernel_db.UtcDateTime
STANDS = {
    "draw_days": "OLD.revealed_at IS NOT NULL OR NEW.commitment <> OLD.commitment"
    " OR (OLD.beacon_value IS NOT NULL"
    " AND (NEW.beacon_value IS NULL OR NEW.beacon_value <> OLD.beacon_value))",
    "draw_tickets": "NEW.content_hash <> OLD.content_hash OR (OLD.ticket IS NOT NULL"
    " AND (NEW.ticket IS NULL OR NEW.ticket <> OLD.ticket OR NEW.line <> OLD.line))",
}
"""What was published cannot be changed any more, not even by our own program."""


def upgrade() -> None:
    """Make the tables. What was accepted before was not drawn, and nothing proposes its vet."""
    make_days()
    make_tickets()
    make_duties()
    guard()
    op.add_column("declarations", sa.Column("proposed_vet_id", sa.Uuid(), nullable=True))
    op.add_column(
        "declarations", sa.Column("vet_because", sa.Text(), server_default="", nullable=False)
    )


def guard() -> None:
    """Refuse changes of what was published, and the removal of any row."""
    dialect = op.get_bind().dialect.name
    for table, condition in STANDS.items():
        for statement in ddl.frozen_when(table, condition, dialect):
            op.execute(statement)
    for table in (*STANDS, "draw_duties"):
        _update, delete = ddl.append_only(table, dialect)
        op.execute(delete)


def make_days() -> None:
    """One row for each day of the province."""
    op.create_table(
        "draw_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("salt_key_sha256", sa.Text(), nullable=False),
        sa.Column("secret", kernel_db.Encrypted(), nullable=False),
        sa.Column("salt_key", kernel_db.Encrypted(), nullable=False),
        sa.Column("book", kernel_db.Json(), nullable=False),
        sa.Column("committed_at", AT(), nullable=False),
        sa.Column("beacon_round", sa.Text(), nullable=False),
        sa.Column("beacon_value", sa.Text(), nullable=True),
        sa.Column("beacon_given", kernel_db.Json(), nullable=True),
        sa.Column("beacon_at", AT(), nullable=True),
        sa.Column("typed_value", sa.Text(), nullable=True),
        sa.Column("typed_by_id", sa.Uuid(), nullable=True),
        sa.Column("typed_at", AT(), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("revealed_at", AT(), nullable=True),
        sa.CheckConstraint(
            "beacon_value IS NULL OR beacon_at IS NOT NULL", name=op.f("ck_draw_days_beacon")
        ),
        sa.ForeignKeyConstraint(
            ["typed_by_id"], ["people.id"], name=op.f("fk_draw_days_typed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["people.id"], name=op.f("fk_draw_days_confirmed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_days")),
        sa.UniqueConstraint("day_on", name=op.f("uq_draw_days_day_on")),
    )


def make_tickets() -> None:
    """One row for each draw of a declaration; one of them live."""
    keys = {
        "day_id": "draw_days",
        "declaration_id": "declarations",
        "office_id": "organisations",
        "organisation_id": "organisations",
        "extra_batch_id": "batches",
        "vet_id": "people",
        "redraw_by_id": "people",
        "agreed_by_id": "people",
    }
    op.create_table(
        "draw_tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", WHOLE, nullable=False),
        sa.Column("salt", kernel_db.Encrypted(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", AT(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("drawn_at", AT(), nullable=True),
        sa.Column("line", kernel_db.Json(), nullable=True),
        sa.Column("extra_batch_id", sa.Uuid(), nullable=True),
        sa.Column("extra_disease", sa.Text(), nullable=True),
        sa.Column("vet_id", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", AT(), nullable=True),
        sa.Column("superseded_because", sa.Text(), nullable=True),
        sa.Column("redraw_because", sa.Text(), nullable=True),
        sa.Column("redraw_note", kernel_db.Encrypted(), nullable=True),
        sa.Column("redraw_by_id", sa.Uuid(), nullable=True),
        sa.Column("redraw_at", AT(), nullable=True),
        sa.Column("agreed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'drawn', 'missed')", name=op.f("ck_draw_tickets_state")
        ),
        sa.CheckConstraint(
            "state <> 'drawn' OR ticket IS NOT NULL", name=op.f("ck_draw_tickets_drawn")
        ),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_draw_tickets_attempt")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_draw_tickets_{name}"))
            for name, table in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_tickets")),
    )
    op.create_index(op.f("ix_draw_tickets_day_id"), "draw_tickets", ["day_id"])
    op.create_index("ix_draw_tickets_declaration", "draw_tickets", ["declaration_id"])
    op.create_index(
        "ix_draw_tickets_live",
        "draw_tickets",
        ["declaration_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def make_duties() -> None:
    """What tickets ask of people."""
    keys = {
        "ticket_id": "draw_tickets",
        "declaration_id": "declarations",
        "office_id": "organisations",
        "done_by_id": "people",
    }
    op.create_table(
        "draw_duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", AT(), nullable=False),
        sa.Column("done_at", AT(), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('second-vet', 'recheck')", name=op.f("ck_draw_duties_kind")),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_draw_duties_state")),
        sa.CheckConstraint(
            "state = 'open' OR done_at IS NOT NULL", name=op.f("ck_draw_duties_done")
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_draw_duties_{name}"))
            for name, table in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_duties")),
        sa.UniqueConstraint("ticket_id", "kind", name=op.f("uq_draw_duties_ticket_id_kind")),
    )
    op.create_index(op.f("ix_draw_duties_declaration_id"), "draw_duties", ["declaration_id"])


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
