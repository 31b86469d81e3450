"""Worlds that many tests begin with are built once and copied: see `kept`."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from aquacert.http.house import House
from aquacert.kernel.clock import FixedClock
from aquacert.kernel.work import Database

Asked = ParamSpec("Asked")
Made = TypeVar("Made")

MOST = 24
"""So many worlds are kept in a test process; the oldest goes first."""


@dataclass(frozen=True)
class World:
    """What a builder left behind: the database, the files, the clock, and what it returned."""

    database: str
    """Path of a SQLite file, or name of a PostgreSQL database."""
    files: Path
    at: datetime
    made: Any


WORLDS: dict[tuple[Any, ...], World] = {}
SERIAL = itertools.count(1)


def watch(database: Database) -> None:
    """Notice the first write into a fresh database: from then on it is no longer as it was born."""
    vars(database)["is_fresh"] = True
    vars(database)["born_with"] = _names(database)

    def written(_connection: object) -> None:
        vars(database)["is_fresh"] = False

    event.listen(database.engine, "begin", written)


def kept(
    build: Callable[Concatenate[Any, Asked], Made],
) -> Callable[Concatenate[Any, Asked], Made]:
    """Build a world once per process and question; a later test with a fresh database gets a copy.

    The builder takes a `Database` or a `House` first. A copy is the same rows under the same ids,
    the same files, the same time. Where the database was written before, it builds as ever.
    """

    @wraps(build)
    def built(place: Any, /, *asked: Asked.args, **named: Asked.kwargs) -> Made:
        database: Database = place.database if isinstance(place, House) else place
        question = (build.__qualname__, build.__module__, asked, tuple(sorted(named.items())))
        if not vars(database).get("is_fresh") or not _is_plain(question):
            return build(place, *asked, **named)
        key = (
            database.engine.dialect.name,
            database.clock.now(),
            database.settings.is_demo,
            *question,
        )
        if key not in WORLDS:
            _forget_one()
            of_the_test = _names(database) - vars(database)["born_with"]
            made = build(place, *asked, **named)
            WORLDS[key] = _keep(database, made, of_the_test)
            return made
        return cast("Made", _copy(database, WORLDS[key]))

    return built


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(_is_plain(one) for one in value)
    return value is None or isinstance(value, str | int | float | bool | datetime)


def _names(database: Database) -> set[str]:
    return {entry.name for entry in database.settings.data_dir.iterdir()}


def _keep(database: Database, made: object, of_the_test: set[str]) -> World:
    """Keep what the builder made; what a test laid beside it before would overwrite another's."""
    folder = Path(tempfile.mkdtemp(prefix="world-"))
    _copy_files(database.settings.data_dir, folder, of_the_test)
    name = f"world{next(SERIAL)}_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
    kept_as = name
    database.close()
    if database.engine.dialect.name == "sqlite":
        kept_as = str(folder / "world.sqlite")
        shutil.copyfile(_path(database), kept_as)
    else:
        _on_server(database, _as_template(name, _name(database)))
    return World(kept_as, folder, database.clock.now(), made)


def _copy(database: Database, world: World) -> object:
    database.close()
    if database.engine.dialect.name == "sqlite":
        path = _path(database)
        for part in ("-wal", "-shm"):
            path.with_name(path.name + part).unlink(missing_ok=True)
        shutil.copyfile(world.database, path)
    else:
        name = _name(database)
        drop = f"DROP DATABASE {name} WITH (FORCE)"
        _on_server(database, drop, _as_template(name, world.database))
    _copy_files(world.files, database.settings.data_dir)
    assert isinstance(database.clock, FixedClock)
    database.clock.at = world.at
    vars(database)["is_fresh"] = False
    return world.made


def _copy_files(source: Path, target: Path, without: Collection[str] = ()) -> None:
    for entry in source.iterdir():
        if entry.name in without:
            continue
        if entry.is_dir():
            shutil.copytree(entry, target / entry.name, dirs_exist_ok=True)
        elif ".db" not in entry.name and entry.suffix != ".sqlite":
            shutil.copy2(entry, target / entry.name)


def _forget_one() -> None:
    if len(WORLDS) >= MOST:
        world = WORLDS.pop(next(iter(WORLDS)))
        shutil.rmtree(world.files, ignore_errors=True)


def _as_template(name: str, source: str) -> str:
    return f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY"


def _path(database: Database) -> Path:
    return Path(str(database.engine.url.database))


def _name(database: Database) -> str:
    return str(database.engine.url.database)


def _on_server(database: Database, *statements: str) -> None:
    address = make_url(database.settings.db_url).set(database="postgres")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
