"""Measure `verify_page_postgres`: `verify_page` with the register on PostgreSQL (goal ratio ≥ 0.5).

Everything else is as there: mix of pages, floor, workers, client, and the check that a void
certificate is 无效 on every worker within 2 seconds.
"""

from __future__ import annotations

from contextlib import ExitStack

from bench import verify_page

NAME = "verify_page_postgres"
GOAL = 0.5
BETTER = "higher"
PAIRS = verify_page.PAIRS
OPEN = ExitStack()
"""The PostgreSQL server, ended by `close`."""

ours, floor, notes = verify_page.ours, verify_page.floor, verify_page.notes


def prepare(full: bool = False) -> None:
    """Start a server with an empty database and make everything ready on it."""
    from sqlalchemy import create_engine, text

    from tests.postgres import running

    address = OPEN.enter_context(running())
    maker = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    with maker.connect() as connection:
        connection.execute(text("CREATE DATABASE page"))
    maker.dispose()
    verify_page.begin(address.format("page"))
    verify_page.prepare(full)


def close() -> None:
    """End the application and the database server."""
    verify_page.close()
    OPEN.close()
