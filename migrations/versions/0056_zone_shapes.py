"""Shapes of zones: circles, polygons, reaches, with the cells they touch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0056_zone_shapes"
down_revision = "0055_crosswalk"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CURRENT, PROPOSED = sa.text("state = 'current'"), sa.text("state = 'proposed'")


def upgrade() -> None:
    """Make the tables; a zone of before stands by its list of divisions, as it did."""
    op.add_column(
        "zones", sa.Column("tier", sa.Text(), server_default="protection", nullable=False)
    )
    op.add_column(
        "zones", sa.Column("is_shaped", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _make_versions()
    _make_shapes()
    op.create_table(
        "zone_cells",
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("shape_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shape_id"], ["zone_shapes.id"], name=op.f("fk_zone_cells_shape_id")
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_cells_zone_id")),
        sa.PrimaryKeyConstraint("cell", "shape_id", name=op.f("pk_zone_cells")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_zone_cells_zone_id"), "zone_cells", ["zone_id"], unique=False)


def _make_versions() -> None:
    op.create_table(
        "zone_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("is_lift", sa.Boolean(), nullable=False),
        sa.Column("by_rule", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'current', 'past', 'refused')",
            name=op.f("ck_zone_versions_state"),
        ),
        sa.CheckConstraint(
            "tier IN ('protection', 'surveillance')", name=op.f("ck_zone_versions_tier")
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_versions_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_versions")),
        sa.UniqueConstraint("zone_id", "number", name=op.f("uq_zone_versions_zone_id_number")),
    )
    for name, where in (("current", CURRENT), ("proposed", PROPOSED)):
        op.create_index(
            f"ix_zone_versions_{name}",
            "zone_versions",
            ["zone_id"],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


def _make_shapes() -> None:
    op.create_table(
        "zone_shapes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("geometry", kernel_db.Json(), nullable=False),
        sa.Column("metres", WHOLE, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        *(
            sa.Column(edge, sa.Float(), nullable=False)
            for edge in ("west", "south", "east", "north")
        ),
        sa.CheckConstraint(
            "tier IN ('protection', 'surveillance')", name=op.f("ck_zone_shapes_tier")
        ),
        sa.CheckConstraint(
            "kind IN ('circle', 'polygon', 'reach')", name=op.f("ck_zone_shapes_kind")
        ),
        sa.CheckConstraint(
            "flow IN ('', 'upstream', 'downstream')", name=op.f("ck_zone_shapes_flow")
        ),
        sa.CheckConstraint("datum IN ('wgs84', 'gcj02')", name=op.f("ck_zone_shapes_datum")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_shapes_zone_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["zone_versions.id"], name=op.f("fk_zone_shapes_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_shapes")),
    )
    op.create_index(op.f("ix_zone_shapes_version_id"), "zone_shapes", ["version_id"], unique=False)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
