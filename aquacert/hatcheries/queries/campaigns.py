"""Data checks: how far each county is, who is missing, what a farm still has to answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, exists, func, select, true

from aquacert.hatcheries.models import Campaign, CampaignAnswer, Hatchery
from aquacert.hatcheries.queries.farms import licences
from aquacert.hatcheries.queries.stock import ponds
from aquacert.hatcheries.rules.campaigns import (
    ENTRY_WORDS,
    WAY_WORDS,
    Entry,
    Progress,
    Way,
    blocks_now,
)
from aquacert.hatcheries.rules.kinds import State, grade
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Pages
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.masking import mask_numbers

PERSONAL = frozenset({ENTRY_WORDS[Entry.CONTACT], ENTRY_WORDS[Entry.PHONE]})
OPEN_WRONG = and_(CampaignAnswer.wrong > 0, CampaignAnswer.settled_at.is_(None))
"""Something was said to be wrong and nobody has looked at it yet."""
FARMS, CAMPAIGNS, ANSWERS = table_of(Hatchery), table_of(Campaign), table_of(CampaignAnswer)
_UNANSWERED = (
    select(
        FARMS.c.id.label("farm_id"),
        CAMPAIGNS.c.title,
        CAMPAIGNS.c.blocks,
        CAMPAIGNS.c.due_on,
        CAMPAIGNS.c.ended_at,
        CAMPAIGNS.c.division_code,
        FARMS.c.division_code.label("farm_code"),
    )
    .join(FARMS, true())
    .where(
        FARMS.c.state == State.APPROVED.value,
        CAMPAIGNS.c.ended_at.is_(None),
        ~exists().where(
            ANSWERS.c.campaign_id == CAMPAIGNS.c.id, ANSWERS.c.hatchery_id == FARMS.c.id
        ),
    )
    .order_by(CAMPAIGNS.c.due_on)
)
UNANSWERED = Quick(_UNANSWERED.where(FARMS.c.id == bindparam("farm")))
"""The running data checks that a registered farm, wherever it lies, has not answered."""


@dataclass(frozen=True)
class AnswerLine:
    """One farm of a data check: its answer, or none yet."""

    farm: Hatchery
    answer: CampaignAnswer | None
    said: dict[str, str]
    """Words of the entry or the question → what was said."""


@dataclass(frozen=True)
class DueLine:
    """A data check that a farm has not answered."""

    campaign: Campaign
    is_late: bool


def campaign_pages(look: Look, number: int = 1) -> Pages[Campaign]:
    """Return one numbered page of the data checks: those that run first, the newest first."""
    found = select(Campaign).order_by(
        Campaign.ended_at.is_not(None), Campaign.due_on.desc(), Campaign.id.desc()
    )
    return look.pages(found, number)


def campaign(look: Look, campaign_id: UUID) -> Campaign:
    """Return a data check; raise `NotFound`. What is asked is no secret."""
    found = look.session.get(Campaign, campaign_id)
    if found is None:
        raise NotFound("没有这次信息核对。")
    return found


def asked_farms(look: Look, row: Campaign, county: str = "") -> Select[Hatchery]:
    """Return the farms that a data check asks, as far as the actor sees them."""
    codes = reference.descendants(look, row.division_code)
    if county:
        codes &= reference.descendants(look, county)
    return select(Hatchery).where(
        look.visible(Hatchery),
        Hatchery.state == State.APPROVED.value,
        Hatchery.division_code.in_(sorted(codes)),
    )


def progress(look: Look, row: Campaign) -> list[Progress]:
    """Return how far each county is, the furthest behind first: two questions for a province."""
    farms = asked_farms(look, row).subquery()
    totals: Counter[str] = Counter()
    for code, count in look.session.execute(
        select(farms.c.division_code, func.count()).group_by(farms.c.division_code)
    ):
        totals[code] = count
    ways: Counter[tuple[str, str]] = Counter()
    unsettled: Counter[str] = Counter()
    for code, way, open_, count in look.session.execute(
        select(
            farms.c.division_code,
            CampaignAnswer.way,
            OPEN_WRONG,
            func.count(),
        )
        .join(farms, farms.c.id == CampaignAnswer.hatchery_id)
        .where(CampaignAnswer.campaign_id == row.id)
        .group_by(
            farms.c.division_code,
            CampaignAnswer.way,
            OPEN_WRONG,
        )
    ):
        ways[code, way] += count
        if open_:
            unsettled[code] += count
    lines = [
        Progress(
            code,
            reference.full_name(look, code),
            total,
            ways[code, Way.PHONE.value],
            ways[code, Way.VISIT.value],
            unsettled[code],
        )
        for code, total in totals.items()
    ]
    return sorted(lines, key=lambda line: (line.percent, line.division_code))


def summed(lines: Iterable[Progress]) -> Progress:
    """Return the sum over counties."""
    rows = list(lines)
    return Progress(
        "",
        "",
        sum(line.farms for line in rows),
        sum(line.by_phone for line in rows),
        sum(line.by_visit for line in rows),
        sum(line.unsettled for line in rows),
    )


def farm_lines(
    look: Look, row: Campaign, county: str = "", show: str = "missing", number: int = 1
) -> Pages[AnswerLine]:
    """Return one page of the farms of a data check: `missing`, `wrong` (to settle) or all."""
    answered = select(CampaignAnswer.hatchery_id).where(CampaignAnswer.campaign_id == row.id)
    wanted = asked_farms(look, row, county)
    if show == "missing":
        wanted = wanted.where(Hatchery.id.not_in(answered))
    elif show == "wrong":
        wanted = wanted.where(Hatchery.id.in_(answered.where(OPEN_WRONG)))
    found = look.pages(wanted.order_by(Hatchery.division_code, Hatchery.name, Hatchery.id), number)
    lines = _with_answers(look, row, found.items)
    return Pages(lines, found.number, found.size, found.total)


def every_line(look: Look, row: Campaign, county: str = "") -> list[AnswerLine]:
    """Return every farm of a data check with its answer: for the workbook."""
    wanted = asked_farms(look, row, county)
    farms = look.scalars(wanted.order_by(Hatchery.division_code, Hatchery.name, Hatchery.id))
    answers = look.scalars(select(CampaignAnswer).where(CampaignAnswer.campaign_id == row.id))
    by_farm = {answer.hatchery_id: answer for answer in answers}
    return [_answer_line(row, farm, by_farm.get(farm.id)) for farm in farms]


def cells(line: AnswerLine, places: Mapping[str, str]) -> tuple[str | int, ...]:
    """Return one farm as the workbook shows it; what is personal is only said to be put right.

    A number in free words that could be somebody's telephone or identity is hidden.
    """
    farm, answer = line.farm, line.answer
    head = (places.get(farm.division_code, farm.division_code), farm.name, farm.uscc)
    if answer is None:
        return (*head, "", "还没有核对", 0, "", "")
    told = "；".join(
        f"{words}：{'已更正' if words in PERSONAL else mask_numbers(text)}"
        for words, text in line.said.items()
    )
    is_done = answer.wrong == 0 or answer.settled_at is not None
    return (
        *head,
        legal_day(answer.at).isoformat(),
        WAY_WORDS[Way(answer.way)],
        answer.wrong,
        "" if answer.wrong == 0 else "已处理" if is_done else "待处理",
        told,
    )


def answer_of(look: Look, campaign_id: UUID, hatchery_id: UUID) -> CampaignAnswer | None:
    """Return a farm's answer, or None."""
    return look.one(
        select(CampaignAnswer).where(
            CampaignAnswer.campaign_id == campaign_id,
            CampaignAnswer.hatchery_id == hatchery_id,
        )
    )


def said_of(row: Campaign, answer: CampaignAnswer | None) -> dict[str, str]:
    """Return what was said, by the words of the entry or the question."""
    if answer is None or not answer.said:
        return {}
    words: dict[str, str] = {key.value: name for key, name in ENTRY_WORDS.items()}
    for place, question in enumerate(row.questions):
        words[f"q{place}"] = question
    return {words.get(key, key): text for key, text in json.loads(answer.said).items()}


def due_campaigns(look: Look, hatchery_id: UUID) -> list[DueLine]:
    """Return the data checks that run and that this farm has not answered, the most urgent first.

    Reads past row scope: the caller has shown that the farm is the actor's to see.
    """
    farm = look.session.get(Hatchery, hatchery_id)
    if farm is None or farm.state != State.APPROVED.value:
        return []
    answered = select(CampaignAnswer.campaign_id).where(CampaignAnswer.hatchery_id == farm.id)
    rows = look.scalars(
        select(Campaign).where(Campaign.ended_at.is_(None), Campaign.id.not_in(answered))
    )
    mine = [
        row for row in rows if farm.division_code in reference.descendants(look, row.division_code)
    ]
    return [
        DueLine(row, look.today > row.due_on) for row in sorted(mine, key=lambda row: row.due_on)
    ]


def campaigns_blocking(look: Look, hatchery_id: UUID) -> list[str]:
    """Return the titles of the data checks that hold this farm back from declaring."""
    return _blocking(look, look.rows(UNANSWERED, farm=hatchery_id)).get(hatchery_id, [])


def campaigns_blocking_each(look: Look, hatchery_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return the same for several farms, in one question; a farm that nothing holds is absent."""
    rows = look.session.execute(_UNANSWERED.where(FARMS.c.id.in_(hatchery_ids)))
    return _blocking(look, rows)


def _blocking(look: Look, rows: Iterable[Any]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for row in rows:
        late = blocks_now(
            blocks=row.blocks, due_on=row.due_on, ended=row.ended_at, today=look.today
        )
        if late and row.farm_code in reference.descendants(look, row.division_code):
            found.setdefault(row.farm_id, []).append(row.title)
    return found


def now_on_record(look: Look, farm: Hatchery, row: Campaign) -> dict[Entry, str]:
    """Return what the record says of each entry that is asked about, in words; stock by its lots."""
    told = {
        Entry.NAME: lambda: farm.name,
        Entry.PLACE: lambda: reference.full_name(look, farm.division_code) + farm.place,
        Entry.CONTACT: lambda: farm.contact_name or "",
        Entry.PHONE: lambda: farm.phone or "",
        Entry.GRADE: lambda: grade(farm.level, farm.kind),
        Entry.LICENCES: lambda: "；".join(
            f"{one.number}（至 {one.until_on}）" for one in licences(look, farm.id)
        ),
        Entry.PONDS: lambda: "、".join(one.name for one in ponds(look, farm.id)),
    }
    return {Entry(key): told[Entry(key)]() for key in row.entries if Entry(key) in told}


def _with_answers(look: Look, row: Campaign, farms: Sequence[Hatchery]) -> list[AnswerLine]:
    found = look.scalars(
        select(CampaignAnswer).where(
            CampaignAnswer.campaign_id == row.id,
            CampaignAnswer.hatchery_id.in_([farm.id for farm in farms]),
        )
    )
    answers = {answer.hatchery_id: answer for answer in found}
    return [_answer_line(row, farm, answers.get(farm.id)) for farm in farms]


def _answer_line(row: Campaign, farm: Hatchery, answer: CampaignAnswer | None) -> AnswerLine:
    return AnswerLine(farm, answer, said_of(row, answer))
