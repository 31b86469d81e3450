"""The record of calls: who rang, about what, what was answered. Never changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from aquacert.declarations.models import Declaration, PhoneCall
from aquacert.declarations.rules.calls import Direction, Subject, check_call
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.work import Work
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.text import clean

LONGEST_NAME = 60


@dataclass(frozen=True)
class CallNoted(Fact):
    """A call was noted; who rang and what was said stay encrypted."""

    tag: ClassVar[str] = "declarations:call:note"
    title: ClassVar[str] = "记下电话"
    direction: str
    subject: str
    number: str
    follow_up_on: date | None


@dataclass(frozen=True)
class CallNote:
    """What the person at the telephone writes down."""

    said: str
    answered: str = ""
    direction: str = Direction.IN.value
    subject: str = Subject.OTHER.value
    caller_name: str = ""
    caller_phone: str = ""
    at: datetime | None = None
    """When the call was; None = now."""
    follow_up_on: date | None = None


def note_call(
    w: Work,
    note: CallNote,
    *,
    declaration_id: UUID | None = None,
    after_id: UUID | None = None,
) -> UUID:
    """Note a call, about a declaration or about none; raise `Invalid` with every fault."""
    if w.actor.person_id is None or w.actor.organisation_id is None:
        raise NotAllowed("记电话要先有所属单位。")
    paper = w.get(Declaration, declaration_id) if declaration_id else None
    before = w.get(PhoneCall, after_id) if after_id else None
    at = note.at or w.now
    check_call(note.said, note.answered, at, note.follow_up_on, w.now)
    if note.follow_up_on is not None and note.follow_up_on < w.today:
        raise Invalid("回电的日子已经过了。", follow_up_on="请填今天或以后的日子。")
    if note.direction not in set(Direction) or note.subject not in set(Subject):
        raise Invalid("请选一项。", subject="请在列出的几项里选一项。")
    phone = _phone(note.caller_phone) or (before.caller_phone if before else None)
    row = w.add(
        PhoneCall(
            id=w.new_id(),
            office_id=w.actor.organisation_id,
            division_code=paper.origin_code if paper else w.actor.county,
            declaration_id=paper.id if paper else (before.declaration_id if before else None),
            after_id=before.id if before else None,
            at=at,
            direction=note.direction,
            subject=note.subject,
            caller_name=clean(note.caller_name)[:LONGEST_NAME]
            or (before.caller_name if before else None),
            caller_phone=phone,
            caller_phone_index=blind("phone", phone) if phone else None,
            said=note.said.strip(),
            answered=note.answered.strip() or None,
            follow_up_on=note.follow_up_on,
            taken_by_id=w.actor.person_id,
            taken_by=w.actor.label,
            recorded_at=w.now,
        )
    )
    number = paper.number or "" if paper else ""
    fact = CallNoted(row.direction, row.subject, number, row.follow_up_on)
    w.record(fact, on=row, county=row.division_code)
    return row.id


def _phone(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return parse_phone(text)
    except Invalid as error:
        sentence = next(iter(error.fields.values()), error.sentence)
        raise Invalid(error.sentence, caller_phone=sentence) from None
