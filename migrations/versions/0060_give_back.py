"""Data given back: deliveries with their acknowledgement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0060_give_back"
down_revision = "0059_feed_visits"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "recipients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("token", kernel_db.Encrypted(), nullable=True),
        sa.Column("codes", kernel_db.Json(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "product IN ('dhis2_values', 'dhis2_tracker', 'qaad', 'wahis', 'geojson', 'zones', 'table')",
            name=op.f("ck_recipients_product"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipients")),
        sa.UniqueConstraint("name", name=op.f("uq_recipients_name")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("items", WHOLE, nullable=False),
        sa.Column("skipped", WHOLE, nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("made_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("next_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("claimed_until", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("tried_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("status", WHOLE, nullable=True),
        sa.Column("answer", kernel_db.Json(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("again_of_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'partly', 'dead')", name=op.f("ck_deliveries_state")
        ),
        sa.ForeignKeyConstraint(
            ["again_of_id"], ["deliveries.id"], name=op.f("fk_deliveries_again_of_id")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], name=op.f("fk_deliveries_recipient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["state", "next_at"], unique=False)
    op.create_index(
        op.f("ix_deliveries_recipient_id"), "deliveries", ["recipient_id"], unique=False
    )
    op.create_table(
        "delivery_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", WHOLE, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("is_end", sa.Boolean(), nullable=False),
        sa.Column("body", kernel_db.Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'refused')", name=op.f("ck_delivery_items_state")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_items_delivery_id")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], name=op.f("fk_delivery_items_recipient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_items")),
        sa.UniqueConstraint(
            "delivery_id", "ordinal", name=op.f("uq_delivery_items_delivery_id_ordinal")
        ),
    )
    op.create_index(
        "ix_delivery_items_key", "delivery_items", ["recipient_id", "key", "state"], unique=False
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
