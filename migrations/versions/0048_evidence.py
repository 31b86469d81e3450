"""Evidence of a check: what a picture says of itself, its prints, clips, flags, second looks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0048_evidence"
down_revision = "0047_sync"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what photographs are asked since, and the tables of the evidence."""
    op.create_table(
        "photo_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_photo_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "photo_prints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("whole", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_photo_prints_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_prints")),
        sa.UniqueConstraint("file_id", name=op.f("uq_photo_prints_file_id")),
        sa.UniqueConstraint("number", name=op.f("uq_photo_prints_number")),
    )
    op.create_table(
        "second_looks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("looked_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("looked_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('waiting', 'agree', 'disagree', 'unclear')",
            name=op.f("ck_second_looks_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declarations.id"], name=op.f("fk_second_looks_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["looked_by_id"], ["people.id"], name=op.f("fk_second_looks_looked_by_id")
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_second_looks_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_looks")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_second_looks_declaration_id")),
    )
    op.create_index(
        "ix_second_looks_due", "second_looks", ["is_chosen", "verdict", "due_on"], unique=False
    )
    op.create_table(
        "inspection_clips",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.Column("taken_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("added_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "file_id IS NOT NULL OR kept_at <> ''", name=op.f("ck_inspection_clips_kept")
        ),
        sa.CheckConstraint("kind IN ('video', 'recorder')", name=op.f("ck_inspection_clips_kind")),
        sa.CheckConstraint("size > 0", name=op.f("ck_inspection_clips_size")),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["people.id"], name=op.f("fk_inspection_clips_added_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["batch_checks.id"], name=op.f("fk_inspection_clips_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_inspection_clips_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_clips")),
        sa.UniqueConstraint("sha256", name=op.f("uq_inspection_clips_sha256")),
    )
    op.create_index(
        op.f("ix_inspection_clips_check_id"), "inspection_clips", ["check_id"], unique=False
    )
    op.create_table(
        "evidence_flags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("clip_id", sa.Uuid(), nullable=True),
        sa.Column("origin_code", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vet_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("other_file_id", sa.Uuid(), nullable=True),
        sa.Column("score", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("detail", kernel_db.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("judged_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("judged_by_id", sa.Uuid(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('near', 'mirrored', 'cropped', 'slots', 'screen', 'code_missing', 'code_late', 'code_unknown', 'far', 'place_zero', 'software', 'camera_clock', 'before_visit', 'after_verdict', 'device_clock')",
            name=op.f("ck_evidence_flags_kind"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR judged_at IS NOT NULL", name=op.f("ck_evidence_flags_judged")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'cleared', 'confirmed')", name=op.f("ck_evidence_flags_state")
        ),
        sa.CheckConstraint(
            "photo_id IS NOT NULL OR clip_id IS NOT NULL", name=op.f("ck_evidence_flags_subject")
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["batch_checks.id"], name=op.f("fk_evidence_flags_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["inspection_clips.id"], name=op.f("fk_evidence_flags_clip_id")
        ),
        sa.ForeignKeyConstraint(
            ["judged_by_id"], ["people.id"], name=op.f("fk_evidence_flags_judged_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["organisations.id"], name=op.f("fk_evidence_flags_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_evidence_flags_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["other_file_id"], ["files.id"], name=op.f("fk_evidence_flags_other_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["inspection_photos.id"], name=op.f("fk_evidence_flags_photo_id")
        ),
        sa.ForeignKeyConstraint(["vet_id"], ["people.id"], name=op.f("fk_evidence_flags_vet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_flags")),
    )
    op.create_index(
        op.f("ix_evidence_flags_check_id"), "evidence_flags", ["check_id"], unique=False
    )
    op.create_index("ix_evidence_flags_open", "evidence_flags", ["state", "made_at"], unique=False)
    op.add_column("inspection_photos", sa.Column("software", sa.Text(), nullable=True))
    op.add_column("inspection_photos", sa.Column("camera_place", kernel_db.Json(), nullable=True))
    op.add_column("inspection_photos", sa.Column("place", kernel_db.Json(), nullable=True))
    op.add_column("inspection_photos", sa.Column("code", sa.Text(), nullable=True))
    op.add_column("inspection_photos", sa.Column("device", sa.Text(), nullable=True))
    op.add_column(
        "inspection_photos", sa.Column("device_at", kernel_db.UtcDateTime(), nullable=True)
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
