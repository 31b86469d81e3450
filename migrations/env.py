"""Alembic's way in. The address comes from whoever calls: the command line, tests, Flask-Migrate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context
from sqlalchemy import create_engine

from aquacert.kernel.db import Base
from aquacert.kernel.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def upgrade_on(connection: Connection) -> None:
    """Run the migrations on one connection, each in its own transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


url = context.config.attributes.get("url") or Settings.from_env().db_url
engine = create_engine(url)
with engine.connect() as opened:
    upgrade_on(opened)
engine.dispose()
