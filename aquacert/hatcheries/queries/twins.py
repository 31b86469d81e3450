"""Farms that look alike: the queue, one pair side by side, what was said of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from pypinyin import lazy_pinyin
from sqlalchemy import ColumnElement, Select, func, or_, select

from aquacert.accounts.models import Membership, Person
from aquacert.accounts.queries.actors import in_force
from aquacert.accounts.rules.roles import TRADE
from aquacert.hatcheries.models import Hatchery, Licence, Lot, TwinJudgement
from aquacert.hatcheries.rules.kinds import State
from aquacert.hatcheries.rules.twins import (
    MOST_IN_A_BLOCK,
    WORTH_A_LOOK,
    FarmMarks,
    Like,
    Twins,
    core,
    likely_twins,
    likeness,
)
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Pages, within
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

LONGEST_CHAIN = 20


@dataclass(frozen=True)
class TwinLine:
    """One pair of the queue."""

    one: Hatchery
    other: Hatchery
    score: int
    reasons: tuple[Like, ...]


@dataclass(frozen=True)
class TwinSide:
    """One farm of a pair, with what hangs on it."""

    farm: Hatchery
    place: str
    licences: Sequence[str]
    stocked: int
    people: Sequence[Person]
    """Whose accounts act for it."""
    hanging: dict[str, int]
    """What higher rooms count on it (`kernel.impact`): while any is open, it does not merge."""


@lru_cache(maxsize=20_000)
def sound(name: str) -> str:
    """Return the full pinyin of what is peculiar in a farm's name, without tones."""
    return "".join(lazy_pinyin(core(name))).lower()


def marks(farm: Hatchery) -> FarmMarks:
    """Return what a farm is recognised by."""
    return FarmMarks(
        farm.id,
        farm.uscc,
        farm.name,
        sound(farm.name),
        farm.division_code,
        farm.place,
        farm.phone_index or "",
    )


def _marks_of(look: Look, *where: ColumnElement[bool]) -> list[FarmMarks]:
    """Return what the actor's farms are recognised by, without opening what lies encrypted."""
    rows = look.session.execute(
        select(
            Hatchery.id,
            Hatchery.uscc,
            Hatchery.name,
            Hatchery.division_code,
            Hatchery.place,
            Hatchery.phone_index,
        ).where(look.visible(Hatchery), Hatchery.state != State.MERGED.value, *where)
    )
    return [
        FarmMarks(row[0], row[1], row[2], sound(row[2]), row[3], row[4], row[5] or "")
        for row in rows
    ]


def alike(look: Look) -> list[Twins]:
    """Return the pairs of the actor's farms that are worth a look and that nobody judged."""
    farms = _marks_of(look)
    judged = look.session.execute(select(TwinJudgement.one_id, TwinJudgement.other_id))
    return likely_twins(farms, ((one, other) for one, other in judged))


def twin_lines(look: Look, number: int = 1, size: int = 20) -> Pages[TwinLine]:
    """Return one numbered page of the queue, most alike first."""
    found = alike(look)
    number = within(number, size, len(found))
    shown = found[(number - 1) * size : number * size]
    ids = {key for pair in shown for key in (pair.one, pair.other)}
    farms = {
        farm.id: farm for farm in look.scalars(select(Hatchery).where(Hatchery.id.in_(sorted(ids))))
    }
    lines = [
        TwinLine(farms[pair.one], farms[pair.other], pair.score, pair.reasons) for pair in shown
    ]
    return Pages(lines, number, size, len(found))


def twins_of(look: Look, farm: Hatchery) -> list[FarmMarks]:
    """Return the farms of its prefecture, or with its telephone, that look like this one.

    Only those that nobody judged; one pass, as it is asked on the page of every farm.
    """
    near = Hatchery.division_code.startswith(farm.division_code[:4])
    if farm.phone_index:
        near = or_(near, Hatchery.phone_index == farm.phone_index)
    own, others = marks(farm), _marks_of(look, Hatchery.id != farm.id, near)
    found = [one for one in others if likeness(own, one)[0] >= WORTH_A_LOOK]
    return [one for one in found[:MOST_IN_A_BLOCK] if judgement(look, farm.id, one.key) is None]


def pair(look: Look, one_id: UUID, other_id: UUID) -> TwinLine:
    """Return two farms of the actor's jurisdiction beside each other; `NotFound` for one and one."""
    if one_id == other_id:
        raise NotFound
    one, other = (
        look.get(Hatchery, min(one_id, other_id)),
        look.get(Hatchery, max(one_id, other_id)),
    )
    score, reasons = likeness(marks(one), marks(other))
    return TwinLine(one, other, score, reasons)


def twin_side(look: Look, farm: Hatchery) -> TwinSide:
    """Return what hangs on one farm of a pair."""
    stocked = select(func.count()).where(Lot.hatchery_id == farm.id, Lot.balance > 0)
    numbers = select(Licence.number).where(Licence.hatchery_id == farm.id)
    return TwinSide(
        farm,
        reference.full_name(look, farm.division_code),
        look.scalars(numbers.order_by(Licence.number)),
        look.session.scalar(stocked) or 0,
        _accounts_of(look, farm.organisation_id),
        look.impact("hatchery", farm.id),
    )


def _accounts_of(look: Look, organisation_id: UUID) -> list[Person]:
    """Return the people who act for a farm's body, the first appointed first."""
    rows = look.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role.in_([role.value for role in TRADE]),
            in_force(look),
        )
        .order_by(Membership.from_on, Membership.id)
    )
    return list(dict.fromkeys(rows))


def judgement(look: Look, one_id: UUID, other_id: UUID) -> TwinJudgement | None:
    """Return what was said of a pair, or None."""
    one, other = min(one_id, other_id), max(one_id, other_id)
    return look.one(
        select(TwinJudgement).where(TwinJudgement.one_id == one, TwinJudgement.other_id == other)
    )


def judgements(look: Look) -> Select[TwinJudgement]:
    """Return what was said of pairs of which one is the actor's to see, the newest first."""
    mine = select(Hatchery.id).where(look.visible(Hatchery))
    return (
        select(TwinJudgement)
        .where(or_(TwinJudgement.one_id.in_(mine), TwinJudgement.other_id.in_(mine)))
        .order_by(TwinJudgement.at.desc(), TwinJudgement.id.desc())
    )


def judged_pages(look: Look, number: int = 1) -> Pages[TwinJudgement]:
    """Return one numbered page of what was said of pairs."""
    return look.pages(judgements(look), number)


def names_of(look: Look, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of farms by id."""
    rows = look.session.execute(
        select(Hatchery.id, Hatchery.name).where(Hatchery.id.in_(sorted(set(ids))))
    )
    return {row.id: row.name for row in rows}


def survivor_of(look: Look, hatchery_id: UUID) -> UUID:
    """Return the farm that this one turned out to be, through every merge; itself when none."""
    key = hatchery_id
    for _step in range(LONGEST_CHAIN):
        above = look.session.scalar(select(Hatchery.merged_into_id).where(Hatchery.id == key))
        if above is None:
            return key
        key = above
    return key
