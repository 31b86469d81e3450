"""The database is the last judge: what it must hold after every migration, on both kinds."""

import importlib
import pkgutil
import re
from itertools import pairwise

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, DateTime, LargeBinary, create_engine, inspect, text
from sqlalchemy.types import Date, TypeDecorator

import aquacert
import labs
from aquacert.kernel.audit import UNAUDITED
from aquacert.kernel.db import Base, Encrypted, UtcDateTime
from aquacert.kernel.schema import alembic_config, upgrade
from tests.house.source import ROOT, members, tree

VERSIONS = ROOT / "migrations" / "versions"
VIEWS = {
    "v_certificates": [
        *("number", "kind", "status", "issued_at", "declaration_no", "load", "origin"),
        *("destination", "species", "quantity", "unit", "vet", "office", "valid_until"),
        "arrived_at",
    ],
    "v_numbers": ["number", "segment", "state", "reason"],
    "v_audit": ["seq", "at", "actor", "tag", "subject", "hash"],
    "v_stock": ["hatchery", "lot", "quantity"],
}
APPEND_ONLY = {"audit_entries", "journal", "stock_movements"}
PERSONAL = re.compile(r"(^|_)(phone|identity_number|person_name|home|id_number)$")
NOT_PERSONAL = {
    "organisations.phone": "a desk's public number",
    "offices.phone": "an office's public number, published by law",
}
SHORT_TIMES = {"at"}


def load_every_model():
    """Import each room's models, so that `Base` knows every table."""
    for package in (aquacert, labs):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "models" in found.name.split("."):
                importlib.import_module(found.name)
    for found in pkgutil.iter_modules(aquacert.kernel.__path__, "aquacert.kernel."):
        importlib.import_module(found.name)


load_every_model()
TABLES = dict(Base.metadata.tables)


# ── The files ────────────────────────────────────────────────────────────────────────────────────


def revisions():
    return sorted(path.stem for path in VERSIONS.glob("*.py"))


def test_migrations_count_up_without_gaps():
    assert [int(name[:4]) for name in revisions()] == list(range(1, len(revisions()) + 1))


def test_the_head_file_names_the_last_migration():
    assert (VERSIONS / ".current-head").read_text().strip() == revisions()[-1]


def test_migrations_follow_each_other_in_one_line():
    script = ScriptDirectory.from_config(alembic_config("sqlite://"))
    line = [each.revision for each in script.walk_revisions()][::-1]
    assert line == revisions()


# ── What is there, after every migration ─────────────────────────────────────────────────────────


def held(engine):
    """Triggers, views and named CHECKs that the database holds now."""
    look = inspect(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            triggers = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars()
        else:
            triggers = connection.execute(
                text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
            ).scalars()
        found = {f"trigger {name}" for name in triggers}
    found |= {f"view {name}" for name in look.get_view_names()}
    for table in look.get_table_names():
        found |= {f"check {each['name']}" for each in look.get_check_constraints(table)}
        found |= {f"unique {each['name']}" for each in look.get_indexes(table) if each["unique"]}
    return found


@pytest.fixture(scope="module")
def empty(server, tmp_path_factory):
    """The address of a database with nothing in it."""
    if not server:
        return f"sqlite:///{tmp_path_factory.mktemp('house') / 'empty.db'}"
    name = "house_empty"
    admin = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.format(name)


@pytest.fixture(scope="module")
def stages(empty):
    """What the database held after each migration, in order. A migration may name what it DROPS."""
    found = []
    engine = create_engine(empty)
    for revision in revisions():
        upgrade(empty, revision)
        found.append((revision, held(engine)))
    engine.dispose()
    return found


def drops(revision):
    """What a migration says it takes away on purpose: DROPS = {"trigger tr_x_no_update": "why"}."""
    for node in tree(VERSIONS / f"{revision}.py").body:
        if getattr(node, "targets", None) and getattr(node.targets[0], "id", "") == "DROPS":
            return {key.value for key in node.value.keys}
    return set()


def test_no_migration_loses_a_guard_by_accident(stages):
    """SQLite remakes a table to alter it, and what hung on the old one is gone without a word."""
    lost = {}
    for (_before, old), (revision, new) in pairwise(stages):
        gone = old - new - drops(revision)
        if gone:
            lost[revision] = sorted(gone)
    assert lost == {}


def test_every_check_of_the_models_is_in_the_database(stages):
    wanted = {
        f"check {constraint.name}"
        for table in TABLES.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and constraint.name
    }
    assert wanted - stages[-1][1] == set()


def test_every_partial_unique_index_is_in_the_database(stages):
    wanted = {
        f"unique {index.name}"
        for table in TABLES.values()
        for index in table.indexes
        if index.unique
    }
    assert wanted - stages[-1][1] == set()


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_append_only_tables_have_their_triggers(stages, table):
    wanted = {f"trigger tr_{table}_no_{act}" for act in ("update", "delete")}
    assert wanted - stages[-1][1] == set()


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_the_read_only_views_of_the_outside_contract_are_there(stages, empty, view):
    assert f"view {view}" in stages[-1][1]
    engine = create_engine(empty)
    columns = [column["name"] for column in inspect(engine).get_columns(view)]
    engine.dispose()
    assert columns == VIEWS[view]


def test_the_schema_at_the_head_is_what_the_models_say(stages, empty):
    assert stages
    engine = create_engine(empty)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


# ── What the models promise ──────────────────────────────────────────────────────────────────────


def columns():
    return [
        (f"{table.name}.{column.name}", column)
        for table in TABLES.values()
        for column in table.columns
    ]


def test_unaudited_tables_exist_and_have_a_reason():
    load_every_model()
    assert set(UNAUDITED) - set(TABLES) - {"alembic_version"} == set()
    assert {name: why for name, why in UNAUDITED.items() if len(why.split()) < 4} == {}


def test_instants_and_days_are_told_apart_by_name():
    """An instant is `…_at` or `…_until` in UTC, a legal day is `…_on`; a column of the other kind misleads."""
    wrong = []
    for name, column in columns():
        kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
        last = name.split(".")[1]
        if isinstance(column.type, UtcDateTime) or isinstance(kind, DateTime):
            if not (last.endswith(("_at", "_until")) or last in SHORT_TIMES):
                wrong.append(name)
            if not isinstance(column.type, UtcDateTime):
                wrong.append(f"{name} is no UtcDateTime")
        elif isinstance(kind, Date) and not last.endswith("_on"):
            wrong.append(name)
    assert wrong == []


def test_personal_data_is_encrypted():
    plain = [
        name
        for name, column in columns()
        if PERSONAL.search(name.split(".")[1])
        and name not in NOT_PERSONAL
        and not isinstance(column.type, Encrypted)
        and not isinstance(column.type, LargeBinary)
    ]
    assert plain == []


def test_every_model_is_in_a_room_of_its_own():
    """A table belongs to the room whose models name it, and to no other."""
    homes = {}
    for mapper in Base.registry.mappers:
        homes.setdefault(mapper.local_table.name, set()).add(mapper.class_.__module__)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
    assert members("models")
