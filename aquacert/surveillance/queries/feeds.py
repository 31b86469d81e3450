"""Questions about feed files: how old the data is, what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.surveillance.models import FeedFile, FeedSetAside, FileState


@dataclass(frozen=True)
class FeedAge:
    """How fresh a feed is."""

    newest_on: date | None
    received_at: datetime | None
    files: int


def feed_age(look: Look) -> FeedAge:
    """Return until when the imported data reaches (数据截至) and when a file last came."""
    row = look.session.execute(
        select(func.max(FeedFile.newest_on), func.max(FeedFile.imported_at), func.count()).where(
            FeedFile.state == FileState.IMPORTED.value
        )
    ).one()
    return FeedAge(row[0], row[1], int(row[2]))


def feed_files(look: Look) -> Select[FeedFile]:
    """Return the statement that lists feed files, newest first."""
    return (
        select(FeedFile)
        .where(look.visible(FeedFile))
        .order_by(FeedFile.received_at.desc(), FeedFile.id)
    )


def feed_file(look: Look, file_id: UUID) -> FeedFile:
    """Return a feed file, or raise `NotFound`."""
    return look.get(FeedFile, file_id)


def raw_bytes(look: Look, row: FeedFile) -> bytes:
    """Return the bytes exactly as received."""
    stored = look.files_of(row)
    if not stored:
        raise NotFound
    return look.read_file(stored[0])


def set_aside(look: Look, file_id: UUID) -> Select[FeedSetAside]:
    """Return the statement that lists the rows of a file that were set aside, by line."""
    del look
    return select(FeedSetAside).where(FeedSetAside.file_id == file_id).order_by(FeedSetAside.line)
