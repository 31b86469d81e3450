"""An upgrade that is killed half-way: the next start finishes it, from whatever was done.

Each migration is one transaction with its version: the database is at one version or at the next.
"""

from __future__ import annotations

import os
import secrets
import time

import pytest
from sqlalchemy import create_engine, inspect, text

from aquacert.kernel.db import Base
from aquacert.kernel.schema import upgrade
from tests.faults.killing import Child

ROUNDS = max(int(os.environ.get("AQUACERT_FAULT_ROUNDS", "10")) // 10, 3)

LONGER_SECONDS = 0.1
"""Each round may last so much longer, so that some end in the middle whatever the machine."""


@pytest.fixture
def empty(server, tmp_path):
    """An empty database."""
    if not server:
        return f"sqlite:///{tmp_path / 'empty.db'}"
    admin = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS upgraded WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE upgraded"))
    admin.dispose()
    return server.format("upgraded")


def version(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = inspect(connection).has_table("alembic_version") and connection.scalar(
            text("SELECT version_num FROM alembic_version")
        )
    engine.dispose()
    return found or ""


@pytest.mark.faults
def test_an_upgrade_that_is_killed_is_finished_by_the_next(empty, figures):
    met = set()
    for round_no in range(ROUNDS):
        child = Child(lambda: lambda: (upgrade(empty), time.sleep(3600)))
        child.go()
        time.sleep(secrets.randbelow(int(1e6)) / 1e6 * LONGER_SECONDS * (round_no + 1))
        child.kill()
        figures.add("rounds")
        met.add(version(empty))
    upgrade(empty)
    figures.add("versions met", len(met))
    engine = create_engine(empty)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert set(Base.metadata.tables) <= tables


BEFORE = "0034_run_day"
"""Where a house stands that was begun before farms, offices and sign-in had their registers."""


@pytest.mark.faults
def test_an_upgrade_of_an_older_house_killed_between_two_steps_is_finished(empty, figures):
    """The kill comes as soon as the first of the newer migrations is seen, and again one later."""
    upgrade(empty, BEFORE)
    met = [version(empty)]
    for _round in range(2):
        child = Child(lambda: lambda: (upgrade(empty), time.sleep(3600)))
        child.go()
        end = time.monotonic() + 60
        while version(empty) <= met[-1] and time.monotonic() < end:
            time.sleep(0.002)
        child.kill()
        figures.add("rounds")
        met.append(version(empty))
    assert met[0] < met[1]
    upgrade(empty)
    engine = create_engine(empty)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert set(Base.metadata.tables) <= tables
