"""Rows set aside: grouped by what is wrong with them, one by one with the row as received."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.surveillance.models import AsideState, FeedFile, FeedRawRow, FeedSetAside
from aquacert.surveillance.parsers.mapped import headed
from aquacert.surveillance.parsers.tables import sheet_titles, table_rows
from aquacert.surveillance.queries.feeds import raw_bytes
from aquacert.surveillance.queries.mappings import content_of
from aquacert.surveillance.rules.mapping.spec import names_of, spec_of

MOST_ALIKE, AT_ONCE = 500, 500
"""Rows that are mended or dropped at once."""
WAITING = FeedSetAside.state == AsideState.WAITING.value


@dataclass(frozen=True)
class Group:
    """Rows of one feed with the same fault: code, column and value."""

    aside_id: UUID
    """One of them."""
    source: str
    code: str
    column: str
    value: str
    count: int
    files: int
    first_line: int


@dataclass(frozen=True)
class AsideRow:
    """A row set aside, with its file and the row as received (or as mended last)."""

    aside: FeedSetAside
    file: FeedFile
    raw: str

    @property
    def cells(self) -> list[str] | None:
        """The cells of a table's row; None for a record of another shape."""
        kept = self._parsed()
        return [_shown(one) for one in kept] if isinstance(kept, list) else None

    @property
    def record(self) -> str:
        """A record as text, for reading."""
        return json.dumps(self._parsed(), ensure_ascii=False, indent=1)[:4000]

    def _parsed(self) -> object:
        try:
            return json.loads(self.raw)
        except ValueError:
            return self.raw


def groups_of(look: Look, file_id: UUID | None = None) -> list[Group]:
    """Return what waits, most rows first; rows alike are one line."""
    same = (FeedFile.source, FeedSetAside.code, FeedSetAside.column_name, FeedSetAside.value)
    asked = (
        select(
            *same,
            func.count(),
            func.count(func.distinct(FeedSetAside.file_id)),
            func.min(FeedSetAside.line),
            func.min(cast(FeedSetAside.id, Text)),
        )
        .join(FeedFile, FeedFile.id == FeedSetAside.file_id)
        .where(WAITING)
        .group_by(*same)
        .order_by(func.count().desc(), *same)
        .limit(200)
    )
    if file_id is not None:
        asked = asked.where(FeedSetAside.file_id == file_id)
    return [
        Group(UUID(first), source, code, column, value, count, files, line)
        for source, code, column, value, count, files, line, first in look.session.execute(asked)
    ]


def waiting_count(look: Look, file_id: UUID | None = None) -> int:
    """Return how many rows wait."""
    asked = select(func.count()).select_from(FeedSetAside).where(WAITING)
    if file_id is not None:
        asked = asked.where(FeedSetAside.file_id == file_id)
    return look.session.scalar(asked) or 0


def aside_row(look: Look, aside_id: UUID) -> AsideRow:
    """Return a row set aside, or raise `NotFound`."""
    aside = look.get(FeedSetAside, aside_id)
    file = look.get(FeedFile, aside.file_id)
    return AsideRow(aside, file, raws_of(look, [aside])[aside.id])


def alike(look: Look, row: AsideRow, most: int = MOST_ALIKE) -> list[FeedSetAside]:
    """Return the rows that wait for the same reason in the same feed, the row itself among them."""
    one = row.aside
    asked = _alike(row.file.source, one.code, one.column_name, one.value).limit(most)
    found = look.scalars(asked)
    return found if any(each.id == one.id for each in found) else [one, *found][:most]


def waiting_rows(look: Look, file_id: UUID | None = None) -> Select[FeedSetAside]:
    """Return the statement that lists what waits, by file and line."""
    del look
    asked = select(FeedSetAside).where(WAITING).order_by(FeedSetAside.file_id, FeedSetAside.line)
    return asked.where(FeedSetAside.file_id == file_id) if file_id else asked


def raws_of(look: Look, asides: Sequence[FeedSetAside]) -> dict[UUID, str]:
    """Return the raw row of each, as mended last or as received."""
    by_file: dict[UUID, list[int]] = {}
    for one in asides:
        by_file.setdefault(one.file_id, []).append(one.line)
    found: dict[tuple[UUID, int], str] = {}
    for file_id, lines in by_file.items():
        for some in _batched(lines, AT_ONCE):
            asked = select(FeedRawRow.line, FeedRawRow.raw).where(
                FeedRawRow.file_id == file_id, FeedRawRow.line.in_(some)
            )
            found |= {(file_id, line): raw for line, raw in look.session.execute(asked)}
    return {one.id: one.mended or found.get((one.file_id, one.line), "") for one in asides}


def heads_of(look: Look, file: FeedFile) -> list[str]:
    """Return the header of a table, [] where there is none (records of another shape)."""
    try:
        data = io.BytesIO(raw_bytes(look, file))
        if file.mapping_id is not None:
            return names_of(headed(data, spec_of(content_of(look, file.mapping_id)))[0])
        if data.getvalue().lstrip()[:1] in {b"{", b"[", b"<"}:
            return []
        titles = sheet_titles(data) or [""]
        firsts = [next(iter(table_rows(data, title)), (0, []))[1] for title in titles]
        return names_of(max(firsts, key=lambda cells: len(names_of(cells))))
    except Invalid:
        return []


def heads_for(look: Look, row: AsideRow) -> list[str]:
    """Return a name for every cell of a row: the header's, or the cell's place."""
    cells = row.cells or []
    heads = heads_of(look, row.file)
    return [heads[at] if at < len(heads) else f"第{at + 1}列" for at in range(len(cells))]


def files_of(look: Look, asides: Sequence[FeedSetAside]) -> dict[UUID, FeedFile]:
    """Return the files of rows set aside."""
    ids = sorted({one.file_id for one in asides})
    return {one.id: one for one in look.scalars(select(FeedFile).where(FeedFile.id.in_(ids)))}


def first_rows(look: Look, asides: Sequence[FeedSetAside], most: int = 20) -> list[AsideRow]:
    """Return some rows with their files."""
    shown = asides[:most]
    files, raws = files_of(look, shown), raws_of(look, shown)
    return [AsideRow(one, files[one.file_id], raws[one.id]) for one in shown]


def _alike(source: str, code: str, column: str, value: str) -> Select[FeedSetAside]:
    return (
        select(FeedSetAside)
        .join(FeedFile, FeedFile.id == FeedSetAside.file_id)
        .where(
            WAITING,
            FeedFile.source == source,
            FeedSetAside.code == code,
            FeedSetAside.column_name == column,
            FeedSetAside.value == value,
        )
        .order_by(FeedSetAside.file_id, FeedSetAside.line)
    )


def _batched(lines: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield the lines in pieces that one statement takes."""
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell)
