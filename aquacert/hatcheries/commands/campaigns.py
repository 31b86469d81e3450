"""The data check (M02): opened by the province, answered by farms, settled by counties."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.accounts.models import InboxMessage
from aquacert.hatcheries.commands.keeping import change_contact
from aquacert.hatcheries.commands.stock import correct_stock, hold_lots
from aquacert.hatcheries.models import Campaign, CampaignAnswer, Hatchery, Lot
from aquacert.hatcheries.queries.campaigns import answer_of, campaign
from aquacert.hatcheries.queries.stock import lot_lines
from aquacert.hatcheries.rules.campaigns import MOST_QUESTIONS, Entry, Way
from aquacert.hatcheries.rules.counts import Counted
from aquacert.hatcheries.rules.kinds import State
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import clean

LONGEST_QUESTION = 120
LONGEST_WORDS = 300
AT_A_TIME = 200
AT_ONCE = frozenset({Entry.CONTACT.value, Entry.PHONE.value, Entry.STOCK.value})
"""What is put right by the answer itself: the county has nothing to settle."""


@dataclass(frozen=True)
class CampaignOpened(Fact):
    """A data check was opened."""

    tag: ClassVar[str] = "hatcheries:campaign:open"
    title: ClassVar[str] = "开始信息核对"
    name: str
    due_on: date
    blocks: bool


@dataclass(frozen=True)
class CampaignEnded(Fact):
    """A data check was ended: no more answers, nobody is held back by it."""

    tag: ClassVar[str] = "hatcheries:campaign:end"
    title: ClassVar[str] = "结束信息核对"
    name: str


@dataclass(frozen=True)
class CampaignAnswered(Fact):
    """A farm's record was checked; what was said stays out of the trail."""

    tag: ClassVar[str] = "hatcheries:campaign:answer"
    title: ClassVar[str] = "核对场里的信息"
    name: str
    way: str
    wrong: int


@dataclass(frozen=True)
class AnswerSettled(Fact):
    """The county put right, or looked at, what a farm said to be wrong."""

    tag: ClassVar[str] = "hatcheries:campaign:settle"
    title: ClassVar[str] = "处理核对出的不符"
    name: str
    wrong: int


@dataclass(frozen=True)
class CampaignAnnounced(Fact):
    """Farms were told of a data check."""

    tag: ClassVar[str] = "hatcheries:campaign:announce"
    title: ClassVar[str] = "通知核对信息"
    name: str
    farms: int


def open_campaign(
    w: Work,
    *,
    title: str,
    due_on: date,
    entries: Sequence[str] = (),
    questions: Sequence[str] = (),
    about: str = "",
    blocks: bool = False,
    division_code: str = "",
) -> UUID:
    """Open a data check for the province (or a division of it); raise `Invalid` per field.

    Every farm there is told in the background.
    """
    place = division_code or f"{w.settings.province}0000"
    if not (w.actor.scope.everything or w.actor.scope.holds("divisions", place)):
        raise NotAllowed("只能在自己的辖区里开始信息核对。")
    reference.division(w, place)
    wrong: dict[str, str] = {}
    said = _words(title, "title", 60, wrong)
    if not said:
        wrong.setdefault("title", "请写这次核对的名称")
    known, asked = _asked(entries, questions, wrong)
    if due_on < w.today:
        wrong["due_on"] = "截止日期不能早于今天"
    told = _words(about, "about", 500, wrong)
    if wrong:
        raise Invalid(next(iter(wrong.values())) + "。", **wrong)
    row = w.add(
        Campaign(
            id=w.new_id(),
            division_code=place,
            title=said,
            about=told,
            entries=known,
            questions=asked,
            blocks=blocks,
            opened_on=w.today,
            due_on=due_on,
            ended_at=None,
            opened_by=w.actor.label,
        )
    )
    w.record(CampaignOpened(said, due_on, blocks), on=row, county=place)
    w.tell(Topic.CAMPAIGN_OPENED, row.id)
    return row.id


def _asked(
    entries: Sequence[str], questions: Sequence[str], wrong: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Return entries and questions as they are asked; what is wrong of them lands in `wrong`."""
    asked = [text for one in questions if (text := _words(one, "questions", 120, wrong))]
    if len(asked) > MOST_QUESTIONS:
        wrong["questions"] = f"问题最多 {MOST_QUESTIONS} 个，一行一个"
    known: list[str] = [entry.value for entry in Entry if entry.value in set(entries)]
    if not known and not asked:
        wrong["entries"] = "请至少选一项要核对的内容，或写一个问题"
    return known, asked


def announce_campaign(w: Work, campaign_id: UUID) -> bool:
    """Tell the next farms that a data check began; say whether there may be more to tell.

    Whoever has the message already, or has answered before it came, is passed over: done twice, it
    tells nobody twice.
    """
    row = campaign(w, campaign_id)
    if row.ended_at is not None:
        return False
    answered = select(CampaignAnswer.hatchery_id).where(CampaignAnswer.campaign_id == row.id)
    link = f"/hatcheries/own/campaigns/{row.id}"
    told = select(InboxMessage.to_organisation_id).where(
        InboxMessage.link == link, InboxMessage.to_organisation_id.is_not(None)
    )
    codes = sorted(reference.descendants(w, row.division_code))
    wanted = select(Hatchery.organisation_id).where(
        Hatchery.state == State.APPROVED.value,
        Hatchery.division_code.in_(codes),
        Hatchery.organisation_id.not_in(told),
        Hatchery.id.not_in(answered),
    )
    bodies = w.scalars(wanted.order_by(Hatchery.id).limit(AT_A_TIME))
    for body in bodies:
        subject = f"请核对场里的信息：{row.title}，{row.due_on} 前完成。"
        accounts.tell(w, to_organisation=body, kind="campaign", subject=subject, link=link)
    if bodies:
        fact = CampaignAnnounced(row.title, len(bodies))
        w.record(fact, on=row, county=row.division_code)
    return len(bodies) == AT_A_TIME


def end_campaign(w: Work, campaign_id: UUID) -> None:
    """End a data check: what was answered stays."""
    row = _for_change(w, campaign_id)
    if not (w.actor.scope.everything or w.actor.scope.holds("divisions", row.division_code)):
        raise NotAllowed("只有开始这次核对的一级能结束它。")
    if row.ended_at is not None:
        raise NotAllowedNow("这次信息核对已经结束。")
    row.ended_at = w.now
    w.record(CampaignEnded(row.title), on=row, county=row.division_code)


def answer_campaign(
    w: Work,
    campaign_id: UUID,
    hatchery_id: UUID,
    *,
    said: Mapping[str, str],
    way: str = Way.PHONE.value,
    counted: Mapping[UUID, Counted] | None = None,
) -> UUID:
    """Write a farm's answer: what is not right (entry → the right words) and every question (q0 …).

    Stock is answered by `counted`, lot by lot where the books are wrong: booked as corrections of
    the ledger at once, and kept in figures for the county.
    An answer by phone may be given again until the data check ends; what the county confirmed on a
    visit stays. Raises `Invalid` naming each question without an answer.
    """
    row = _for_change(w, campaign_id, shared=True)
    if row.ended_at is not None:
        raise NotAllowedNow("这次信息核对已经结束，不用再填。")
    farm = w.get_for_change(Hatchery, hatchery_id)
    below = reference.descendants(w, row.division_code)
    if farm.state != State.APPROVED.value or farm.division_code not in below:
        raise NotAllowedNow("这家苗种场不在这次核对之内。")
    found = answer_of(w, row.id, farm.id)
    kept = _judged(row, said)
    if found is not None and found.way == Way.VISIT.value and way == Way.PHONE.value:
        raise NotAllowedNow("县里已经到场核对过，要改请打电话给县里。")
    if Entry.STOCK.value in row.entries:
        figures = [*_figures_before(found), *_book_counts(w, row, farm, counted or {})]
        if figures:
            kept[Entry.STOCK.value] = "；".join(figures)
    answer = found or CampaignAnswer(
        id=w.new_id(), campaign_id=row.id, hatchery_id=farm.id, settled_by=""
    )
    answer.organisation_id, answer.division_code = farm.organisation_id, farm.division_code
    answer.way, answer.said = Way(way).value, json.dumps(kept, ensure_ascii=False)
    answer.wrong = sum(key in row.entries and key not in AT_ONCE for key in kept)
    answer.settled_at, answer.settled_by = None, ""
    answer.at, answer.by_id, answer.by = w.now, w.actor.person_id, w.actor.label
    w.add(answer)
    fact = CampaignAnswered(row.title, answer.way, answer.wrong)
    w.record(fact, on=farm, county=farm.division_code)
    _correct_at_once(w, farm, kept)
    return answer.id


def _figures_before(found: CampaignAnswer | None) -> list[str]:
    """Return the figures of an earlier answer: they are booked, so a later one adds to them."""
    said = json.loads(found.said) if found is not None and found.said else {}
    return [said[Entry.STOCK.value]] if said.get(Entry.STOCK.value) else []


def _book_counts(
    w: Work, row: Campaign, farm: Hatchery, counted: Mapping[UUID, Counted]
) -> list[str]:
    """Book what was counted otherwise; return each in words: what was booked, what there is."""
    own = set(w.scalars(select(Lot.id).where(Lot.hatchery_id == farm.id)))
    if set(counted) - own:
        raise NotFound
    hold_lots(w, counted)
    told = []
    for lot_id, line in sorted(lot_lines(w, counted).items(), key=lambda one: one[1].number):
        found = counted[lot_id]
        if correct_stock(w, lot_id, found.quantity, f"{row.title}：{found.why}") is not None:
            was, now = (f"{n:,}".replace(",", " ") for n in (line.balance, found.quantity))
            where = f"{line.pond_name} {line.species_name} {line.number}"
            told.append(f"{where} 台账 {was} {line.unit}，现在 {now} {line.unit}（{found.why}）")
    return told


def _correct_at_once(w: Work, farm: Hatchery, kept: Mapping[str, str]) -> None:
    """Correct what is the farm's own to say: whom to call and where; the county settles the rest."""
    if not {Entry.CONTACT.value, Entry.PHONE.value} & kept.keys():
        return
    change_contact(
        w,
        farm.id,
        contact_name=kept.get(Entry.CONTACT.value) or farm.contact_name or "",
        phone=kept.get(Entry.PHONE.value) or farm.phone or "",
    )


def settle_answer(w: Work, answer_id: UUID) -> UUID:
    """Say that what a farm named wrong has been put right or looked at; return the campaign."""
    answer = w.get_for_change(CampaignAnswer, answer_id)
    if not answer.wrong:
        raise NotAllowedNow("这家没有不符的地方，不用处理。")
    if answer.settled_at is not None:
        raise NotAllowedNow("已经有人处理过了。")
    answer.settled_at, answer.settled_by = w.now, w.actor.label
    title = campaign(w, answer.campaign_id).title
    on = ("hatcheries", str(answer.hatchery_id))
    w.record(AnswerSettled(title, answer.wrong), on=on, county=answer.division_code)
    return answer.campaign_id


def _judged(row: Campaign, said: Mapping[str, str]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    kept: dict[str, str] = {}
    entries = (key for key in row.entries if key != Entry.STOCK.value)
    for key in (*entries, *(f"q{place}" for place in range(len(row.questions)))):
        text = _words(said.get(key, ""), key, LONGEST_WORDS, wrong)
        if text:
            kept[key] = text
        elif key.startswith("q") and key not in wrong:
            wrong[key] = "请回答这个问题"
    if wrong:
        raise Invalid("还有没填好的地方。", **wrong)
    return kept


def _words(text: str, field: str, longest: int, wrong: dict[str, str]) -> str:
    if not text.strip():
        return ""
    try:
        return clean(text, field=field, longest=longest, lines=field == "about")
    except Invalid as error:
        wrong[field] = error.fields.get(field, error.sentence).rstrip("。")
        return ""


def _for_change(w: Work, campaign_id: UUID, *, shared: bool = False) -> Campaign:
    """Return the row locked: ending waits for answers that are being written, and they for it."""
    found = w.session.scalar(
        select(Campaign).where(Campaign.id == campaign_id).with_for_update(read=shared)
    )
    if found is None:
        raise NotFound("没有这次信息核对。")
    return found
