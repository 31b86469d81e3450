"""Rows set aside come in after all: read again as things stand now, or as a person mended them."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select, update

from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.work import Work
from aquacert.surveillance.commands.facts import FeedReplayed, FeedRowsDropped
from aquacert.surveillance.commands.feeds.keeping import as_kept, take_turn
from aquacert.surveillance.commands.feeds.writing import settle_all, write_part
from aquacert.surveillance.models import (
    AsideState,
    FeedFile,
    FeedSetAside,
    FeedTurn,
    FileState,
)
from aquacert.surveillance.parsers.mending import cells_of
from aquacert.surveillance.parsers.mending import mended as mended_file
from aquacert.surveillance.parsers.shape import Asked, BadRow, Code, Opened, Row, raw_cells
from aquacert.surveillance.parsers.spool import Spool
from aquacert.surveillance.parsers.withheld import keeper
from aquacert.surveillance.queries.mappings import MAPPED
from aquacert.surveillance.queries.plan import ImportCounts, Part, plan_part
from aquacert.surveillance.queries.projecting import Projector
from aquacert.surveillance.queries.reading import (
    ImportAsked,
    asked_of,
    format_of,
    spool_folder,
    with_mapping,
)

NOTHING: Mapping[UUID, str] = {}


def replay(
    w: Work,
    file_id: UUID,
    ids: Collection[UUID] | None = None,
    mended: Mapping[UUID, str] = NOTHING,
    *,
    mapping_id: UUID | None = None,
) -> ImportCounts:
    """Read rows that were set aside again, and only those; return how they fared.

    `ids`: which (all that wait); `mended`: raw rows as a person mended them, by the id of what was
    set aside; `mapping_id`: a newer version of the file's mapping. What still cannot be read waits
    on, with its newest reason. Raises `NotAllowedNow` before the file itself is imported.
    """
    file = w.get_for_change(FeedFile, file_id)
    if file.state != FileState.IMPORTED.value:
        raise NotAllowedNow("这个文件还没有导入。先导入，再处理隔离的行。")
    waiting = _waiting(w, file, {*ids, *mended} if ids is not None else None)
    if not waiting:
        return ImportCounts()
    ask = asked_of(file)
    ask = with_mapping(w, replace(ask, mapping_id=mapping_id or ask.mapping_id))
    turn = take_turn(w, file.source)
    projector = Projector(w, ask.format)
    mended = _as_kept(w, file, ask, waiting, mended)
    with _only(w, file, ask, waiting, _lines(waiting, mended)) as spool:
        bad = {one.line: one.bad for one in spool.raws() if one.bad is not None}
        part = plan_part(w, file.source, list(spool.groups()), projector, bad=len(bad))
        read = {one.line for one in spool.raws()} - set(bad)
    acting = write_part(w, file, part, projector)
    _settle_asides(w, waiting, mended, bad, part, read)
    w.session.execute(update(FeedTurn).where(FeedTurn.source == file.source).values(turn=turn + 1))
    by_hand = [line for line, row in waiting.items() if row.id in mended]
    counts = part.counts.as_dict()
    fact = FeedReplayed(file.source, file.sha256, len(waiting), counts, by_hand)
    w.record(fact, on=file)
    settle_all(w, acting)
    return part.counts


def drop(w: Work, ids: Collection[UUID], because: str) -> int:
    """Drop rows for a reason: they stay to be read, and wait no more. Return how many."""
    because = because.strip()
    if len(because) < 2:
        sentence = "请写明理由，理由会记入留痕。"
        raise Invalid(sentence, because=sentence)
    asked = (
        select(FeedSetAside)
        .where(FeedSetAside.id.in_(sorted(ids)))
        .order_by(FeedSetAside.id)
        .with_for_update()
    )
    rows = [row for row in w.scalars(asked) if row.state == AsideState.WAITING.value]
    for row in rows:
        _settle(w, row, AsideState.DROPPED, because)
    if rows:
        file = w.get(FeedFile, rows[0].file_id)
        fact = FeedRowsDropped(file.source, [row.line for row in rows])
        w.record(fact, on=file, reason=because)
    return len(rows)


def _waiting(w: Work, file: FeedFile, ids: Collection[UUID] | None) -> dict[int, FeedSetAside]:
    asked = select(FeedSetAside).where(
        FeedSetAside.file_id == file.id, FeedSetAside.state == AsideState.WAITING.value
    )
    if ids is not None:
        asked = asked.where(FeedSetAside.id.in_(sorted(ids)))
    rows = w.scalars(asked.order_by(FeedSetAside.line).with_for_update())
    return {row.line: row for row in rows}


def _path(w: Work, file: FeedFile) -> Path:
    stored = w.files_of(file)
    if not stored:
        raise NotFound
    return w.home.files.path(stored[0].sha256)


def _as_kept(
    w: Work,
    file: FeedFile,
    ask: ImportAsked,
    waiting: Mapping[int, FeedSetAside],
    mended: Mapping[UUID, str],
) -> dict[UUID, str]:
    """Return mended rows as they may be kept: without personal data, as the file itself is kept."""
    line_of = {row.id: line for line, row in waiting.items()}
    kept = {one: raw for one, raw in mended.items() if one in line_of}
    with _path(w, file).open("rb") as table:
        keep = keeper(table, ask.mapping) if kept and ask.format == MAPPED else None
    for one, raw in kept.items():
        if raw.lstrip().startswith("{"):
            found = as_kept(ask, raw.encode()).decode()
            kept[one] = found.strip()[1:-1] if found.lstrip().startswith("[") else found
        elif keep is not None:
            kept[one] = raw_cells(keep(line_of[one], cells_of(raw, line_of[one])))
    return kept


def _lines(waiting: Mapping[int, FeedSetAside], mended: Mapping[UUID, str]) -> dict[int, str]:
    """Return rows as a person mended them now or before, by line."""
    found = {line: mended.get(row.id, row.mended or "") for line, row in waiting.items()}
    return {line: now for line, now in found.items() if now}


def _only(
    w: Work,
    file: FeedFile,
    ask: ImportAsked,
    waiting: Mapping[int, FeedSetAside],
    lines: Mapping[int, str],
) -> Spool:
    """Return a spool with nothing in it but the rows that are asked for.

    A record mended by hand is a file of its own; a row of a table is read in its table again, for
    it means what it means only below its head and beside the others.
    """
    reader = format_of(ask.format).reader
    asked = Asked(w.today, name=ask.name, mapping=ask.mapping, header_set=file.header_set)
    records = {line: now for line, now in lines.items() if now.lstrip().startswith("{")}
    rest = set(waiting) - set(records)
    found: list[Row] = []
    for line, now in records.items():
        opened = reader(io.BytesIO(now.encode()), asked)
        found += [replace(row, line=line) for row in opened.rows]
    if rest:
        table = {line: text for line, text in lines.items() if line in rest}
        sheet = str(ask.mapping.get("sheet") or "")
        with ExitStack() as files:
            kept: BinaryIO = files.enter_context(_path(w, file).open("rb"))
            if table:
                kept = files.enter_context(mended_file(kept, table, sheet))
            found += _picked(reader(kept, asked).rows, rest)
    return Spool(Opened(file.header_set, iter(found)), spool_folder(w))


def _picked(rows: Iterator[Row], waiting: Collection[int]) -> Iterator[Row]:
    left = set(waiting)
    for row in rows:
        if row.line in waiting:
            left.discard(row.line)
            yield row
        elif not left:
            return


def _settle_asides(
    w: Work,
    waiting: Mapping[int, FeedSetAside],
    mended: Mapping[UUID, str],
    bad: Mapping[int, BadRow | None],
    part: Part,
    read: Collection[int],
) -> None:
    held = {one.line: one.report.key for one in part.held}
    for line, row in waiting.items():
        row.mended = mended.get(row.id, row.mended)
        why = bad.get(line)
        if why is not None:
            row.code, row.column_name, row.value = why.code.value, why.column, why.value
        elif line in held:
            row.code, row.column_name, row.value = Code.HELD.value, "", held[line]
        elif line in read:
            _settle(w, row, AsideState.REPLAYED, "")
    w.session.flush()


def _settle(w: Work, row: FeedSetAside, state: AsideState, because: str) -> None:
    row.settled_at, row.settled_by_id = w.now, w.actor.person_id
    row.because, row.state = because, state.value
