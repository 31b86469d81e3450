"""Data given back: what may leave, in which periods, under which ids, and when to try again. Pure.

What leaves names counties and diseases, never a farm, a person or a report; coordinates are rounded
to a tenth of a degree (some ten kilometres). Every thing that leaves has an id of its own that is
the same each time, so that a message sent twice has one effect at the other side.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from aquacert.surveillance.rules.periods import (
    Period,
    Span,
    month_of,
    parse_period,
    quarter_of,
    week_of,
    year_of,
)

PLACES = 1
"""Decimal places of a degree that leave: some ten kilometres."""
WAITS = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 360, 720, 1440))
"""After each failed try; then a person is asked."""
LAST_TRY = len(WAITS) + 1


class Product(StrEnum):
    """What is given back, in which form."""

    DHIS2_VALUES = "dhis2_values"
    DHIS2_TRACKER = "dhis2_tracker"
    QAAD = "qaad"
    WAHIS = "wahis"
    GEOJSON = "geojson"
    ZONES = "zones"
    TABLE = "table"


PRODUCT_WORDS: Mapping[Product, str] = {
    Product.TABLE: "统计表（CSV 和数据字典）",
    Product.QAAD: "亚太水生动物疫病季度报告表（QAAD）",
    Product.WAHIS: "疫情明细（WAHIS 的 63 列，Excel）",
    Product.GEOJSON: "疫情（GeoJSON）",
    Product.ZONES: "管控区（GeoJSON）",
    Product.DHIS2_VALUES: "DHIS2 数据值（dataValueSets）",
    Product.DHIS2_TRACKER: "DHIS2 跟踪数据（tracker）",
}
COUNTED = frozenset({Product.DHIS2_VALUES, Product.TABLE})
"""Products made of counts; the others are made of events (QAAD of both)."""


class Element(StrEnum):
    """What is counted in a county, of a disease, in a period."""

    TESTED = "TESTED"
    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"
    INCONCLUSIVE = "INCONCLUSIVE"
    CONFIRMED = "CONFIRMED"


ELEMENT_WORDS: Mapping[Element, tuple[str, str]] = {
    Element.TESTED: ("检测的样品数", "按采样日计；撤回的报告不算"),
    Element.POSITIVE: ("阳性样品数", "按采样日计"),
    Element.NEGATIVE: ("阴性样品数", "按采样日计"),
    Element.INCONCLUSIVE: ("无法判定的样品数", "按采样日计"),
    Element.CONFIRMED: ("确诊的疫情数", "按报告日计；否定的不算"),
}
SPANS = (Span.WEEK, Span.MONTH, Span.QUARTER, Span.YEAR)


class State(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    PARTLY = "partly"
    DEAD = "dead"


STATE_WORDS: Mapping[State, tuple[str, str]] = {
    State.WAITING: ("等着发", "info"),
    State.DELIVERED: ("对方收下", "ok"),
    State.PARTLY: ("有几项没收", "wait"),
    State.DEAD: ("没发成，等人处理", "no"),
}


class ItemState(StrEnum):
    """What became of one item."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"


ITEM_WORDS: Mapping[ItemState, tuple[str, str]] = {
    ItemState.WAITING: ("等着发", "info"),
    ItemState.TAKEN: ("收下", "ok"),
    ItemState.REFUSED: ("没收", "no"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """One number: what was counted, where, of which disease, when."""

    division_code: str
    division: str
    disease_code: str
    disease: str
    period: Period
    element: Element
    value: int


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """One event as it leaves: county only, place rounded."""

    id: str
    disease_code: str
    disease: str
    disease_en: str
    status: str
    country: str
    province: str
    province_en: str
    county_code: str
    county: str
    county_en: str
    latitude: float | None
    longitude: float | None
    observed_on: date | None
    reported_on: date | None
    species: str
    cases: int | None
    deaths: int | None
    version: int


@dataclass(frozen=True)
class Facts:
    """Everything of a choice, frozen."""

    period: Period
    span: Span
    division_code: str
    division: str
    counts: tuple[Count, ...]
    events: tuple[GivenEvent, ...]

    def total(self, element: Element) -> int:
        """Return how many there are of one element."""
        return sum(one.value for one in self.counts if one.element is element)


@dataclass(frozen=True)
class Item:
    """One thing that is sent: its own id, what is sent of it."""

    key: str
    body: Mapping[str, Any]
    is_end: bool = False
    """It takes back what was sent before."""
    fault: str = field(default="", compare=False)
    """Why it cannot be sent."""

    @property
    def digest(self) -> str:
        """Digest of what is said: the same content is not sent twice."""
        text = json.dumps([self.body, self.is_end], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def period_holding(day: date, span: Span) -> Period:
    """Return the week, month, quarter or year that a day lies in."""
    if span is Span.WEEK:
        year, week, _day = day.isocalendar()
        return week_of(year, week)
    if span is Span.MONTH:
        return month_of(day.year, day.month)
    if span is Span.QUARTER:
        return quarter_of(day.year, (day.month + 2) // 3)
    return year_of(day.year)


def periods_back(today: date, span: Span, count: int = 8) -> tuple[Period, ...]:
    """Return the last periods of a kind, the newest over one first, then the one under way."""
    found = [period_holding(today, span)]
    while len(found) <= count:
        found.append(period_holding(found[-1].first - timedelta(days=1), span))
    return (*found[1:], found[0])


def chosen_period(text: str) -> Period:
    """Return a period that a person chose; raise `UnreadPeriod` for none."""
    return parse_period(text)


def rounded(degrees: float | None) -> float | None:
    """Return a coordinate as it may leave."""
    return None if degrees is None else round(degrees, PLACES)


def uid_of(*parts: str) -> str:
    """Return an id in the form of DHIS2 (a letter, then ten letters or digits), always the same."""
    digest = hashlib.sha256("|".join(parts).encode()).digest()
    text = base64.b32encode(digest).decode()
    return f"a{text[:10]}"


def changed(
    now: Sequence[Item], before: Mapping[str, str], ends: Mapping[str, Item]
) -> tuple[list[Item], int]:
    """Return the items to send, and how many say what the other side has taken already.

    `before` is the digest that was taken last by key; `ends` are the items that take back what was
    taken in this scope and is not among `now`.
    """
    fresh = [one for one in now if before.get(one.key) != one.digest]
    held = {one.key for one in now}
    gone = [
        end
        for key, end in sorted(ends.items())
        if key not in held and key in before and before[key] != end.digest
    ]
    return [*fresh, *gone], len(now) - len(fresh)


def next_wait(tries: int, wait_seconds: int = 0) -> timedelta | None:
    """Return how long to wait after so many tries in vain; None: no more by itself."""
    if tries >= LAST_TRY:
        return None
    return max(WAITS[tries - 1], timedelta(seconds=wait_seconds))


def without_points(zones: Mapping[str, Any]) -> dict[str, Any]:
    """Return a GeoJSON collection of zones as it may leave: without the middle of any circle.

    A circle's middle is the very farm, so a circle goes as its counties and its radius; what an
    officer drew (polygon, reach) goes whole.
    """
    return {**zones, "features": [_without_point(one) for one in zones["features"]]}


def _without_point(feature: Mapping[str, Any]) -> dict[str, Any]:
    told = feature["properties"]
    if told.get("kind") != "circle":
        return dict(feature)
    kept = {name: value for name, value in told.items() if name != "centre"}
    return {**feature, "geometry": None, "properties": kept}
