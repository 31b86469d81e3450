"""The crosswalk of diseases and species, approved by two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0055_crosswalk"
down_revision = "0054_feed_mappings"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "crosswalk_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=True),
        sa.Column("species_code", sa.Text(), nullable=True),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_crosswalk_rows_decided")
        ),
        sa.CheckConstraint(
            "realm IN ('aquatic', 'terrestrial', 'unmapped')", name=op.f("ck_crosswalk_rows_realm")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'rejected', 'withdrawn', 'replaced')",
            name=op.f("ck_crosswalk_rows_state"),
        ),
        sa.CheckConstraint(
            "subject = 'species' OR species_code IS NULL",
            name=op.f("ck_crosswalk_rows_subject_code"),
        ),
        sa.CheckConstraint(
            "subject IN ('disease', 'species')", name=op.f("ck_crosswalk_rows_subject")
        ),
        sa.CheckConstraint(
            "system IN ('', 'cn', 'woah', 'wahis', 'naca', 'empres', 'latin', 'local')",
            name=op.f("ck_crosswalk_rows_system"),
        ),
        sa.CheckConstraint(
            "decided_by_id <> proposed_by_id", name=op.f("ck_crosswalk_rows_two_persons")
        ),
        sa.CheckConstraint(
            "disease_code IS NULL OR species_code IS NULL", name=op.f("ck_crosswalk_rows_one_code")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_crosswalk_rows_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["disease_code"], ["diseases.code"], name=op.f("fk_crosswalk_rows_disease_code")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["people.id"], name=op.f("fk_crosswalk_rows_ended_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["people.id"], name=op.f("fk_crosswalk_rows_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["species_code"], ["species.code"], name=op.f("fk_crosswalk_rows_species_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crosswalk_rows")),
        sa.UniqueConstraint(
            "subject",
            "system",
            "plain",
            "version",
            name=op.f("uq_crosswalk_rows_subject_system_plain_version"),
        ),
    )
    op.create_index(
        "ix_crosswalk_rows_asked",
        "crosswalk_rows",
        ["subject", "system", "plain"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "ix_crosswalk_rows_live",
        "crosswalk_rows",
        ["subject", "system", "plain"],
        unique=True,
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    )
    guard()


STANDS = (
    "OLD.state IN ('rejected', 'withdrawn', 'replaced') OR NEW.written <> OLD.written"
    " OR NEW.plain <> OLD.plain OR NEW.version <> OLD.version OR NEW.grounds <> OLD.grounds"
    " OR NEW.proposed_by_id <> OLD.proposed_by_id"
)
"""What was said and by whom cannot be changed, and what is over stays as it ended."""


def guard() -> None:
    """Refuse changes of what was said, and the removal of any row."""
    dialect = op.get_bind().dialect.name
    for statement in ddl.frozen_when("crosswalk_rows", STANDS, dialect):
        op.execute(statement)
    _update, delete = ddl.append_only("crosswalk_rows", dialect)
    op.execute(delete)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
