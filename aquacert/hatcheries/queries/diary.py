"""The diary of a farm as it is read: pages of it, illnesses, withdrawal periods, photographs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.hatcheries.models import (
    FarmRecord,
    Hatchery,
    Pond,
)
from aquacert.hatcheries.queries.records import file_of
from aquacert.hatcheries.rules.diary import Note, said, withdrawn_until
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look

ANSWERS = (Note.STRUCK.value, Note.RECOVERY.value)


@dataclass(frozen=True)
class NoteLine:
    """One entry of the diary as pages and papers show it."""

    record_id: UUID
    happened_on: date
    kind: Note
    pond_id: UUID | None
    pond_name: str
    facts: Mapping[str, str]
    said: str
    withdrawn_until: date | None
    by: str
    at: datetime
    struck_because: str
    """Why it counts no more; empty for an entry that stands."""
    ended_on: date | None
    """For an illness: when it was over."""
    outcome: str
    photos: tuple[StoredFile, ...]


@dataclass(frozen=True)
class Withdrawal:
    """A pond whose seed must not leave yet: a medicine still works in it."""

    pond_name: str
    what: str
    until: date


def diary(
    look: Look, hatchery_id: UUID, *, kind: str = "", pond_id: UUID | None = None, number: int = 1
) -> Pages[NoteLine]:
    """Return one page of the diary, newest day first; struck entries are shown as struck."""
    statement = _entries(hatchery_id)
    if kind:
        statement = statement.where(FarmRecord.kind == kind)
    if pond_id:
        statement = statement.where(FarmRecord.pond_id == pond_id)
    found = look.pages(statement, number)
    return Pages(_lines(look, found.items), found.number, found.size, found.total)


def diary_since(look: Look, hatchery_id: UUID, since: date) -> list[NoteLine]:
    """Return every entry from a day on, oldest first: what an inspection takes along."""
    rows = look.scalars(_entries(hatchery_id).where(FarmRecord.happened_on >= since))
    return _lines(look, rows[::-1])


def note(look: Look, record_id: UUID) -> tuple[Hatchery, NoteLine]:
    """Return one entry with its farm, which must be in scope."""
    row = look.session.get(FarmRecord, record_id)
    if row is None or row.kind in ANSWERS:
        raise NotFound
    farm = look.get(Hatchery, row.hatchery_id)
    return farm, _lines(look, [row])[0]


def latest(look: Look, hatchery_id: UUID) -> dict[Note, NoteLine]:
    """Return the last standing entry of each kind: what "the same as last time" repeats."""
    rows = look.scalars(_entries(hatchery_id).limit(200))
    found: dict[Note, NoteLine] = {}
    for line in _lines(look, rows):
        if not line.struck_because:
            found.setdefault(line.kind, line)
    return found


def illnesses(look: Look, hatchery_id: UUID, since: date | None = None) -> list[NoteLine]:
    """Return the illnesses that the diary tells of, newest first, without the struck ones.

    With `since`, those that began on that day or later, or were not over by then.
    """
    rows = look.scalars(_entries(hatchery_id).where(FarmRecord.kind == Note.DISEASE.value))
    found = [line for line in _lines(look, rows) if not line.struck_because]
    if since is None:
        return found
    return [
        line
        for line in found
        if line.happened_on >= since or line.ended_on is None or line.ended_on >= since
    ]


def withdrawals(look: Look, hatchery_id: UUID, on: date | None = None) -> list[Withdrawal]:
    """Return the ponds in which a medicine's withdrawal period runs on a day (today)."""
    day = on or look.today
    rows = look.scalars(_entries(hatchery_id).where(FarmRecord.kind == Note.TREATMENT.value))
    return [
        Withdrawal(line.pond_name, line.facts.get("what", ""), line.withdrawn_until)
        for line in _lines(look, rows)
        if not line.struck_because
        and line.withdrawn_until is not None
        and line.happened_on <= day <= line.withdrawn_until
    ]


def photo(look: Look, record_id: UUID, file_id: UUID) -> tuple[StoredFile, bytes]:
    """Return a photograph of a diary entry; raise `NotFound` when its farm is out of scope."""
    _farm, line = note(look, record_id)
    return file_of(look, line.photos, file_id)


def _entries(hatchery_id: UUID) -> Select[FarmRecord]:
    return (
        select(FarmRecord)
        .where(FarmRecord.hatchery_id == hatchery_id, FarmRecord.kind.not_in(ANSWERS))
        .order_by(FarmRecord.happened_on.desc(), FarmRecord.at.desc(), FarmRecord.id.desc())
    )


def _lines(look: Look, rows: Sequence[FarmRecord]) -> list[NoteLine]:
    ids = [row.id for row in rows]
    names = _pond_names(look, {row.pond_id for row in rows if row.pond_id})
    answers = {
        (one.of_id, one.kind): one
        for one in look.scalars(select(FarmRecord).where(FarmRecord.of_id.in_(ids)))
    }
    photos = _photos(look, ids)
    return [
        _line(
            row,
            names.get(row.pond_id, "") if row.pond_id else "",
            answers.get((row.id, Note.STRUCK.value)),
            answers.get((row.id, Note.RECOVERY.value)),
            tuple(photos.get(row.id, ())),
        )
        for row in rows
    ]


def _line(
    row: FarmRecord,
    pond_name: str,
    struck: FarmRecord | None,
    over: FarmRecord | None,
    photos: tuple[StoredFile, ...],
) -> NoteLine:
    kind = Note(row.kind)
    return NoteLine(
        record_id=row.id,
        happened_on=row.happened_on,
        kind=kind,
        pond_id=row.pond_id,
        pond_name=pond_name,
        facts=row.facts,
        said=said(kind, row.facts),
        withdrawn_until=withdrawn_until(kind, row.happened_on, row.facts),
        by=row.by,
        at=row.at,
        struck_because=struck.facts.get("because", "") if struck else "",
        ended_on=over.happened_on if over else None,
        outcome=over.facts.get("outcome", "") if over else "",
        photos=photos,
    )


def _pond_names(look: Look, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = look.session.execute(select(Pond.id, Pond.name).where(Pond.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _photos(look: Look, ids: Collection[UUID]) -> dict[UUID, list[StoredFile]]:
    found: dict[UUID, list[StoredFile]] = {}
    for file in look.scalars(
        select(StoredFile)
        .where(StoredFile.owner_kind == FarmRecord.__tablename__, StoredFile.owner_id.in_(ids))
        .order_by(StoredFile.id)
    ):
        found.setdefault(file.owner_id, []).append(file)
    return found
