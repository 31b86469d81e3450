"""Tokens, messages and webhooks of a laboratory's own system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db

revision = "0032_exchange"
down_revision = "0031_turnaround"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lab_systems",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "done_through", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("registered_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("webhook_url", sa.Text(), nullable=False),
        sa.Column("webhook_secret", kernel_db.Encrypted(), nullable=True),
        sa.Column("called_at", kernel_db.UtcDateTime(), nullable=True),
        sa.Column("call_error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'revoked')", name=op.f("ck_lab_systems_state")),
        sa.CheckConstraint("done_through >= 0", name=op.f("ck_lab_systems_done_through")),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_systems_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["people.id"], name=op.f("fk_lab_systems_receiver_id")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["people.id"], name=op.f("fk_lab_systems_operator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_systems")),
        sa.UniqueConstraint("kid", name=op.f("uq_lab_systems_kid")),
        sa.UniqueConstraint("lab_id", "name", name=op.f("uq_lab_systems_lab_id_name")),
    )
    op.create_table(
        "lab_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("system_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("body", kernel_db.Json(), nullable=False),
        sa.Column("sent_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("arrived_at", kernel_db.UtcDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reasons", kernel_db.Json(), nullable=False),
        sa.Column("settled_at", kernel_db.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'held') = (settled_at IS NULL)", name=op.f("ck_lab_messages_settled")
        ),
        sa.CheckConstraint(
            "kind IN ('receipt', 'run', 'finding', 'nothing')", name=op.f("ck_lab_messages_kind")
        ),
        sa.CheckConstraint(
            "state IN ('held', 'applied', 'refused')", name=op.f("ck_lab_messages_state")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["laboratories.id"], name=op.f("fk_lab_messages_lab_id")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["lab_systems.id"], name=op.f("fk_lab_messages_system_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_messages")),
        sa.UniqueConstraint(
            "system_id", "message_id", name=op.f("uq_lab_messages_system_id_message_id")
        ),
        sa.UniqueConstraint(
            "system_id", "sequence", name=op.f("uq_lab_messages_system_id_sequence")
        ),
    )
    op.create_index(
        "ix_lab_messages_waiting", "lab_messages", ["system_id", "state", "sequence"], unique=False
    )


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
