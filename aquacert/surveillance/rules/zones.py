"""Zones: when one is in force, when the import may open one by itself, and its sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from aquacert.surveillance.rules.events import Realm, Status
from aquacert.surveillance.rules.shapes import Shape, Tier, gravest, tier_at

LONGEST_DAYS = 366
RADII_KM = range(1, 101)


@dataclass(frozen=True)
class Reach:
    """What a zone touches: places (with everything below them) and the species it affects.

    Higher rooms count what lies within it (kernel.impact); this room gets the counts alone.
    """

    divisions: frozenset[str]
    species: frozenset[str]
    shapes: tuple[Shape, ...] = ()
    """Where there are any, a place with coordinates lies in it only when a shape holds it."""
    tier: Tier = Tier.PROTECTION
    """What the list does where there are no shapes."""

    def tier_at(self, place: Place) -> Tier | None:
        """Return what the zone does at a place; None outside. Without coordinates: by its list."""
        listed = place.division_code in self.divisions
        if not self.shapes:
            return self.tier if listed else None
        if not place.is_located:
            return self.tier if listed else None
        tiers = (tier_at(self.shapes, *point) for point in place.points)
        return gravest({tier for tier in tiers if tier is not None})


class Role(StrEnum):
    """What a place is to a load."""

    ORIGIN = "origin"
    ROUTE = "route"
    DESTINATION = "destination"


@dataclass(frozen=True)
class Place:
    """A place of a load: its division, and its coordinates (WGS-84 degrees) where known."""

    division_code: str
    role: Role | str = Role.ORIGIN
    latitude: float | None = None
    longitude: float | None = None
    more: tuple[tuple[float, float], ...] = ()
    """Further (latitude, longitude) of the same farm: its other ponds. It is where any of them is."""

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """Return every (latitude, longitude) of it; none without coordinates."""
        if self.latitude is None or self.longitude is None:
            return ()
        return ((self.latitude, self.longitude), *self.more)

    @property
    def is_located(self) -> bool:
        """Say whether it has coordinates."""
        return self.latitude is not None and self.longitude is not None


def place_at(
    division_code: str, points: Sequence[tuple[float, float]], role: Role = Role.ORIGIN
) -> Place:
    """Return the place of a farm with these points; without any, of its division alone."""
    latitude, longitude = points[0] if points else (None, None)
    return Place(division_code, role, latitude, longitude, tuple(points[1:]))


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


def sentence(
    place: str, from_on: date, disease: str, species: str, on: date, *, is_assumed: bool = False
) -> str:
    """Return 六合区 5 月 1 日起因白斑综合征暂停凡纳滨对虾苗种调运.

    `is_assumed`: the zone has an outline and the place no coordinates, so it counts as inside.
    """
    said = f"{place} {_since(from_on, on)}起因{disease}暂停{species}苗种调运"
    return f"{said}（{ASSUMED}）" if is_assumed else said


def asking(
    place: str, from_on: date, disease: str, species: str, on: date, *, is_assumed: bool = False
) -> str:
    """Return 六合区 5 月 1 日起因白斑综合征划为监视区，凡纳滨对虾要有该日以后采样的阴性结果."""
    said = (
        f"{place} {_since(from_on, on)}起因{disease}划为监视区，{species}要有该日以后采样的阴性结果"
    )
    return f"{said}（{ASSUMED}）" if is_assumed else said


ASSUMED = "没有登记坐标，先按在区内算"


def _since(from_on: date, on: date) -> str:
    year = "" if from_on.year == on.year else f"{from_on.year} 年 "
    return f"{year}{from_on.month} 月 {from_on.day} 日"


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
