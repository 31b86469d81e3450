"""Inspections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aquacert.kernel import db as kernel_db
from aquacert.kernel import ddl

revision = "0008_inspections"
down_revision = "0007_declarations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their triggers."""

    dialect = op.get_bind().dialect.name
    for statement in ddl.frozen_when("batch_checks", "OLD.state <> 'open'", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: restore a backup instead."""
    raise RuntimeError("restore a backup instead")
