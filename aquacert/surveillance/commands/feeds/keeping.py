"""A file's own row: made on first sight of its bytes, with its bytes kept and its feed's turn."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from aquacert.kernel.errors import Invalid
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look, Work
from aquacert.surveillance.commands.facts import FeedReceived
from aquacert.surveillance.commands.feeds.writing import set_aside
from aquacert.surveillance.models import (
    AsideState,
    FeedFile,
    FeedSetAside,
    FeedTurn,
    FileState,
)
from aquacert.surveillance.parsers.shape import Asked, Code
from aquacert.surveillance.parsers.spool import Spool
from aquacert.surveillance.parsers.tables import table_rows
from aquacert.surveillance.queries.feednames import check_feed
from aquacert.surveillance.queries.plan import ImportCounts
from aquacert.surveillance.queries.reading import (
    LONGEST_NAME,
    ImportAsked,
    format_of,
    open_spool,
    spool_folder,
    with_mapping,
)

Progress = Callable[[int], None]
"""Told how many more rows were written."""
Store = Callable[[FeedFile], None]
MOST_AT_ONCE = 3 << 20
"""Bytes of a file that is read while somebody waits; a larger one is read in the background."""
AGAIN = (Code.FUTURE.value, Code.HELD.value)
"""Rows set aside for a reason that passes: another day, another person."""
MEDIA_TYPE = "application/octet-stream"


def silent(_count: int) -> None:
    """Show no progress."""


def receive_feed(w: Work, data: bytes, ask: ImportAsked) -> UUID:
    """Keep a file and what cannot be read of it, and return its id; nothing acts until imported.

    Of a large file only the head is read here. The same bytes of one feed are one file. Raises
    `Invalid` in one sentence when the file cannot be read.
    """
    check_feed(w, ask)
    ask = with_mapping(w, ask)
    sha256 = digest_of(data)
    data = as_kept(ask, data)
    if len(data) > MOST_AT_ONCE:
        opened = format_of(ask.format).reader(
            io.BytesIO(data), Asked(w.today, ask.name, ask.mapping)
        )
        row, is_new = keep(w, ask, sha256, opened.header_set, storing(w, data))
    else:
        with open_spool(io.BytesIO(data), ask, w.today, spool_folder(w)) as spool:
            row, is_new = keep(w, ask, sha256, spool.header_set, storing(w, data))
            if is_new:
                set_counts(row, spool)
                set_aside_bad(w, row, spool)
    if is_new:
        row.header = head_of(io.BytesIO(data))
        w.record(FeedReceived(row.source, row.name, row.sha256, row.rows), on=row)
    return row.id


def keep(
    w: Work, ask: ImportAsked, sha256: str, header_set: str, store: Store
) -> tuple[FeedFile, bool]:
    """Return the row of these bytes in their feed, locked, and whether it was made here."""
    known = known_file(w, ask.feed, sha256, lock=True)
    if known is not None:
        return known, False
    row = _blank(w, ask, sha256, header_set)
    try:
        with w.session.begin_nested():
            w.session.add(row)
            w.session.flush()
    except IntegrityError:
        known = known_file(w, ask.feed, sha256, lock=True)
        if known is None:
            raise
        return known, False
    store(row)
    return row, True


def known_file(look: Look, source: str, sha256: str, *, lock: bool = False) -> FeedFile | None:
    """Return the row of these bytes in a feed, or None."""
    asked = select(FeedFile).where(FeedFile.source == source, FeedFile.sha256 == sha256)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return look.one(asked)


def store_path(w: Work, path: Path) -> Store:
    """Return what keeps the bytes of a file on disk for its row, piece by piece."""

    def store(row: FeedFile) -> None:
        digest, size = w.home.files.put_path(path)
        row.size = size
        w.add(
            StoredFile(
                id=w.new_id(),
                sha256=digest,
                size=size,
                media_type=MEDIA_TYPE,
                name=row.name,
                owner_kind=FeedFile.__tablename__,
                owner_id=row.id,
                made_at=w.now,
            )
        )

    return store


def storing(w: Work, data: bytes) -> Store:
    """Return what keeps these bytes for a row."""

    def store(row: FeedFile) -> None:
        row.size = len(data)
        w.attach(row, data, row.name, MEDIA_TYPE)

    return store


def digest_of(data: bytes) -> str:
    """Return the SHA-256 (hex) that names a file."""
    return hashlib.sha256(data).hexdigest()


def as_kept(ask: ImportAsked, data: bytes) -> bytes:
    """Return a file as it may be kept: without names of natural persons, where it holds any."""
    form = format_of(ask.format)
    if form.without_persons is not None:
        return form.without_persons(io.BytesIO(data))
    write = form.withheld(io.BytesIO(data), ask.mapping) if form.withheld else None
    if write is None:
        return data
    out = io.BytesIO()
    write(out)
    return out.getvalue()


@contextmanager
def path_as_kept(ask: ImportAsked, path: Path, folder: Path) -> Iterator[Path]:
    """Give the path of a file as it may be kept: itself, or a copy without names of persons."""
    withheld = format_of(ask.format).withheld
    with path.open("rb") as file:
        write = withheld(file, ask.mapping) if withheld else None
        if write is None:
            yield path
            return
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="feed-", dir=folder) as place:
            copy = Path(place) / "file"
            with copy.open("wb") as out:
                write(out)
            yield copy


def head_of(file: BinaryIO) -> list[Any] | None:
    """Return the head row of a table as it stands; None for anything that is no table."""
    file.seek(0)
    start = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith((b"{", b"[", b"<")):
        return None
    try:
        _line, cells = next(iter(table_rows(file)))
    except (Invalid, StopIteration, UnicodeError):
        return None
    return [None if one is None else str(one) for one in cells]


def set_counts(row: FeedFile, spool: Spool) -> None:
    """Say in a file's row what was read of it."""
    row.rows, row.quarantined = spool.rows, spool.bad
    row.newest_on = date.fromisoformat(spool.newest) if spool.newest else None
    row.is_whole = row.is_whole or spool.is_whole


def set_aside_bad(w: Work, row: FeedFile, spool: Spool) -> None:
    """Set every row aside that cannot be read."""
    bad = ((one.line, one.bad) for one in spool.raws() if one.bad is not None)
    set_aside(w, row.id, ((line, it.code.value, it.column, it.value) for line, it in bad))


def take_turn(w: Work, source: str) -> int:
    """Wait for the feed's turn, hold it to the end of the transaction, and return its number."""
    asked = select(FeedTurn.turn).where(FeedTurn.source == source).with_for_update()
    found = w.session.scalar(asked)
    if found is None:
        try:
            with w.session.begin_nested():
                w.session.execute(insert(FeedTurn), {"source": source, "turn": 0})
        except IntegrityError:
            pass
        found = w.session.scalar(asked)
    return int(found or 0)


def again(look: Look, ask: ImportAsked, sha256: str) -> ImportCounts | None:
    """Return the counts of a file that was just imported and can change nothing, else None.

    That holds while nothing else came into its feed, it is read the same way, and no row of it was
    set aside for a reason that passes.
    """
    row = known_file(look, ask.feed, sha256)
    if row is None or row.state != FileState.IMPORTED.value or row.again_stale is None:
        return None
    if (
        row.reading != ask.reading
        or (ask.is_whole and not row.is_whole)
        or (ask.mapping and not ask.mapping_id)
    ):
        return None
    turn = look.session.scalar(select(FeedTurn.turn).where(FeedTurn.source == row.source))
    if turn != row.turn or _waits_for_another(look, row.id):
        return None
    said = row.created + row.updated + row.unchanged + row.stale
    return ImportCounts(
        unchanged=said - row.again_stale, stale=row.again_stale, quarantined=row.quarantined
    )


def _waits_for_another(look: Look, file_id: UUID) -> bool:
    waiting = select(func.count()).where(
        FeedSetAside.file_id == file_id,
        FeedSetAside.state == AsideState.WAITING.value,
        FeedSetAside.code.in_(AGAIN),
    )
    return bool(look.session.scalar(waiting))


def _blank(w: Work, ask: ImportAsked, sha256: str, header_set: str) -> FeedFile:
    return FeedFile(
        id=w.new_id(),
        source=ask.feed,
        header_set=header_set,
        sha256=sha256,
        name=ask.name[-LONGEST_NAME:],
        state=FileState.RECEIVED.value,
        received_at=w.now,
        received_by=w.actor.label,
        received_by_id=w.actor.person_id,
        format=ask.format,
        mapping_id=ask.mapping_id,
        is_whole=ask.is_whole,
        reading=ask.reading,
        **dict.fromkeys(ImportCounts().as_dict(), 0),
        rows=0,
        done=0,
        raw_line=0,
    )
