"""Monthly reports (月报) of a monitoring point, pure: months, bounds, ratios, states.

Fields as recalled from SC/T 7020-2016 (domain.md §5): the form itself was not read, so nothing
here is law. Areas in tenths of the point's unit, numbers in animals, money in yuan, temperatures
in tenths of a degree Celsius.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from aquacert.kernel.states import Moves

COLDEST, WARMEST = -20, 450
"""Tenths of a degree that water in a farm can have."""


class State(StrEnum):
    """Where one version of a month's report stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REPLACED = "replaced"


class Act(StrEnum):
    """What is done with a report."""

    RETURN = "return"
    ACCEPT = "accept"
    REPLACE = "replace"


class Measure(StrEnum):
    """What was done about a disease."""

    NONE = "none"
    ISOLATE = "isolate"
    CHANGE_WATER = "change_water"
    DISINFECT = "disinfect"
    LESS_FEED = "less_feed"
    MEDICINE = "medicine"
    REMOVE_DEAD = "remove_dead"
    CULL = "cull"
    SENT_SAMPLE = "sent_sample"


class Basis(StrEnum):
    """On what the name of a disease rests."""

    SEEN = "seen"
    MICROSCOPE = "microscope"
    OWN_KIT = "own_kit"
    EXPERT = "expert"
    LAB = "lab"


class Fault(StrEnum):
    """What cannot be right in a report."""

    NOTHING_STOCKED = "nothing_stocked"
    NO_AREA = "no_area"
    AREA_BEYOND = "area_beyond"
    STOCK_BEYOND = "stock_beyond"
    DISEASED_BEYOND = "diseased_beyond"
    DEATHS_BEYOND = "deaths_beyond"
    WATER = "water"
    NEGATIVE = "negative"
    NO_BASIS = "no_basis"
    TWICE = "twice"
    NOT_HERE = "not_here"


STATE_WORDS: Mapping[State, str] = {
    State.SUBMITTED: "已报，待县级审核",
    State.RETURNED: "退回重填",
    State.ACCEPTED: "已审核",
    State.REPLACED: "已被更正",
}
MOVES: Moves[State, Act] = Moves(
    {
        (State.SUBMITTED, Act.RETURN): State.RETURNED,
        (State.SUBMITTED, Act.ACCEPT): State.ACCEPTED,
        (State.SUBMITTED, Act.REPLACE): State.REPLACED,
        (State.RETURNED, Act.REPLACE): State.REPLACED,
        (State.ACCEPTED, Act.REPLACE): State.REPLACED,
    },
    words=STATE_WORDS,
)
MEASURE_WORDS: Mapping[Measure, str] = {
    Measure.NONE: "没有处理",
    Measure.ISOLATE: "隔离",
    Measure.CHANGE_WATER: "换水、增氧",
    Measure.DISINFECT: "消毒",
    Measure.LESS_FEED: "减料、停料",
    Measure.MEDICINE: "用药",
    Measure.REMOVE_DEAD: "捞出病死的",
    Measure.CULL: "扑杀、清塘",
    Measure.SENT_SAMPLE: "送检",
}
BASIS_WORDS: Mapping[Basis, str] = {
    Basis.SEEN: "看外观、解剖",
    Basis.MICROSCOPE: "镜检",
    Basis.OWN_KIT: "自己用试剂盒",
    Basis.EXPERT: "专家看过",
    Basis.LAB: "实验室报告",
}
SENTENCES: Mapping[Fault, str] = {
    Fault.NOTHING_STOCKED: "请填存塘数，例如 50万；没有养就填 0。",
    Fault.NO_AREA: "请填监测面积，要大于 0。",
    Fault.AREA_BEYOND: "发病面积不能比监测面积大。",
    Fault.STOCK_BEYOND: "发病区域里的数量不能比存塘数多。",
    Fault.DISEASED_BEYOND: "发病的不能比发病区域里养的多。",
    Fault.DEATHS_BEYOND: "死亡的不能比发病区域里养的多。",
    Fault.WATER: "水温应在 -2 到 45 ℃ 之间。",
    Fault.NEGATIVE: "不能小于 0。",
    Fault.NO_BASIS: "请选凭什么判断是这种病，至少一项。",
    Fault.TWICE: "同一品种的同一种病只填一行。",
    Fault.NOT_HERE: "这个品种不在本监测点的备案里。",
}


@dataclass(frozen=True)
class Stock:
    """What was kept of one species that month."""

    species_code: str
    area_tenths: int
    stocked: int


@dataclass(frozen=True)
class Row:
    """One disease of one species that month. An empty disease code: cause unknown."""

    species_code: str
    disease_code: str
    area_tenths: int
    area_stock: int
    """How many were kept where it broke out."""
    deaths: int
    diseased: int | None = None
    loss_yuan: int = 0
    measures: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ratio:
    """A share in hundredths of a percent (basis points), with what it was made of."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        """Return the share in percent, two places; None when nothing was watched."""
        if not self.whole:
            return None
        share = Decimal(self.part) * 100 / self.whole
        return share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Ratios:
    """The three derived figures of one disease (SC/T 7020-2016, recalled)."""

    area: Ratio
    """发病面积比 = diseased area ÷ monitored area."""
    watched_deaths: Ratio
    """监测区域死亡率 = deaths ÷ monitored number."""
    diseased_deaths: Ratio
    """发病区域死亡率 = deaths ÷ number where it broke out."""


def month_of(day: date) -> date:
    """Return the first day of a day's month: how months are kept."""
    return day.replace(day=1)


def month_words(month: date) -> str:
    """Return a month as people say it: 2026 年 4 月."""
    return f"{month.year} 年 {month.month} 月"


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_of_year(year: int) -> tuple[date, ...]:
    """Return the twelve months of a year."""
    return tuple(date(year, month, 1) for month in range(1, 13))


def is_over(month: date, today: date) -> bool:
    """Say whether a month has ended, so that its report may be sent."""
    return today >= next_month(month)


def months_due(from_on: date, until_on: date | None, today: date) -> tuple[date, ...]:
    """Return the ended months in which a point was watched, the latest first."""
    month, found = month_of(from_on), []
    while is_over(month, today) and (until_on is None or month <= until_on):
        found.append(month)
        month = next_month(month)
    return tuple(reversed(found))


def is_late(month: date, today: date, days: int) -> bool:
    """Say whether a month's report is late: more than `days` days after the month's last."""
    return (today - next_month(month)).days >= days


def faults(
    stocks: Sequence[Stock], rows: Sequence[Row], species: frozenset[str], water: int | None
) -> dict[str, Fault]:
    """Return what cannot be right, by field: `stocked-0`, `row-1-deaths`, `water`."""
    wrong: dict[str, Fault] = {}
    for n, one in enumerate(stocks):
        if one.species_code not in species:
            wrong[f"species-{n}"] = Fault.NOT_HERE
        if one.area_tenths <= 0:
            wrong[f"area-{n}"] = Fault.NO_AREA
        if one.stocked < 0:
            wrong[f"stocked-{n}"] = Fault.NEGATIVE
    if water is not None and not COLDEST <= water <= WARMEST:
        wrong["water"] = Fault.WATER
    kept = {one.species_code: one for one in stocks}
    seen: set[tuple[str, str]] = set()
    for n, row in enumerate(rows):
        key = (row.species_code, row.disease_code)
        if key in seen:
            wrong[f"row-{n}-disease"] = Fault.TWICE
        seen.add(key)
        found = _row_faults(row, kept.get(row.species_code))
        wrong |= {f"row-{n}-{name}": fault for name, fault in found.items()}
    return wrong


def _row_faults(row: Row, stock: Stock | None) -> dict[str, Fault]:
    if stock is None:
        return {"species": Fault.NOT_HERE}
    wrong: dict[str, Fault] = {}
    numbers = {
        "area": row.area_tenths,
        "area_stock": row.area_stock,
        "diseased": row.diseased or 0,
        "deaths": row.deaths,
        "loss": row.loss_yuan,
    }
    wrong |= {name: Fault.NEGATIVE for name, value in numbers.items() if value < 0}
    if row.area_tenths > stock.area_tenths:
        wrong["area"] = Fault.AREA_BEYOND
    if row.area_stock > stock.stocked:
        wrong["area_stock"] = Fault.STOCK_BEYOND
    if row.diseased is not None and row.diseased > row.area_stock:
        wrong["diseased"] = Fault.DISEASED_BEYOND
    if row.deaths > row.area_stock:
        wrong["deaths"] = Fault.DEATHS_BEYOND
    if row.disease_code and not row.basis:
        wrong["basis"] = Fault.NO_BASIS
    return wrong


def ratios(row: Row, stock: Stock) -> Ratios:
    """Return the derived figures of one disease."""
    return Ratios(
        area=Ratio(row.area_tenths, stock.area_tenths),
        watched_deaths=Ratio(row.deaths, stock.stocked),
        diseased_deaths=Ratio(row.deaths, row.area_stock),
    )


CURVE_WIDTH, CURVE_HEIGHT, CURVE_LEFT = 252, 92, 30
"""Of the small drawing of a year, in its own units; the axis stands at CURVE_LEFT."""


@dataclass(frozen=True)
class Curve:
    """A year's deaths as a line: `line` for a polyline, `top` the largest, a dot for each month."""

    line: str
    top: int
    dots: tuple[tuple[float, float, int], ...]
    """(x, y, month)."""


def curve(deaths: Mapping[int, int]) -> Curve:
    """Return the drawing of the deaths of each reported month (1–12)."""
    top = max(deaths.values(), default=0)
    dots = tuple(
        (
            round(CURVE_LEFT + CURVE_WIDTH * (month - 1) / 11, 1),
            round(8 + CURVE_HEIGHT * (1 - value / top if top else 1), 1),
            month,
        )
        for month, value in sorted(deaths.items())
    )
    return Curve(" ".join(f"{x},{y}" for x, y, _month in dots), top, dots)
