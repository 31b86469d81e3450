"""The import itself: stretches of a spool written one after another, each whole or not at all.

`reached` and `raw_line` in the file's row say how far it came. Killed at any instant, the same
import started again goes on behind them and ends as if nothing had happened. Two imports of one
file take turns on its row: what one wrote the other passes over.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.memory import without_pauses
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database, Work
from aquacert.surveillance.commands.facts import FeedImported, FeedPartImported, FeedReceived
from aquacert.surveillance.commands.feeds.keeping import (
    Progress,
    again,
    as_kept,
    digest_of,
    head_of,
    keep,
    path_as_kept,
    set_counts,
    silent,
    store_path,
    storing,
    take_turn,
)
from aquacert.surveillance.commands.feeds.writing import (
    mark,
    set_aside,
    settle_all,
    write_part,
    write_raws,
)
from aquacert.surveillance.models import (
    AsideState,
    FeedFile,
    FeedSetAside,
    FeedTurn,
    FileState,
)
from aquacert.surveillance.parsers.shape import Code
from aquacert.surveillance.parsers.spool import Group, Raw, Spool, stretches
from aquacert.surveillance.queries.feednames import check_feed
from aquacert.surveillance.queries.plan import ImportCounts, Part, plan_part
from aquacert.surveillance.queries.projecting import Projector
from aquacert.surveillance.queries.reading import (
    ONE_WORK,
    PART,
    ImportAsked,
    asked_of,
    format_of,
    open_spool,
    planned,
    preview,
    spool_folder,
    with_mapping,
)
from aquacert.surveillance.queries.shelves import SHELVES
from aquacert.surveillance.queries.snapshots import lacking

Step = tuple[Sequence[Raw], Sequence[Group]]


@dataclass
class Run:
    """One import on its way: which file, and whether the file had been imported before."""

    file_id: UUID
    ask: ImportAsked
    is_again: bool
    asides: set[int]
    """Lines already set aside."""
    counts: ImportCounts = field(default_factory=ImportCounts)
    """Of an import again; a first one keeps them in the file's row."""


def import_in(
    w: Work, data: bytes, ask: ImportAsked, progress: Progress | None = None
) -> ImportCounts:
    """Import a file within one transaction and return how its rows fared.

    For files of some thousand rows (pages, the demo, tests). Raises `Invalid` in one sentence when
    the file cannot be read; any file again changes nothing.
    """
    check_feed(w, ask)
    sha256 = digest_of(data)
    known = again(w, ask, sha256)
    if known is not None:
        return known
    return _import_bytes(w, data, with_mapping(w, ask), sha256, progress or silent)


def import_received_bytes(w: Work, row: FeedFile, data: bytes) -> ImportCounts:
    """Import a received file's kept bytes within this transaction."""
    ask = asked_of(row)
    known = again(w, ask, row.sha256)
    if known is not None:
        return known
    return _import_bytes(w, data, with_mapping(w, ask), row.sha256, silent)


def _import_bytes(
    w: Work, data: bytes, ask: ImportAsked, sha256: str, progress: Progress
) -> ImportCounts:
    data = as_kept(ask, data)
    with open_spool(io.BytesIO(data), ask, w.today, spool_folder(w)) as spool:
        if ask.dry_run:
            return planned(w, spool, ask).counts
        row, is_new = keep(w, ask, sha256, spool.header_set, storing(w, data))
        if is_new:
            row.header = head_of(io.BytesIO(data))
        return _all_in(w, row, ask, spool, progress)


def import_feed(
    database: Database,
    actor: Actor,
    path: Path,
    ask: ImportAsked,
    progress: Progress | None = None,
) -> ImportCounts:
    """Import a file of any size, a few thousand rows to a transaction; return how its rows fared.

    Killed in the middle and run again it ends as if never killed. Raises `Invalid` in one sentence
    when the file cannot be read; then nothing of it was kept.
    """
    with database.look(actor) as look:
        check_feed(look, ask)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return _import_path(database, actor, path, ask, sha256, progress or silent)


def import_kept(
    database: Database, actor: Actor, file_id: UUID, progress: Progress | None = None
) -> ImportCounts:
    """Import a file that was received before, whatever its size."""
    with database.look(actor) as look:
        row = look.get(FeedFile, file_id)
        stored = look.files_of(row)
        if not stored:
            raise NotFound
        path = database.files.path(stored[0].sha256)
        ask, sha256 = asked_of(row), row.sha256
    return _import_path(database, actor, path, ask, sha256, progress or silent)


def _import_path(
    database: Database,
    actor: Actor,
    path: Path,
    ask: ImportAsked,
    sha256: str,
    progress: Progress,
) -> ImportCounts:
    with database.look(actor) as look:
        known = again(look, ask, sha256)
        ask, folder = with_mapping(look, ask), spool_folder(look)
    if known is not None:
        return known
    if format_of(ask.format).without_persons is not None:
        return _import_whole(database, actor, path, ask, sha256)
    with path_as_kept(ask, path, folder) as kept:
        return _import_kept_path(database, actor, kept, ask, sha256, progress)


def _import_kept_path(
    database: Database,
    actor: Actor,
    path: Path,
    ask: ImportAsked,
    sha256: str,
    progress: Progress,
) -> ImportCounts:
    today = legal_day(database.clock.now())
    with database.look(actor) as look:
        folder = spool_folder(look)
    with path.open("rb") as read:
        head = head_of(read)
    with path.open("rb") as file, open_spool(file, ask, today, folder) as spool:
        if ask.dry_run:
            with database.look(actor) as look:
                return planned(look, spool, ask).counts
        with database.work(actor) as w:
            row, is_new = keep(w, ask, sha256, spool.header_set, store_path(w, path))
            if is_new:
                row.header = head
            if spool.rows <= ONE_WORK and spool.said <= ONE_WORK:
                return _all_in(w, row, ask, spool, progress)
            run = _run(w, row, ask, spool)
            if not run.is_again:
                w.record(FeedReceived(row.source, row.name, sha256, spool.rows), on=row)
        return _by_parts(database, actor, run, spool, progress)


def _import_whole(
    database: Database, actor: Actor, path: Path, ask: ImportAsked, sha256: str
) -> ImportCounts:
    """Import a document that is kept without names of persons: it is capped, and read whole."""
    data = path.read_bytes()
    if ask.dry_run:
        with database.look(actor) as look:
            return preview(look, as_kept(ask, data), ask).counts
    with database.work(actor) as w:
        return _import_bytes(w, data, ask, sha256, silent)


def _by_parts(
    database: Database, actor: Actor, run: Run, spool: Spool, progress: Progress
) -> ImportCounts:
    with database.look(actor) as look:
        row = look.get(FeedFile, run.file_id)
        behind = (row.raw_line, _place(row)) if not run.is_again else (0, None)
    progress(row.done if not run.is_again else 0)
    for raws, groups in _steps(spool, *behind):
        with database.work(actor) as w:
            _take(w, run, raws, groups, alone=False)
        progress(len(raws))
    with database.work(actor) as w:
        return _finish(w, run, spool)


def _all_in(
    w: Work, row: FeedFile, ask: ImportAsked, spool: Spool, progress: Progress
) -> ImportCounts:
    run = _run(w, row, ask, spool)
    behind = (row.raw_line, _place(row)) if not run.is_again else (0, None)
    for raws, groups in _steps(spool, *behind):
        _take(w, run, raws, groups, alone=True)
        progress(len(raws))
    return _finish(w, run, spool)


def _run(w: Work, row: FeedFile, ask: ImportAsked, spool: Spool) -> Run:
    """Return the import of a file, begun or gone on with."""
    if spool.is_whole and not ask.is_whole:
        ask = replace(ask, is_whole=True)
    is_again = row.state == FileState.IMPORTED.value
    if not is_again and row.started_at is None:
        row.started_at = w.now
        row.format, row.mapping_id, row.reading = ask.format, ask.mapping_id, ask.reading
        row.is_whole = row.is_whole or ask.is_whole
        set_counts(row, spool)
        row.quarantined = row.again_stale = 0
    asides = select(FeedSetAside.line).where(FeedSetAside.file_id == row.id)
    return Run(row.id, ask, is_again, set(w.session.scalars(asides)))


def _steps(spool: Spool, line: int, place: tuple[str, str] | None) -> Iterator[Step]:
    raws = stretches(spool.raws(line), PART)
    groups = stretches(spool.groups(place), PART, weigh=1)
    yield from zip_longest(raws, groups, fillvalue=())


def _place(row: FeedFile) -> tuple[str, str] | None:
    return (str(row.reached[0]), str(row.reached[1])) if row.reached else None


@without_pauses()
def _take(w: Work, run: Run, raws: Sequence[Raw], groups: Sequence[Group], *, alone: bool) -> None:
    """Write one stretch of rows as received and one of subjects; what is written is passed over."""
    row = w.get_for_change(FeedFile, run.file_id)
    if row.state == FileState.IMPORTED.value and not run.is_again:
        return  # the same file came in by another door meanwhile
    turn = take_turn(w, row.source)
    if not run.is_again:
        place = _place(row) or ("", "")
        groups = [one for one in groups if one.place > place]
        raws = [one for one in raws if one.line > row.raw_line]
    projector = Projector(w, run.ask.format)
    bad = [(one.line, one.bad) for one in raws if one.bad is not None]
    part = plan_part(w, row.source, groups, projector, bad=len(bad))
    aside = [(line, it.code.value, it.column, it.value) for line, it in bad]
    aside += [(one.line, Code.HELD.value, "", one.report.key) for one in part.held]
    fresh = [one for one in aside if one[0] not in run.asides]
    set_aside(w, row.id, fresh)
    run.asides.update(one[0] for one in fresh)
    acting = write_part(w, row, part, projector)
    came = _came_after_all(w, run, groups, {one[0] for one in aside})
    if run.is_again:
        run.counts = run.counts.plus(part.counts)
        if part.writes or fresh or came:
            _next_turn(w, row.source, turn)
            _say(w, row, part.counts, alone=alone, is_again=True)
    else:
        write_raws(w, row, raws)
        _move_on(w, row, part, raws, groups, turn)
        _say(w, row, part.counts, alone=alone, is_again=False)
    settle_all(w, acting)


def _say(w: Work, row: FeedFile, counts: ImportCounts, *, alone: bool, is_again: bool) -> None:
    """Record what a stretch did; a file in one transaction has one fact, at its end."""
    if alone and is_again:
        w.record(FeedImported(row.source, row.name, row.sha256, counts.as_dict()), on=row)
    elif not alone:
        w.record(FeedPartImported(row.source, row.sha256, row.done, counts.as_dict()), on=row)


def _move_on(
    w: Work, row: FeedFile, part: Part, raws: Sequence[Raw], groups: Sequence[Group], turn: int
) -> None:
    """Say in the file's row how far it came and how its rows fared so far."""
    if row.done and turn != row.turn:
        row.again_stale = None  # another file of the feed came in between
    elif row.again_stale is not None:
        row.again_stale += part.again_stale
    row.turn = _next_turn(w, row.source, turn)
    row.done += len(raws)
    if groups:
        row.reached = list(groups[-1].place)
    for name, count in part.counts.as_dict().items():
        setattr(row, name, getattr(row, name) + count)


def _next_turn(w: Work, source: str, turn: int) -> int:
    w.session.execute(update(FeedTurn).where(FeedTurn.source == source).values(turn=turn + 1))
    return turn + 1


def _came_after_all(w: Work, run: Run, groups: Sequence[Group], bad: set[int]) -> bool:
    """Settle rows that were set aside before and are read now."""
    if not run.asides:
        return False
    lines = {entry.line for group in groups for entry in group.entries}
    came = sorted((lines & run.asides) - bad)
    found = 0
    for start in range(0, len(came), 500):
        found += w.session.execute(
            update(FeedSetAside)
            .where(
                FeedSetAside.file_id == run.file_id,
                FeedSetAside.line.in_(came[start : start + 500]),
                FeedSetAside.state == AsideState.WAITING.value,
            )
            .values(
                state=AsideState.REPLAYED.value,
                settled_at=w.now,
                settled_by_id=w.actor.person_id,
                because="重新导入时读进来了",
            )
            .execution_options(synchronize_session=False)
        ).rowcount  # type: ignore[attr-defined]
    return bool(found)


def _finish(w: Work, run: Run, spool: Spool) -> ImportCounts:
    """Mark what a whole snapshot lacks, close the file's row, and return the counts."""
    row = w.get_for_change(FeedFile, run.file_id)
    if row.state == FileState.IMPORTED.value and not run.is_again:
        return _counts(row)
    turn = take_turn(w, row.source)
    missing = 0
    if run.ask.is_whole or row.is_whole:
        for kind, ids in lacking(w, row.source, spool).items():
            mark(w, SHELVES[kind], ids, missing=True)
            missing += len(ids)
    if run.is_again:
        run.counts = run.counts.plus(ImportCounts(vanished=missing))
        if missing:
            _next_turn(w, row.source, turn)
            _say(w, row, run.counts, alone=True, is_again=True)
        return run.counts
    row.vanished = missing
    if row.turn is not None and turn != row.turn:
        row.again_stale = None
    row.turn = _next_turn(w, row.source, turn)
    row.imported_at = w.now
    row.state = FileState.IMPORTED.value
    found = _counts(row)
    w.record(FeedImported(row.source, row.name, row.sha256, found.as_dict()), on=row)
    return found


def _counts(row: FeedFile) -> ImportCounts:
    return ImportCounts(**{name: getattr(row, name) for name in ImportCounts().as_dict()})
