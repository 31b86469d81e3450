"""The office's desk: consents to proxy declarations, calls, workbooks of declarations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0039_office_desk"
down_revision = "0038_declaring"
branch_labels = None
depends_on = None

LISTED = {
    "state_closed_at": ("state", "closed_at"),
    "origin_code_state_closed_at": ("origin_code", "state", "closed_at"),
    "office_id_state_closed_at": ("office_id", "state", "closed_at"),
    "organisation_closed_at": ("organisation_id", "state", "closed_at"),
    "vet_id_state_closed_at": ("vet_id", "state", "closed_at"),
    "declared_by_closed_at": ("declared_by_id", "state", "closed_at"),
    "visit_at": ("visit_at",),
}
"""What the desk's lists are ordered and counted by, one index a party."""


def upgrade() -> None:
    """Make the tables; what was noted of a call is never changed afterwards.

    A declaration is found by its number and its farm now: the grams of the old ones go.
    """
    make_tables()
    for name, columns in LISTED.items():
        op.create_index(f"ix_declarations_{name}", "declarations", list(columns))
    op.execute("DELETE FROM search_grams WHERE kind = 'Declaration'")
    for statement in ddl.append_only("phone_calls", op.get_bind().dialect.name):
        op.execute(statement)


def make_tables() -> None:
    """What the models say at this revision."""
    op.create_table(
        "declaration_bulks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column(
            "row_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sent_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('read', 'drafted', 'sending', 'done')",
            name=op.f("ck_declaration_bulks_state"),
        ),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_declaration_bulks_hatchery_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["people.id"], name=op.f("fk_declaration_bulks_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_declaration_bulks_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_bulks")),
        sa.UniqueConstraint(
            "hatchery_id", "digest", name=op.f("uq_declaration_bulks_hatchery_id_digest")
        ),
    )
    op.create_table(
        "declaration_bulk_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows", kernel_db.Json(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("answers", kernel_db.Encrypted(), nullable=False),
        sa.Column("faults", kernel_db.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('good', 'wrong', 'drafted', 'sent', 'failed')",
            name=op.f("ck_declaration_bulk_drafts_state"),
        ),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["declaration_bulks.id"], name=op.f("fk_declaration_bulk_drafts_bulk_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["declarations.id"],
            name=op.f("fk_declaration_bulk_drafts_declaration_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_bulk_drafts")),
        sa.UniqueConstraint(
            "bulk_id", "number", name=op.f("uq_declaration_bulk_drafts_bulk_id_number")
        ),
    )
    op.create_index(
        op.f("ix_declaration_bulk_drafts_declaration_id"),
        "declaration_bulk_drafts",
        ["declaration_id"],
        unique=False,
    )
    op.create_table(
        "phone_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=True),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("caller_name", kernel_db.Encrypted(), nullable=True),
        sa.Column("caller_phone", kernel_db.Encrypted(), nullable=True),
        sa.Column("caller_phone_index", sa.Text(), nullable=True),
        sa.Column("said", kernel_db.Encrypted(), nullable=False),
        sa.Column("answered", kernel_db.Encrypted(), nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("taken_by_id", sa.Uuid(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_phone_calls_direction")),
        sa.CheckConstraint(
            "subject IN ('how', 'progress', 'materials', 'visit', 'refusal', 'consent', 'complaint', 'other')",
            name=op.f("ck_phone_calls_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["after_id"], ["phone_calls.id"], name=op.f("fk_phone_calls_after_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_phone_calls_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_phone_calls_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["people.id"], name=op.f("fk_phone_calls_taken_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_calls")),
    )
    op.create_index(op.f("ix_phone_calls_after_id"), "phone_calls", ["after_id"], unique=False)
    op.create_index(
        op.f("ix_phone_calls_caller_phone_index"),
        "phone_calls",
        ["caller_phone_index"],
        unique=False,
    )
    op.create_index(
        op.f("ix_phone_calls_declaration_id"), "phone_calls", ["declaration_id"], unique=False
    )
    op.create_index("ix_phone_calls_office_id_at", "phone_calls", ["office_id", "at"], unique=False)
    op.create_table(
        "proxy_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("code", kernel_db.Encrypted(), nullable=True),
        sa.Column("expires_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("guesses", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("given_by_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state <> 'given' OR given_at IS NOT NULL", name=op.f("ck_proxy_consents_given")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'given', 'declined', 'spent')", name=op.f("ck_proxy_consents_state")
        ),
        sa.CheckConstraint(
            "way IN ('code', 'own_hand', 'paper', 'call')", name=op.f("ck_proxy_consents_way")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_proxy_consents_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["phone_calls.id"], name=op.f("fk_proxy_consents_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_proxy_consents_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["people.id"], name=op.f("fk_proxy_consents_given_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_proxy_consents_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_proxy_consents_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_consents")),
    )
    op.create_index(
        "ix_proxy_consents_declaration_id_state",
        "proxy_consents",
        ["declaration_id", "state"],
        unique=False,
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
