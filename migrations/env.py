"""Alembic's way in. The address comes from whoever calls: the command line, tests, Flask-Migrate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic import context
from sqlalchemy import create_engine, event

from aquacert.kernel.db import Base
from aquacert.kernel.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import Connection


def upgrade_on(connection: Connection) -> None:
    """Run the migrations on one connection, each in its own transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        transactional_ddl=True,  # Alembic believes that SQLite cannot
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def begin_plainly(engine: Engine) -> None:
    """Let SQLite's transactions hold what changes tables too: killed half-way, nothing is left.

    The driver opens a transaction before INSERT and UPDATE only; so it is told to open none, and
    each begins here.
    """

    @event.listens_for(engine, "connect")
    def _leave_it_to_us(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


url = context.config.attributes.get("url") or Settings.from_env().db_url
engine = create_engine(url)
if engine.dialect.name == "sqlite":
    begin_plainly(engine)
with engine.connect() as opened:
    upgrade_on(opened)
engine.dispose()
