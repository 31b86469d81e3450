"""Backup and restore: one archive with the database, the files and the (encrypted) keys.

SQLite is copied by its own online backup, so a backup taken while people work is one moment of the
database. PostgreSQL is copied table by table inside one repeatable-read transaction, as JSON lines.
"""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.schema import upgrade
from aquacert.kernel.settings import Settings

FOLDERS = ("files", "keys")
DATABASE = "database.sqlite"
TABLES = "tables"


def back_up(settings: Settings, target: Path) -> Iterator[str]:
    """Write the archive step by step; yield what was written. The file appears only when whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(target.suffix + ".part")
    with tarfile.open(temporary, "w:gz") as archive:
        yield from _database(settings, archive)
        for name in FOLDERS:
            folder = settings.data_dir / name
            if folder.exists():
                archive.add(folder, arcname=name)
            yield name
        for marks in sorted(settings.data_dir.glob("*.mark")):
            archive.add(marks, arcname=marks.name)
    temporary.replace(target)
    yield target.name


def restore(settings: Settings, source: Path) -> Iterator[str]:
    """Unpack an archive into an empty installation; raise `NotAllowedNow` when it is not empty."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _must_be_empty(settings)
    with tempfile.TemporaryDirectory() as holder, tarfile.open(source) as archive:
        folder = Path(holder)
        _unpack(archive, folder)
        yield "archive"
        yield from _bring_back(settings, folder)
        for name in FOLDERS:
            if (folder / name).exists():
                shutil.copytree(folder / name, settings.data_dir / name, dirs_exist_ok=True)
            yield name
        for mark in folder.glob("*.mark"):
            _keep_higher(mark, settings.data_dir / mark.name)


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack plain files and folders that stay inside; refuse an archive with anything else.

    Judged here, since the Python of Debian 12 (3.11.2) has no extraction filters yet.
    """
    for member in archive:
        inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
        if not inside or not (member.isreg() or member.isdir()):
            raise NotAllowedNow("备份文件里有不该有的内容，没有恢复。")
    if hasattr(tarfile, "data_filter"):
        archive.extraction_filter = tarfile.data_filter
    archive.extractall(folder)  # noqa: S202 (judged above)


def _keep_higher(saved: Path, present: Path) -> None:
    """A high-water mark never goes down: numbers issued after the backup stay spent."""
    if not present.exists() or present.read_text(encoding="ascii") < saved.read_text("ascii"):
        shutil.copyfile(saved, present)


def _must_be_empty(settings: Settings) -> None:
    if (settings.data_dir / "files").exists() or (settings.data_dir / "keys").exists():
        raise NotAllowedNow("目标目录里已经有数据。请换一个空目录再恢复，以免覆盖。")
    if settings.db_url.startswith("sqlite") and _sqlite_path(settings).exists():
        raise NotAllowedNow("目标数据库已经存在。请换一个空目录再恢复，以免覆盖。")


def _sqlite_path(settings: Settings) -> Path:
    return Path(settings.db_url.removeprefix("sqlite:///"))


def _database(settings: Settings, archive: tarfile.TarFile) -> Iterator[str]:
    if settings.db_url.startswith("sqlite"):
        with tempfile.TemporaryDirectory() as holder:
            copy = Path(holder) / DATABASE
            source = sqlite3.connect(_sqlite_path(settings))
            destination = sqlite3.connect(copy)
            source.backup(destination)
            destination.close()
            source.close()
            archive.add(copy, arcname=DATABASE)
        yield DATABASE
        return
    engine = create_engine(settings.db_url, isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        for table in _in_order(connection):
            _add_rows(archive, table, connection)
            yield table
    engine.dispose()


def _in_order(connection: Connection) -> list[str]:
    """Return the tables, parents before children."""
    found = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _keys in found if name is not None]


def _add_rows(archive: tarfile.TarFile, table: str, connection: Connection) -> None:
    rows = connection.execute(text(f'SELECT row_to_json(t)::text FROM "{table}" t')).scalars()  # noqa: S608
    data = "\n".join(rows).encode()
    entry = tarfile.TarInfo(f"{TABLES}/{table}.jsonl")
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _bring_back(settings: Settings, folder: Path) -> Iterator[str]:
    if settings.db_url.startswith("sqlite"):
        if not (folder / DATABASE).exists():
            raise Invalid("这份备份来自 PostgreSQL，不能恢复到 SQLite。")
        shutil.copyfile(folder / DATABASE, _sqlite_path(settings))
        yield DATABASE
        return
    if not (folder / TABLES).exists():
        raise Invalid("这份备份来自 SQLite，不能恢复到 PostgreSQL。")
    upgrade(settings.db_url)
    yield from _fill(settings, folder / TABLES)


def _fill(settings: Settings, tables: Path) -> Iterator[str]:
    engine = create_engine(settings.db_url)
    with engine.connect() as connection, connection.begin():
        names = _in_order(connection)
        connection.execute(text("SET session_replication_role = replica"))
        _empty(connection, names)
        for table in names:
            path = tables / f"{table}.jsonl"
            if table == "alembic_version" or not path.exists():
                continue
            rows: list[dict[str, Any]] = [
                json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line
            ]
            _insert(connection, table, rows)
            yield table
        connection.execute(text("SET session_replication_role = origin"))
    engine.dispose()


def _empty(connection: Connection, names: list[str]) -> None:
    """Take away the few rows that migrations put into a new database."""
    tables = ", ".join(f'"{name}"' for name in names if name != "alembic_version")
    connection.execute(text(f"TRUNCATE {tables}"))


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    statement = text(
        f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", :rows)'  # noqa: S608
    )
    connection.execute(statement, {"rows": json.dumps(rows, ensure_ascii=False)})
    keys = [c["name"] for c in inspect(connection).get_columns(table) if c["name"] == "seq"]
    for key in keys:
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'),"  # noqa: S608
                f' GREATEST((SELECT COALESCE(MAX({key}), 1) FROM "{table}"), 1))'
            )
        )
