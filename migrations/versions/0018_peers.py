"""Status lists by version; our own trust list; other provinces' lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0018_peers"
down_revision = "0017_log"
branch_labels = None
depends_on = None

APPEND_ONLY = ("status_refusals", "status_versions", "trust_versions", "peer_lists")


def upgrade() -> None:
    """Make the tables; what was published or accepted is never changed."""
    op.create_table(
        "status_refusals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("was", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wanted", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("found_at", kernel_db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_refusals")),
        sa.UniqueConstraint(
            "number", "slot", "version", name=op.f("uq_status_refusals_number_slot_version")
        ),
    )
    op.create_table(
        "status_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=False),
        sa.Column("published_at", kernel_db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_versions")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_status_versions_number_version")),
    )
    op.create_table(
        "trust_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("published_at", kernel_db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_versions")),
        sa.UniqueConstraint("version", name=op.f("uq_trust_versions_version")),
    )
    op.create_table(
        "peer_provinces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("roots", kernel_db.Json(), nullable=False),
        sa.Column("list_url", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("pinned_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("pinned_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR because <> ''", name=op.f("ck_peer_provinces_because")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'pinned', 'withdrawn')", name=op.f("ck_peer_provinces_state")
        ),
        sa.CheckConstraint(
            "length(division_code) = 6", name=op.f("ck_peer_provinces_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["pinned_by_id"], ["people.id"], name=op.f("fk_peer_provinces_pinned_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["people.id"], name=op.f("fk_peer_provinces_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_provinces")),
        sa.UniqueConstraint("division_code", name=op.f("uq_peer_provinces_division_code")),
    )
    op.create_table(
        "peer_fetches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tried_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("fetched_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["peer_provinces.id"], name=op.f("fk_peer_fetches_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_fetches")),
    )
    op.create_table(
        "peer_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("imported_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["people.id"], name=op.f("fk_peer_lists_imported_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["province_id"], ["peer_provinces.id"], name=op.f("fk_peer_lists_province_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_lists")),
        sa.UniqueConstraint(
            "province_id", "version", name=op.f("uq_peer_lists_province_id_version")
        ),
    )
    op.create_table(
        "peer_statuses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("issued_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("fetched_at", kernel_db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_id"], ["peer_provinces.id"], name=op.f("fk_peer_statuses_province_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_statuses")),
        sa.UniqueConstraint("uri", name=op.f("uq_peer_statuses_uri")),
    )
    op.create_index(
        op.f("ix_peer_statuses_province_id"), "peer_statuses", ["province_id"], unique=False
    )
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
