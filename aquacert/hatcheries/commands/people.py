"""Who is who in a farm: persons are put on record and leave it; what they were stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import FarmPerson, Hatchery
from aquacert.hatcheries.rules.people import ONE_EACH, post_of
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.text import clean

MOST = 40
LONGEST_NAME = 50


@dataclass(frozen=True)
class FarmPersonKept(Fact):
    """A person of the farm was put on record; who it is stays out of the trail."""

    tag: ClassVar[str] = "hatcheries:person:keep"
    title: ClassVar[str] = "登记场内人员"
    post: str


@dataclass(frozen=True)
class FarmPersonLeft(Fact):
    """A person of the farm is no longer what they were."""

    tag: ClassVar[str] = "hatcheries:person:leave"
    title: ClassVar[str] = "场内人员离任"
    post: str


def keep_person(w: Work, hatchery_id: UUID, *, post: str, name: str, phone: str = "") -> UUID:
    """Put a person of the farm on record; a new legal person takes the old one's place."""
    farm = w.get_for_change(Hatchery, hatchery_id)
    kind, said = post_of(post), clean(name, field="name", longest=LONGEST_NAME)
    if not said:
        raise Invalid("请填姓名。", name="请照身份证上的姓名填写。")
    number = parse_phone(phone) if phone.strip() else None
    present = w.scalars(
        select(FarmPerson).where(FarmPerson.hatchery_id == farm.id, FarmPerson.until_on.is_(None))
    )
    if len(present) >= MOST:
        raise Invalid("人员太多。", name=f"一家场最多登记 {MOST} 人，请先让离任的人离任。")
    for one in present:
        if kind in ONE_EACH and one.post == kind.value:
            one.until_on = w.today
    row = w.add(
        FarmPerson(
            id=w.new_id(),
            hatchery_id=farm.id,
            post=kind.value,
            name=said,
            phone=number,
            phone_index=blind("phone", number) if number else None,
            from_on=w.today,
        )
    )
    w.record(FarmPersonKept(kind.value), on=farm, county=farm.division_code)
    return row.id


def end_person(w: Work, farm_person_id: UUID) -> None:
    """Say that a person no longer is what they were here, from today."""
    farm = w.get_for_change(Hatchery, w.get(FarmPerson, farm_person_id).hatchery_id)
    row = w.get_for_change(FarmPerson, farm_person_id)
    if row.until_on is not None:
        raise NotAllowedNow("这个人已经离任。")
    row.until_on = w.today
    w.record(FarmPersonLeft(row.post), on=farm, county=farm.division_code)
