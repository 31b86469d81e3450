"""Levels of the holders, acts on segments, and when a stock is low."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """Who holds numbers, from the top. Source: the chain of the paper stock (domain.md §2.6)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    OFFICE = "office"
    VET = "vet"


LEVEL_NAMES: Mapping[Level, str] = MappingProxyType(
    {
        Level.PROVINCE: "省",
        Level.CITY: "市",
        Level.COUNTY: "县",
        Level.OFFICE: "申报点",
        Level.VET: "官方兽医",
    }
)
OF_DIVISION: Mapping[str, Level] = MappingProxyType(
    {"province": Level.PROVINCE, "prefecture": Level.CITY, "county": Level.COUNTY}
)


class Act(StrEnum):
    """What happened to numbers: one line of the ledger each (号段流水)."""

    RECEIVE = "receive"
    HAND_DOWN = "hand_down"
    RETURN = "return"
    VOID = "void"
    SKIP = "skip"


ACT_NAMES: Mapping[Act, str] = MappingProxyType(
    {
        Act.RECEIVE: "入库",
        Act.HAND_DOWN: "下发",
        Act.RETURN: "退回",
        Act.VOID: "作废",
        Act.SKIP: "跳过",
    }
)
ACT_MARKS: Mapping[Act, str] = MappingProxyType(
    {
        Act.RECEIVE: "ok",
        Act.HAND_DOWN: "info",
        Act.RETURN: "wait",
        Act.VOID: "no",
        Act.SKIP: "wait",
    }
)


class RequestState(StrEnum):
    """A request for numbers (申领): open until the upper level answers; both answers are final."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"


REQUEST_NAMES: Mapping[RequestState, str] = MappingProxyType(
    {
        RequestState.OPEN: "待下发",
        RequestState.ANSWERED: "已下发",
        RequestState.DECLINED: "未同意",
    }
)

RATE_DAYS = 30
"""Days over which the rate of use is measured."""
LOW_DAYS = 7
"""A stock that lasts fewer days than this is low (a proposal: time for one round of asking)."""
LOW_SHARE = 10
"""Without a rate yet: low when less than a tenth of what was received is left (a proposal)."""


def level_of(division_level: str, *, under_same_division: bool, person: bool) -> Level:
    """Return a holder's level: a person is a vet; a body under another of its county is an office.

    `division_level` is the reference table's level of the body's place.
    """
    if person:
        return Level.VET
    level = OF_DIVISION.get(division_level, Level.COUNTY)
    return Level.OFFICE if level is Level.COUNTY and under_same_division else level


def days_left(left: int, used_lately: int) -> int | None:
    """Return for how many whole days `left` lasts at the last 30 days' rate; None without a rate."""
    return None if used_lately <= 0 else left * RATE_DAYS // used_lately


def is_low(left: int, received: int, used_lately: int) -> bool:
    """Say whether a holder's own stock is nearly used up. Who never received is not low."""
    if received <= 0:
        return False
    days = days_left(left, used_lately)
    return left == 0 or (left * LOW_SHARE < received if days is None else days < LOW_DAYS)
