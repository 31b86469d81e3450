"""Zones: when one is in force, when the import may open one by itself, and its sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from aquacert.surveillance.rules.events import Realm, Status

LONGEST_DAYS = 366
RADII_KM = range(1, 101)


@dataclass(frozen=True)
class Reach:
    """What a zone touches: places (with everything below them) and the species it affects.

    Higher rooms count what lies within it (kernel.impact); this room gets the counts alone.
    """

    divisions: frozenset[str]
    species: frozenset[str]


class Reason(StrEnum):
    """Why an event does not open a zone by itself."""

    TERRESTRIAL = "terrestrial"
    UNMAPPED = "unmapped"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    DENIED = "denied"
    ABROAD = "abroad"
    NOT_CONFIRMED = "not_confirmed"
    NO_PLACE = "no_place"
    PAST = "past"
    NO_RULE = "no_rule"


SENTENCES: Mapping[Reason, str] = {
    Reason.TERRESTRIAL: "陆生动物疫病，只留存，不影响苗种",
    Reason.UNMAPPED: "病名没有对上名录，等人核对",
    Reason.NOT_IN_CATALOGUE: "不在本国水生动物疫病名录",
    Reason.DENIED: "已经排除",
    Reason.ABROAD: "境外疫情，只留存；引种时人工查看",
    Reason.NOT_CONFIRMED: "来源没有说已经确认，等监测员核实",
    Reason.NO_PLACE: "地点对不上县级区划，等监测员划定",
    Reason.PAST: "已过管控期",
    Reason.NO_RULE: "管控天数的规则还没有采纳，等监测员划定",
}


@dataclass(frozen=True)
class Standing:
    """What is known of an event when it is judged."""

    realm: Realm
    disease_code: str | None
    status: Status
    verdict: Status | None
    is_domestic: bool
    division_code: str | None
    on: date | None
    """The day counted from: of the report, else of the observation."""


def why_waiting(event: Standing, today: date, days: int | None) -> Reason | None:
    """Return why the event opens no zone by itself, or None when it does. The first reason counts."""
    said = event.verdict or event.status
    unnamed = event.disease_code is None
    nowhere = event.division_code is None or event.on is None
    over = event.on is not None and days is not None and last_day(event.on, days) < today
    reasons = (
        (event.realm is Realm.TERRESTRIAL, Reason.TERRESTRIAL),
        (unnamed and event.realm is Realm.AQUATIC, Reason.NOT_IN_CATALOGUE),
        (unnamed, Reason.UNMAPPED),
        (said is Status.DENIED, Reason.DENIED),
        (not event.is_domestic, Reason.ABROAD),
        (said is not Status.CONFIRMED, Reason.NOT_CONFIRMED),
        (nowhere, Reason.NO_PLACE),
        (days is None, Reason.NO_RULE),
        (over, Reason.PAST),
    )
    return next((reason for stands, reason in reasons if stands), None)


def last_day(from_on: date, days: int) -> date:
    """Return the last day of a zone of `days` whole days beginning on `from_on`."""
    return from_on + timedelta(days=days - 1)


def in_force(from_on: date, until_on: date | None, on: date) -> bool:
    """Say whether a zone with these days (both included, None = open) stands on `on`."""
    return from_on <= on and (until_on is None or on <= until_on)


def sentence(place: str, from_on: date, disease: str, species: str, on: date) -> str:
    """Return 六合区 5 月 1 日起因白斑综合征暂停凡纳滨对虾苗种调运."""
    year = "" if from_on.year == on.year else f"{from_on.year} 年 "
    return f"{place} {year}{from_on.month} 月 {from_on.day} 日起因{disease}暂停{species}苗种调运"


def lacks(
    division_codes: Collection[str], from_on: date, until_on: date | None, reason: str
) -> dict[str, str]:
    """Return what is wrong with a zone as asked for, by field; empty when it may be opened."""
    wrong: dict[str, str] = {}
    if not division_codes:
        wrong["division_codes"] = "请至少选一个区划。"
    if until_on is None:
        wrong["until_on"] = "请填截止日；到期前可以延长。"
    elif until_on < from_on:
        wrong["until_on"] = "截止日不能早于起始日。"
    elif (until_on - from_on).days >= LONGEST_DAYS:
        wrong["until_on"] = f"一次最长 {LONGEST_DAYS} 天，到期前可以再开。"
    if len(reason.strip()) < 2:
        wrong["reason"] = "请写明理由，理由会记入留痕。"
    return wrong
