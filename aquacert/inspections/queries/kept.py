"""Records of devices that were not used: a note of the case, as officials read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.declarations.models import Batch
from aquacert.declarations.queries import facts as papers
from aquacert.inspections.models import DeviceRecord
from aquacert.inspections.parsers import checklist
from aquacert.inspections.rules import COURSE_WORDS, SLOT_WORDS, Item
from aquacert.inspections.rules.items import read_value, value_words
from aquacert.inspections.rules.sync import KIND_WORDS, Kind, Outcome
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

NAMES: Final[Mapping[str, str]] = {
    "outcome": "结论",
    "quantity": "实查数量",
    "note": "情况说明",
    "diseases": "可疑病种",
    "course": "处置",
    "because": "理由",
    "slot": "照片",
}
"""Parts of a record that say something to people; ids, codes and places do not."""
WORDS: Final[Mapping[str, str]] = {
    "pass": "合格",
    "fail": "不合格",
    **{slot.value: word for slot, word in SLOT_WORDS.items()},
    **{course.value: word for course, word in COURSE_WORDS.items()},
}


@dataclass(frozen=True)
class KeptRecord:
    """A record that was not used. `about_at`: about when it was made, None when nobody can tell."""

    record_id: UUID
    who: str
    kind: str
    batch_no: int | None
    outcome: Outcome
    reason: str
    lines: tuple[tuple[str, str], ...]
    about_at: datetime | None
    received_at: datetime
    settled_at: datetime | None = None
    """When its maker saw both versions of a conflict and chose."""


def kept_of(look: Look, declaration_id: UUID) -> list[KeptRecord]:
    """Return the records of a case that were not used, oldest first; `NotFound` out of scope."""
    papers.declaration(look, declaration_id)
    unused = (Outcome.CONFLICT.value, Outcome.REFUSED.value)
    rows = look.scalars(
        select(DeviceRecord)
        .where(DeviceRecord.declaration_id == declaration_id, DeviceRecord.outcome.in_(unused))
        .order_by(DeviceRecord.received_at, DeviceRecord.id)
    )
    settled = _settled(look, declaration_id)
    return [
        replace(_kept(look, row), settled_at=settled.get((row.person_id, str(row.id))))
        for row in rows
    ]


def _settled(look: Look, declaration_id: UUID) -> dict[tuple[UUID, str], datetime]:
    """Return (person, record) → when that person settled that record's conflict."""
    columns = (DeviceRecord.person_id, DeviceRecord.receipt, DeviceRecord.received_at)
    rows = look.session.execute(
        select(*columns).where(
            DeviceRecord.declaration_id == declaration_id,
            DeviceRecord.outcome == Outcome.ACCEPTED.value,
        )
    )
    return {(who, told["settles"]): at for who, told, at in rows if "settles" in told}


def _kept(look: Look, row: DeviceRecord) -> KeptRecord:
    batch = look.session.get(Batch, row.batch_id) if row.batch_id else None
    items = _items(look, batch)
    return KeptRecord(
        row.id,
        accounts.person_name(look, row.person_id),
        KIND_WORDS[Kind(row.kind)] if row.kind in set(Kind) else row.kind,
        batch.number if batch else None,
        Outcome(row.outcome),
        row.reason,
        tuple(_lines(look, json.loads(row.body), items)),
        row.about_at,
        row.received_at,
    )


def _items(look: Look, batch: Batch | None) -> Mapping[str, Item]:
    if batch is None:
        return {}
    group = reference.species(look, batch.species_code).group
    return {item.key: item for item in checklist(group)}


def _lines(
    look: Look, body: Mapping[str, Any], items: Mapping[str, Item]
) -> Iterator[tuple[str, str]]:
    """Yield what a record says, line by line, in words."""
    answers = body.get("answers")
    for key, raw in answers.items() if isinstance(answers, Mapping) else ():
        item = items.get(key)
        yield (item.ask, _value(item, raw)) if item else (str(key), str(raw))
    for name, words in NAMES.items():
        value = body.get(name)
        if value in (None, "", []):
            continue
        if isinstance(value, list):
            yield words, "、".join(_disease(look, str(one)) for one in value)
        else:
            yield words, WORDS.get(str(value), str(value))


def _value(item: Item, raw: object) -> str:
    try:
        return value_words(item, read_value(item, raw))
    except Invalid:
        return str(raw)


def _disease(look: Look, code: str) -> str:
    try:
        return reference.disease(look, code).name_zh
    except NotFound:
        return code
