"""Feeds that are visited, and their health."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0059_feed_visits"
down_revision = "0058_zone_effects"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("mapping_id", sa.Uuid(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("every_minutes", WHOLE, nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("expected_days", WHOLE, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("keeper_id", sa.Uuid(), nullable=False),
        sa.Column("secret", kernel_db.Encrypted(), nullable=True),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("changed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("way IN ('file', 'folder', 'url', 'push')", name=op.f("ck_feeds_way")),
        sa.CheckConstraint(
            "every_minutes BETWEEN 5 AND 44640", name=op.f("ck_feeds_every_minutes")
        ),
        sa.CheckConstraint("expected_days BETWEEN 1 AND 400", name=op.f("ck_feeds_expected_days")),
        sa.ForeignKeyConstraint(["keeper_id"], ["people.id"], name=op.f("fk_feeds_keeper_id")),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["feed_mappings.id"], name=op.f("fk_feeds_mapping_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("key", name=op.f("uq_feeds_key")),
    )
    op.create_table(
        "feed_standings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("tried_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("came_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("next_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("claimed_until", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("last_size", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_feed_standings_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_standings")),
        sa.UniqueConstraint("feed_id", name=op.f("uq_feed_standings_feed_id")),
    )
    op.create_index(op.f("ix_feed_standings_next_at"), "feed_standings", ["next_at"], unique=False)
    op.create_table(
        "feed_visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("last_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("times", WHOLE, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", WHOLE, nullable=True),
        sa.Column("status", WHOLE, nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('came', 'same', 'held', 'failed')", name=op.f("ck_feed_visits_outcome")
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_feed_visits_feed_id")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["feed_files.id"], name=op.f("fk_feed_visits_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_visits")),
    )
    op.create_index("ix_feed_visits_feed", "feed_visits", ["feed_id", "at"], unique=False)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
