"""Registers of the officials: offices, signing, vehicles, switches; data checks; alike farms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0036_registers"
down_revision = "0035_farm_record"
branch_labels = None
depends_on = None

UNKNOWN = "（升级前，没有记录是谁）"


def upgrade() -> None:
    """Make the tables; a switch turned before keeps its reason and day, not who turned it."""
    for name in ("office_id", "merged_into_id"):
        op.add_column("hatcheries", sa.Column(name, sa.Uuid(), nullable=True))
    make_tables()
    op.execute(
        sa.text(
            "INSERT INTO capability_switches (id, name, division_code, is_on, because, at, by)"
            " SELECT id, name, division_code, is_on, because, since_at, :by FROM capabilities"
        ).bindparams(by=UNKNOWN)
    )
    dialect = op.get_bind().dialect.name
    for table in ("capability_switches", "twin_judgements"):
        for statement in ddl.append_only(table, dialect):
            op.execute(statement)


def make_tables() -> None:
    """What the models say at this revision."""
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("entries", kernel_db.Json(), nullable=False),
        sa.Column("questions", kernel_db.Json(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.CheckConstraint("due_on >= opened_on", name=op.f("ck_campaigns_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(
        op.f("ix_campaigns_division_code"), "campaigns", ["division_code"], unique=False
    )
    op.create_table(
        "capability_switches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capability_switches")),
    )
    op.create_index(
        "ix_capability_switches_place",
        "capability_switches",
        ["division_code", "name", "at"],
        unique=False,
    )
    op.create_table(
        "offices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("takes", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_because", sa.Text(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_offices_order")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_offices_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
        sa.UniqueConstraint(
            "organisation_id", "name_zh", name=op.f("uq_offices_organisation_id_name_zh")
        ),
    )
    op.create_index(op.f("ix_offices_division_code"), "offices", ["division_code"], unique=False)
    op.create_index(
        op.f("ix_offices_organisation_id"), "offices", ["organisation_id"], unique=False
    )
    op.create_table(
        "vehicles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("fitted", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_vehicles_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
    )
    op.create_index(
        op.f("ix_vehicles_organisation_id"), "vehicles", ["organisation_id"], unique=False
    )
    op.create_index(
        "uq_vehicles_live",
        "vehicles",
        ["plate"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "campaign_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("hatchery_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("said", kernel_db.Encrypted(), nullable=True),
        sa.Column("wrong", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("way IN ('phone', 'visit')", name=op.f("ck_campaign_answers_way")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_answers_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["hatchery_id"], ["hatcheries.id"], name=op.f("fk_campaign_answers_hatchery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_answers")),
        sa.UniqueConstraint(
            "campaign_id", "hatchery_id", name=op.f("uq_campaign_answers_campaign_id_hatchery_id")
        ),
    )
    op.create_index(
        op.f("ix_campaign_answers_hatchery_id"), "campaign_answers", ["hatchery_id"], unique=False
    )
    op.create_index(
        "ix_campaign_answers_place",
        "campaign_answers",
        ["campaign_id", "division_code"],
        unique=False,
    )
    op.create_table(
        "office_divisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_office_divisions_office_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_divisions")),
        sa.UniqueConstraint(
            "office_id", "division_code", name=op.f("uq_office_divisions_office_id_division_code")
        ),
    )
    op.create_index(
        op.f("ix_office_divisions_division_code"),
        "office_divisions",
        ["division_code"],
        unique=False,
    )
    op.create_table(
        "signing_stops",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("restored_on", sa.Date(), nullable=True),
        sa.Column("restored_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("restored_because", sa.Text(), nullable=False),
        sa.Column("restored_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_signing_stops_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_stops")),
    )
    op.create_index(
        "uq_signing_stops_live",
        "signing_stops",
        ["membership_id"],
        unique=True,
        sqlite_where=sa.text("restored_at IS NULL"),
        postgresql_where=sa.text("restored_at IS NULL"),
    )
    op.create_table(
        "twin_judgements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("moved", kernel_db.Json(), nullable=False),
        sa.Column("at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('different', 'merged')", name=op.f("ck_twin_judgements_outcome")
        ),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_twin_judgements_order")),
        sa.ForeignKeyConstraint(
            ["one_id"], ["hatcheries.id"], name=op.f("fk_twin_judgements_one_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["hatcheries.id"], name=op.f("fk_twin_judgements_other_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twin_judgements")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_twin_judgements_one_id_other_id")),
    )
    op.create_index(
        op.f("ix_twin_judgements_other_id"), "twin_judgements", ["other_id"], unique=False
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
