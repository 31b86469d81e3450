"""Load the published tables from the seed folder: whole, once, and again without a change.

The files are read and compared with what stands. New rows are added, changed rows are changed, rows
of link tables that are gone are removed; divisions, species, diseases and rules are never removed,
for old records point at them. One audit fact says what was loaded.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from aquacert.kernel.audit import Fact
from aquacert.kernel.db import Base
from aquacert.kernel.errors import Misconfigured
from aquacert.kernel.work import Work
from aquacert.reference.commands.sources import SOURCES, Source
from aquacert.reference.models import ReferenceLoad
from aquacert.reference.queries.kept import forget

CHUNK = 500
Values = dict[str, Any]


@dataclass(frozen=True)
class ReferenceLoaded(Fact):
    """The seed folder was loaded: what changed in each file, and the digest of them all."""

    tag = "reference:table:load"
    title = "载入基础数据"

    digest: str
    files: Mapping[str, str]


def load_seed(w: Work, folder: Path) -> None:
    """Bring the reference tables to the files in `folder`; nothing happens when they already are.

    Raises `Misconfigured` naming the file that is missing or whose columns are wrong.
    """
    digest = _digest(folder)
    last = w.session.scalar(
        select(ReferenceLoad.digest).order_by(
            ReferenceLoad.loaded_at.desc(), ReferenceLoad.id.desc()
        )
    )
    if last == digest:
        return
    forget(w)
    load = w.add(ReferenceLoad(id=w.new_id(), digest=digest, is_open=True, loaded_at=w.now))
    changes = {source.name: _bring(w, source, _rows(folder, source)) for source in SOURCES}
    load.is_open = False
    w.session.flush()
    w.session.info.pop("reference", None)
    w.record(ReferenceLoaded(digest=digest, files=changes), on=load)


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for source in SOURCES:
        path = folder / source.name
        if not path.is_file():
            raise Misconfigured(f"基础数据不全：{folder} 里没有 {source.name}。")
        whole.update(source.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _rows(folder: Path, source: Source) -> list[Values]:
    with (folder / source.name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        try:
            return source.ordered([source.shape(row) for row in reader])
        except (KeyError, ValueError, TypeError) as error:
            raise Misconfigured(f"{source.name} 第 {reader.line_num} 行读不懂：{error}") from error


def _bring(w: Work, source: Source, rows: list[Values]) -> str:
    """Make the table hold these rows; return what changed, for the trail."""
    model: type[Base] = source.model
    names = list(rows[0])
    standing = _standing(w, model, source.key, names)
    fresh: list[Values] = []
    changed: list[Values] = []
    for row in rows:
        key = tuple(row[name] for name in source.key)
        old = standing.pop(key, None)
        if old is None:
            fresh.append({"id": w.new_id(), **row})
        elif any(old[name] != row[name] for name in names):
            changed.append({"row_id": old["id"], **row})
    gone = [old["id"] for old in standing.values()] if source.removes else []
    _write(w, model, fresh, changed, gone)
    return f"{len(rows)} 行：新增 {len(fresh)}，改动 {len(changed)}，移除 {len(gone)}"


def _standing(
    w: Work, model: type[Base], key: tuple[str, ...], names: list[str]
) -> dict[tuple[Any, ...], Values]:
    table = model.__table__
    columns = [table.c[name] for name in ("id", *names)]
    rows = w.session.execute(select(*columns)).mappings()
    return {tuple(row[name] for name in key): dict(row) for row in rows}


def _write(
    w: Work, model: type[Base], fresh: list[Values], changed: list[Values], gone: list[UUID]
) -> None:
    table = model.__table__
    if gone:
        w.session.execute(delete(model).where(table.c.id.in_(gone)))
    if changed:
        statement = update(table).where(table.c.id == bindparam("row_id"))  # type: ignore[arg-type]
        w.session.connection().execute(statement, changed)
    for chunk in _chunks(fresh):
        w.session.execute(insert(model), chunk)


def _chunks(rows: list[Values]) -> Iterable[list[Values]]:
    return (rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK))
