"""The diary of production: entries are added, struck and answered, never rewritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from aquacert.hatcheries.models import FarmRecord, Hatchery, Pond
from aquacert.hatcheries.parsers.papers import read_paper
from aquacert.hatcheries.rules.diary import (
    BY_PHONE,
    NOTE_WORDS,
    Note,
    check_day,
    read_entry,
)
from aquacert.hatcheries.rules.kinds import State
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.work import Work

MOST_PONDS = 60
MOST_PHOTOS = 6
Upload = tuple[bytes, str]
"""Bytes and the name they came under."""


@dataclass(frozen=True)
class NoteWritten(Fact):
    """The diary got an entry. What it says stays with the farm; its digest is the proof."""

    tag: ClassVar[str] = "hatcheries:record:write"
    title: ClassVar[str] = "记生产记录"
    kind: str
    happened_on: date
    ponds: int
    digest: str


@dataclass(frozen=True)
class NoteStruck(Fact):
    """An entry was struck: it stays readable, and counts no more."""

    tag: ClassVar[str] = "hatcheries:record:strike"
    title: ClassVar[str] = "划去生产记录"
    kind: str
    entry: str


@dataclass(frozen=True)
class IllnessEnded(Fact):
    """An illness that the diary tells of is over."""

    tag: ClassVar[str] = "hatcheries:record:recover"
    title: ClassVar[str] = "病情结束"
    entry: str
    ended_on: date


def write_note(
    w: Work,
    hatchery_id: UUID,
    *,
    kind: str,
    typed: Mapping[str, str],
    on: date | None = None,
    pond_ids: Sequence[UUID] = (),
    photos: Sequence[Upload] = (),
) -> list[UUID]:
    """Write one entry for each pond (none: for the whole farm); return their ids.

    Raises `Invalid` naming every wrong field, a day that has not come or a pond of another farm.
    """
    farm = _keeping(w, hatchery_id)
    note = _note(kind)
    day = on or w.today
    check_day(day, w.today)
    facts = read_entry(note, typed)
    ponds = _ponds(w, farm, pond_ids)
    if len(photos) > MOST_PHOTOS:
        raise Invalid("照片太多。", photos=f"一次最多 {MOST_PHOTOS} 张。")
    places: Sequence[UUID | None] = ponds or [None]
    rows = [w.add(_row(w, farm, note, day, facts, pond_id=place)) for place in places]
    for data, name in photos:
        read = read_paper(data, name, field="photos")
        w.attach(rows[0], read.data, read.name, read.media_type)
    fact = NoteWritten(note.value, day, len(ponds), _digest(facts))
    w.record(fact, on=farm, county=farm.division_code)
    return [row.id for row in rows]


def write_again(w: Work, record_id: UUID) -> UUID:
    """Write today what an earlier entry says: the same feed, the same pond, one tap."""
    old, farm = _entry(w, record_id)
    if Note(old.kind) not in BY_PHONE:
        raise NotAllowedNow("这种记录不能照抄。")
    ponds = [old.pond_id] if old.pond_id else []
    [row] = write_note(w, farm.id, kind=old.kind, typed=old.facts, pond_ids=ponds)
    return row


def strike_note(w: Work, record_id: UUID, because: str) -> UUID:
    """Strike an entry that is wrong, saying why; raise `NotAllowedNow` when it is struck already."""
    old, farm = _entry(w, record_id)
    if old.kind == Note.STRUCK.value:
        raise NotAllowedNow("这一条本身就是划去的记录。")
    facts = read_entry(Note.STRUCK, {"because": because})
    row = _answer(w, farm, old, Note.STRUCK, w.today, facts)
    w.record(NoteStruck(old.kind, str(old.id)), on=farm, county=farm.division_code)
    return row.id


def end_illness(w: Work, record_id: UUID, *, outcome: str, on: date | None = None) -> UUID:
    """Write that an illness is over; raise `Invalid` for a day before it began."""
    old, farm = _entry(w, record_id)
    if old.kind != Note.DISEASE.value:
        raise NotAllowedNow("只有“发病”的记录才写结束。")
    day = on or w.today
    check_day(day, w.today)
    if day < old.happened_on:
        raise Invalid("日期不对。", on=f"{old.happened_on} 才发病，不能在那以前结束。")
    facts = read_entry(Note.RECOVERY, {"outcome": outcome})
    row = _answer(w, farm, old, Note.RECOVERY, day, facts)
    w.record(IllnessEnded(str(old.id), day), on=farm, county=farm.division_code)
    return row.id


def _keeping(w: Work, hatchery_id: UUID) -> Hatchery:
    """Return the farm, locked; a closed or merged one keeps no diary."""
    farm = w.get_for_change(Hatchery, hatchery_id)
    if farm.state in {State.CLOSED.value, State.MERGED.value}:
        raise NotAllowedNow("这家苗种场已经关闭，不能再记。")
    return farm


def _entry(w: Work, record_id: UUID) -> tuple[FarmRecord, Hatchery]:
    row = w.session.get(FarmRecord, record_id)
    if row is None:
        raise NotFound
    return row, _keeping(w, row.hatchery_id)


def _note(code: str) -> Note:
    try:
        note = Note(code)
    except ValueError:
        note = Note.STRUCK
    if note not in BY_PHONE:
        words = "、".join(NOTE_WORDS[one] for one in BY_PHONE)
        raise Invalid("请选记什么。", kind=f"请选：{words}。")
    return note


def _ponds(w: Work, farm: Hatchery, pond_ids: Sequence[UUID]) -> list[UUID]:
    asked = list(dict.fromkeys(pond_ids))
    if len(asked) > MOST_PONDS:
        raise Invalid("塘口太多。", ponds=f"一次最多 {MOST_PONDS} 个塘口。")
    own = set(w.scalars(select(Pond.id).where(Pond.hatchery_id == farm.id, Pond.id.in_(asked))))
    if len(own) < len(asked):
        raise Invalid("没有这个塘口。", ponds="请从自己的塘口里选。")
    return asked


def _row(
    w: Work,
    farm: Hatchery,
    note: Note,
    day: date,
    facts: dict[str, str],
    *,
    pond_id: UUID | None = None,
    of_id: UUID | None = None,
) -> FarmRecord:
    return FarmRecord(
        id=w.new_id(),
        hatchery_id=farm.id,
        pond_id=pond_id,
        kind=note.value,
        happened_on=day,
        facts=facts,
        of_id=of_id,
        at=w.now,
        by_id=w.actor.person_id,
        by=w.actor.label,
    )


def _answer(
    w: Work, farm: Hatchery, old: FarmRecord, note: Note, day: date, facts: dict[str, str]
) -> FarmRecord:
    """Write the one entry of this kind that answers `old`."""
    row = _row(w, farm, note, day, facts, pond_id=old.pond_id, of_id=old.id)
    taken = select(FarmRecord.id).where(FarmRecord.of_id == old.id, FarmRecord.kind == note.value)
    if w.one(taken) is not None:
        raise NotAllowedNow("这一条已经办过了，请刷新看最新情况。")
    try:
        return w.add(row)
    except IntegrityError as error:
        raise NotAllowedNow("这一条已经办过了，请刷新看最新情况。") from error


def _digest(facts: Mapping[str, str]) -> str:
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
