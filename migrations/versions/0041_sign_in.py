"""Signing in: one phone one account, one field session, recovery, lent powers, password rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0041_sign_in"
down_revision = "0040_filed_forms"
branch_labels = None
depends_on = None

FIELD = "is_field AND state = 'open'"
# Whoever alone had a number signs in by it from now on, as before; who shared one never could.
CLAIM = (
    "UPDATE people SET phone_login = phone_index WHERE phone_index IS NOT NULL"
    " AND state = 'active' AND phone_index IN"
    " (SELECT phone_index FROM people GROUP BY phone_index HAVING count(*) = 1)"
)
# Of the sign-ins that stand, nobody knows any more how they were opened: each was asked for a
# code if its person's roles wanted one.
PASSED = "UPDATE sessions SET factor_at = opened_at WHERE state <> 'half'"


def upgrade() -> None:
    """Add what signing in needs; sign-ins that stand go on."""
    op.add_column("people", sa.Column("phone_login", sa.Text(), nullable=True))
    op.add_column(
        "people", sa.Column("password_stopped_at", kernel_db.UtcDateTime(), nullable=True)
    )
    op.execute(CLAIM)
    op.create_index("uq_people_phone_login", "people", ["phone_login"], unique=True)
    op.add_column(
        "sessions", sa.Column("is_field", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("sessions", sa.Column("factor_at", kernel_db.UtcDateTime(), nullable=True))
    op.execute(PASSED)
    op.create_index(
        "uq_sessions_field",
        "sessions",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text(FIELD),
        postgresql_where=sa.text(FIELD),
    )
    _throttles()
    _tables()
    for statement in ddl.append_only("password_rules", op.get_bind().dialect.name):
        op.execute(statement)


def _throttles() -> None:
    """Make the table anew with more gates: what it counted was minutes old."""
    op.drop_table("throttles")
    op.create_table(
        "throttles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "gate IN ('account', 'address', 'code', 'link', 'register', 'recover', 'officer', 'phone')",
            name=op.f("ck_throttles_gate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttles")),
        sa.UniqueConstraint("gate", "key", name=op.f("uq_throttles_gate_key")),
    )


def _tables() -> None:
    op.create_table(
        "password_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("shortest", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kinds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("from_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "audience IN ('farm', 'staff', 'signer')", name=op.f("ck_password_rules_audience")
        ),
        sa.CheckConstraint(
            "days IS NULL OR days BETWEEN 30 AND 730", name=op.f("ck_password_rules_days")
        ),
        sa.CheckConstraint("kinds BETWEEN 0 AND 4", name=op.f("ck_password_rules_kinds")),
        sa.CheckConstraint("shortest BETWEEN 8 AND 64", name=op.f("ck_password_rules_shortest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_rules")),
    )
    op.create_table(
        "recoveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("loses_factor", sa.Boolean(), nullable=False),
        sa.Column("started_by_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "document IS NULL OR document IN ('identity-card', 'passport', 'residence', 'vet-card')",
            name=op.f("ck_recoveries_document"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'waiting', 'open', 'used', 'ended')",
            name=op.f("ck_recoveries_state"),
        ),
        sa.CheckConstraint(
            "confirmed_by_id <> started_by_id AND confirmed_by_id <> person_id",
            name=op.f("ck_recoveries_two_officers"),
        ),
        sa.CheckConstraint("started_by_id <> person_id", name=op.f("ck_recoveries_not_own")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["people.id"], name=op.f("fk_recoveries_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recoveries_person_id")),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["people.id"], name=op.f("fk_recoveries_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoveries")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_recoveries_secret_hash")),
    )
    op.create_index(op.f("ix_recoveries_person_id"), "recoveries", ["person_id"], unique=False)
    op.create_index(
        "uq_recoveries_number",
        "recoveries",
        ["number"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("used_at", kernel_db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_codes_code_hash")),
    )
    op.create_index(
        op.f("ix_recovery_codes_person_id"), "recovery_codes", ["person_id"], unique=False
    )
    op.create_table(
        "delegations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("lender_id", sa.Uuid(), nullable=False),
        sa.Column("borrower_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.CheckConstraint("lender_id <> borrower_id", name=op.f("ck_delegations_two_people")),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_delegations_order")),
        sa.ForeignKeyConstraint(
            ["borrower_id"], ["people.id"], name=op.f("fk_delegations_borrower_id")
        ),
        sa.ForeignKeyConstraint(
            ["lender_id"], ["people.id"], name=op.f("fk_delegations_lender_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_delegations_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_delegations_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index(
        op.f("ix_delegations_borrower_id"), "delegations", ["borrower_id"], unique=False
    )
    op.create_index(op.f("ix_delegations_lender_id"), "delegations", ["lender_id"], unique=False)
    op.create_index(
        op.f("ix_delegations_membership_id"), "delegations", ["membership_id"], unique=False
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
