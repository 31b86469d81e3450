"""Mapped instrument profiles and control charts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0028_quality"
down_revision = "0027_bench"
branch_labels = None
depends_on = None

APPEND_ONLY = ("lab_profiles", "lab_file_readings", "lab_control_notes")


def upgrade() -> None:
    """Make the tables; a profile, how a file was read and what was noted on a chart are never changed."""
    _instruments()
    _quality()
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)
    for statement in ddl.frozen_when("lab_control_targets", "OLD.state <> 'proposed'", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")


def _instruments() -> None:
    op.create_table(
        "lab_profiles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rows", kernel_db.Json(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_lab_profiles_version")),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_profiles_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["people.id"], name=op.f("fk_lab_profiles_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_profiles")),
        sa.UniqueConstraint(
            "lab_id", "code", "version", name=op.f("uq_lab_profiles_lab_id_code_version")
        ),
    )
    op.create_table(
        "lab_file_readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("version_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("worksheet_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["lab_files.id"], name=op.f("fk_lab_file_readings_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_file_readings_lab_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_file_readings")),
        sa.UniqueConstraint("file_id", name=op.f("uq_lab_file_readings_file_id")),
    )
    op.create_index(
        "ix_lab_file_readings_series", "lab_file_readings", ["lab_id", "series"], unique=False
    )


def _quality() -> None:
    op.create_table(
        "lab_control_targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("disease_code", sa.Text(), nullable=False),
        sa.Column("method_code", sa.Text(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column(
            "mean_milli", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sd_milli", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused')",
            name=op.f("ck_lab_control_targets_state"),
        ),
        sa.CheckConstraint(
            "mean_milli > 0 AND sd_milli > 0", name=op.f("ck_lab_control_targets_positive")
        ),
        sa.CheckConstraint(
            "settled_by_id IS NULL OR settled_by_id <> proposed_by_id",
            name=op.f("ck_lab_control_targets_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_control_targets_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["people.id"], name=op.f("fk_lab_control_targets_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["people.id"], name=op.f("fk_lab_control_targets_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_control_targets")),
    )
    op.create_index(
        "ix_lab_control_targets_series",
        "lab_control_targets",
        ["lab_id", "disease_code", "method_code"],
        unique=False,
    )
    op.create_table(
        "lab_control_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_lab_control_notes_by_id")),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_control_notes_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["lab_runs.id"], name=op.f("fk_lab_control_notes_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["lab_scopes.id"], name=op.f("fk_lab_control_notes_scope_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_control_notes")),
        sa.UniqueConstraint(
            "run_id",
            "scope_id",
            "control",
            "number",
            name=op.f("uq_lab_control_notes_run_id_scope_id_control_number"),
        ),
    )
    op.create_index(
        "ix_lab_control_notes_lab", "lab_control_notes", ["lab_id", "run_id"], unique=False
    )
