"""Questions about feed files: how old the data is, what was set aside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, case, func, select

from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.surveillance.models import Event, FeedFile, FeedSetAside, FileState
from aquacert.surveillance.models.feeds import AsideState, FeedRawRow
from aquacert.surveillance.rules.events import plain_name


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


@dataclass(frozen=True)
class Far:
    """How far the import of a file has come."""

    state: FileState
    done: int
    total: int
    is_running: bool
    fault: str
    counts: dict[str, int]


def progress(look: Look, file_id: UUID) -> Far:
    """Return how far a file has come, for a page or a program that waits for it."""
    row = look.get(FeedFile, file_id)
    state = FileState(row.state)
    names = ("created", "updated", "unchanged", "stale", "vanished", "quarantined")
    return Far(
        state,
        row.done,
        row.rows,
        state is FileState.RECEIVED and row.started_at is not None and not row.fault,
        row.fault,
        {name: getattr(row, name) for name in names},
    )


@dataclass(frozen=True)
class FeedHealth:
    """One feed: until when its data reaches, when a file last came in, what waits for a person."""

    source: str
    newest_on: date | None
    imported_at: datetime | None
    files: int
    waiting: int
    """Rows set aside that nobody has settled."""
    open_files: int
    """Files received and not imported to their end."""


def feed_healths(look: Look) -> list[FeedHealth]:
    """Return every feed with its age and what waits in it, by name."""
    is_open = case((FeedFile.state == FileState.RECEIVED.value, 1), else_=0)
    waiting = (
        select(FeedFile.source, func.count())
        .join(FeedSetAside, FeedSetAside.file_id == FeedFile.id)
        .where(FeedSetAside.state == AsideState.WAITING.value)
        .group_by(FeedFile.source)
    )
    waits = {str(source): int(count) for source, count in look.session.execute(waiting)}
    rows = look.session.execute(
        select(
            FeedFile.source,
            func.max(case((FeedFile.imported_at.is_not(None), FeedFile.newest_on))),
            func.max(FeedFile.imported_at),
            func.count(),
            func.sum(is_open),
        )
        .group_by(FeedFile.source)
        .order_by(FeedFile.source)
    )
    return [FeedHealth(r[0], r[1], r[2], int(r[3]), waits.get(r[0], 0), int(r[4])) for r in rows]


def raw_of(look: Look, file_id: UUID, lines: Collection[int]) -> dict[int, str]:
    """Return rows of a file as received, by line."""
    rows = look.session.execute(
        select(FeedRawRow.line, FeedRawRow.raw).where(
            FeedRawRow.file_id == file_id, FeedRawRow.line.in_(sorted(lines))
        )
    )
    return {int(line): str(raw) for line, raw in rows}


def events_of_written(look: Look, system: str, name: str) -> list[UUID]:
    """Return events whose disease is written like this; `system` "" for every feed."""
    asked = select(Event.disease_written).distinct()
    if system:
        asked = asked.where(Event.source == system)
    wanted = plain_name(name)
    spellings = [one for one in look.session.scalars(asked) if plain_name(one) == wanted]
    found = select(Event.id).where(Event.disease_written.in_(spellings)).order_by(Event.id)
    return list(look.session.scalars(found.where(Event.source == system) if system else found))
