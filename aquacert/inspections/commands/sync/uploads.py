"""Files in pieces: written as they stream, synced to the disk, then the receipt.

The bytes lie at `uploads/<id>` of the data directory, written at their own place in the file, so
that a connection that hangs and its successor cannot mix two orders of bytes; at the end the whole
is judged by its digest. What a receipt has named survives a kill; what came after it is sent again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from aquacert.inspections.models import Upload, UploadState
from aquacert.inspections.queries.sync import FOLDER, offset_of, path_of_upload, upload_of
from aquacert.inspections.rules.uploads import (
    DONE_KEPT,
    MOST_BYTES_KEPT,
    MOST_OPEN,
    MOST_OPEN_BYTES,
    OPEN_KEPT,
    Announced,
)
from aquacert.kernel.errors import Conflict, Discarded, NoRoom, TooMany, Unavailable
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database, Work

log = structlog.get_logger("uploads")
PIECE: Final = 16 << 10
"""Bytes read at a time: at most so many are lost when a connection is reset."""
FULL: Final = "服务器的磁盘满了，文件没有存完。已传的部分还在，腾出空间后接着传就行。"
WRONG: Final = "传完的文件和登记的不一样，已丢弃，请重新上传。"


class Source(Protocol):
    """Where bytes come from: a request's body."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; none at the end; raise when the connection breaks."""
        ...


class Offset(Conflict):
    """The piece does not begin where the last one ended; `offset` says where that was."""

    def __init__(self, offset: int) -> None:
        super().__init__("文件要从上次断开的地方接着传。")
        self.offset = offset


def begin_upload(w: Work, announced: Announced) -> Upload:
    """Return the upload of these bytes by this person, made when it is new; the same again is the same.

    Raises `TooMany` when too much of this person is unfinished, `Conflict` for another size under
    the same digest.
    """
    mine = Upload.person_id == w.actor.person_id
    found = w.one(select(Upload).where(mine, Upload.sha256 == announced.sha256))
    if found is None:
        _must_fit(w, announced)
        try:
            with w.session.begin_nested():
                found = w.add(_new(w, announced))
        except IntegrityError:  # the same file twice at once: the other one made it
            found = w.session.scalars(
                select(Upload).where(mine, Upload.sha256 == announced.sha256)
            ).one()
    if found.size != announced.size:
        raise Conflict("同一个文件登记了两种大小，请刷新后重传。")
    if found.state == UploadState.DONE.value and not path_of_upload(w, found.id).exists():
        found.state, found.received = UploadState.OPEN.value, 0
    return found


def take_bytes(
    database: Database, actor: Actor, upload_id: UUID, offset: int, source: Source
) -> tuple[int, bool]:
    """Write what comes from `source` at `offset`; return the new offset and whether all is here.

    What came before a cut is kept. Raises `Offset` for a wrong place, `NoRoom` on a full disk,
    `Discarded` when the whole is not what was announced, `NotFound` for another's upload.
    """
    with database.look(actor) as look:
        row = upload_of(look, upload_id)
        here = row.size if row.state == UploadState.DONE.value else offset_of(look, row)
        path = path_of_upload(look, upload_id)
    if offset != here:
        raise Offset(here)
    if row.state == UploadState.DONE.value:
        return here, True
    pen = _Pen(path, offset)
    try:
        pen.write(source, row.size - offset)
    finally:
        _remember(database, actor, upload_id, pen.synced)
    if pen.synced < row.size:
        return pen.synced, False
    _judge(database, actor, row, path)
    return pen.synced, True


def tidy_uploads(database: Database) -> int:
    """Throw away what nobody finished or fetched in time; return how many: a round of the worker."""
    now = database.clock.now()
    done, state = UploadState.DONE.value, Upload.state
    old = ((state == done) & (Upload.seen_at < now - DONE_KEPT)) | (
        (state != done) & (Upload.seen_at < now - OPEN_KEPT)
    )
    with database.look(SYSTEM) as look:
        gone = look.scalars(select(Upload.id).where(old).limit(1000))
    if gone:
        with database.work(SYSTEM) as w:
            w.session.execute(delete(Upload).where(Upload.id.in_(gone), old))
    _tidy_folder(database)
    return len(gone)


def _tidy_folder(database: Database) -> None:
    """Remove files that no row speaks of. A row is there before its file: listed first, asked then."""
    folder = database.settings.data_dir / FOLDER
    paths = list(folder.iterdir()) if folder.exists() else []
    with database.look(SYSTEM) as look:
        known = {key.hex for key in look.scalars(select(Upload.id))}
    for path in paths:
        if path.name not in known:
            path.unlink(missing_ok=True)


def _new(w: Work, announced: Announced) -> Upload:
    return Upload(
        id=w.new_id(),
        person_id=w.actor.person_id,
        sha256=announced.sha256,
        size=announced.size,
        received=0,
        media_type=announced.media_type,
        state=UploadState.OPEN.value,
        begun_at=w.now,
        seen_at=w.now,
    )


def _must_fit(w: Work, announced: Announced) -> None:
    asked = (
        select(Upload.state, func.count(), func.coalesce(func.sum(Upload.size), 0))
        .where(Upload.person_id == w.actor.person_id)
        .group_by(Upload.state)
    )
    held = {state: (count, int(size)) for state, count, size in w.session.execute(asked)}
    count, size = held.get(UploadState.OPEN.value, (0, 0))
    if count >= MOST_OPEN or size + announced.size > MOST_OPEN_BYTES:
        raise TooMany("没有传完的文件太多了，请先把前面的传完。")
    if sum(size for _, size in held.values()) + announced.size > MOST_BYTES_KEPT:
        raise TooMany("您上传的文件在服务器上占满了份额，过几天会清理，请再等等。")


class _Pen:
    """Writes a piece at its place. `synced`: up to where its bytes are on the disk for good."""

    def __init__(self, path: Path, offset: int) -> None:
        self.path = path
        self.synced = offset

    def write(self, source: Source, most: int) -> None:
        """Write what comes, up to `most` bytes, and sync it; raise `NoRoom` on a full disk."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not self.path.exists()
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                if is_new:
                    _sync_folder(self.path.parent)
                self._fill(handle, source, most)
            finally:
                os.close(handle)
        except OSError as error:
            raise NoRoom(FULL, detail=str(error)) from error

    def _fill(self, handle: int, source: Source, most: int) -> None:
        at = self.synced
        try:
            for piece in _pieces(source, most):
                at += _put(handle, piece, at)
        finally:
            os.fsync(handle)  # an error here leaves `synced` where it was: nothing is promised
            self.synced = at


def _pieces(source: Source, most: int) -> Iterator[bytes]:
    """Yield what comes, up to `most` bytes; a broken connection is an end like any other."""
    while most > 0:
        try:
            piece = source.read(min(PIECE, most))
        except Exception as error:  # noqa: BLE001 (each server breaks in its own way)
            log.info("an upload was cut", why=type(error).__name__)
            return
        if not piece:
            return
        most -= len(piece)
        yield piece


def _put(handle: int, piece: bytes, at: int) -> int:
    """Write the whole piece at its place; a disk may take it in parts."""
    done = 0
    while done < len(piece):
        done += os.pwrite(handle, piece[done:], at + done)
    return done


def _remember(database: Database, actor: Actor, upload_id: UUID, reached: int) -> None:
    """Write down how far the bytes reach; never less than another connection wrote down."""
    try:
        with database.work(actor) as w:
            row = w.get_for_change(Upload, upload_id)
            row.received = min(max(row.received, reached), row.size)
            row.seen_at = w.now
    except NoRoom:
        raise
    except Unavailable as error:
        if "disk" in error.detail or "full" in error.detail:
            raise NoRoom(FULL, detail=error.detail) from error
        raise


def _judge(database: Database, actor: Actor, row: Upload, path: Path) -> None:
    """Say that all is here, or throw it away because it is something else."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with database.work(actor) as w:
        live = w.get_for_change(Upload, row.id)
        if digest == row.sha256:
            live.state = UploadState.DONE.value
            live.received = live.size
        else:
            w.session.delete(live)
    if digest != row.sha256:
        path.unlink(missing_ok=True)
        raise Discarded(WRONG, sha256=WRONG)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
