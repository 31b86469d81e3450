"""What zones do to papers on the road: what a suspension rests on, which papers a zone holds."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0058_zone_effects"
down_revision = "0057_own_reporting"
branch_labels = None
depends_on = None
LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the tables; a suspension from before is written down as one that no zone may end."""
    op.add_column("loads", sa.Column("via_codes", kernel_db.Json(), nullable=True))
    op.create_index("ix_certificates_valid_until", "certificates", ["valid_until"])
    _grounds()
    _holds()
    _earlier()


def _grounds() -> None:
    op.create_table(
        "suspension_grounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("since_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("told_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("freed", sa.Boolean(), nullable=False),
        sa.Column("end_told_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('zone', 'report', 'person', 'earlier')",
            name=op.f("ck_suspension_grounds_kind"),
        ),
        sa.CheckConstraint("was IN ('valid', 'suspended')", name=op.f("ck_suspension_grounds_was")),
        sa.CheckConstraint(
            "ended IN ('', 'released', 'overruled')", name=op.f("ck_suspension_grounds_ended")
        ),
        sa.CheckConstraint(
            "(ended = '') = (ended_at IS NULL)", name=op.f("ck_suspension_grounds_over")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates.id"],
            name=op.f("fk_suspension_grounds_certificate_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension_grounds")),
    )
    op.create_index(
        "uq_suspension_grounds_live",
        "suspension_grounds",
        ["certificate_id", "kind", "source_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("ix_suspension_grounds_source", "suspension_grounds", ["source_id", "ended_at"])


def _holds() -> None:
    op.create_table(
        "declaration_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("bars", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("since_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["declarations.id"],
            name=op.f("fk_declaration_holds_declaration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["zones.id"], name=op.f("fk_declaration_holds_zone_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_holds")),
    )
    op.create_index(
        "uq_declaration_holds_live",
        "declaration_holds",
        ["declaration_id", "zone_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("ix_declaration_holds_zone", "declaration_holds", ["zone_id", "ended_at"])


def _earlier() -> None:
    """Write down what is suspended now: only a person may make it good again, as before."""
    bind = op.get_bind()
    standings = sa.table(
        "certificate_standings",
        sa.column("id", sa.Uuid()),
        sa.column("status", sa.Text()),
        sa.column("because", sa.Text()),
        sa.column("changed_at", kernel_db.UtcDateTime()),
        sa.column("changed_by_id", sa.Uuid()),
    )
    grounds = sa.table(
        "suspension_grounds",
        *(sa.column(name, sa.Uuid()) for name in ("id", "certificate_id", "source_id")),
        *(sa.column(name, sa.Text()) for name in ("kind", "because", "was", "ended")),
        *(sa.column(name, kernel_db.UtcDateTime()) for name in ("since_at", "told_at")),
        sa.column("freed", sa.Boolean()),
    )
    found = bind.execute(sa.select(standings).where(standings.c.status == "suspended"))
    rows = [
        {
            "id": uuid4(),
            "certificate_id": row.id,
            "kind": "person" if row.changed_by_id else "earlier",
            "source_id": row.id,
            "because": row.because,
            "was": "valid",
            "since_at": row.changed_at,
            "told_at": row.changed_at,
            "ended": "",
            "freed": False,
        }
        for row in found
    ]
    if rows:
        op.bulk_insert(grounds, rows)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
