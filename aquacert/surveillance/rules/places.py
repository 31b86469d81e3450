"""Places of a feed, matched to divisions by exact name only: a wrong county blocks the wrong farm.

A division answers to its Chinese name and its English name, whole or without the word for its kind
(六合区, 六合, Luhe District, Luhe). A name that two divisions of the province share, of whatever
level, names neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aquacert.surveillance.rules.events import plain_name

CHINA = frozenset({"china", "china (people's rep. of)", "people's republic of china", "中国"})
ZH_KINDS = (
    *("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治州", "自治县"),
    *("自治旗", "地区", "林区", "省", "市", "区", "县", "旗", "盟"),
)
EN_KINDS = frozenset(
    {
        *("province", "municipality", "prefecture", "city", "district", "county", "banner"),
        *("league", "sar", "autonomous region", "zhuang autonomous region"),
        *("hui autonomous region", "uygur autonomous region"),
    }
)
FORMER = {"inner mongolia": "内蒙古自治区", "nei mongol": "内蒙古自治区", "tibet": "西藏自治区"}


@dataclass(frozen=True)
class Named:
    """A division as it can be named."""

    code: str
    name_zh: str
    name_en: str
    is_county: bool


def is_china(country: str) -> bool:
    """Say whether a country cell means China."""
    return plain_name(country) in CHINA


def find_province(admin1: str, provinces: Iterable[Named]) -> str | None:
    """Return the code of the province a cell names exactly, or None."""
    wanted = plain_name(FORMER.get(plain_name(admin1), admin1))
    return _only(wanted, provinces)


def find_county(locality: str, below: Iterable[Named]) -> str | None:
    """Return the code of the county a cell names exactly, or None.

    `below` holds prefectures and counties alike: a bare name that could be the prefecture
    (Huai'an) is no county's.
    """
    divisions = list(below)
    code = _only(plain_name(locality), divisions)
    by_code: Mapping[str, Named] = {one.code: one for one in divisions}
    return code if code is not None and by_code[code].is_county else None


def _only(wanted: str, divisions: Iterable[Named]) -> str | None:
    """Return the one division with the name; a whole name counts before a shortened one."""
    if not wanted:
        return None
    whole, short = set(), set()
    for one in divisions:
        if wanted in {plain_name(one.name_zh), plain_name(one.name_en)}:
            whole.add(one.code)
        if wanted in {_short_zh(one.name_zh), _short_en(one.name_en)}:
            short.add(one.code)
    found = whole or short
    return min(found) if len(found) == 1 else None


def _short_zh(name: str) -> str:
    for kind in ZH_KINDS:
        if name.endswith(kind) and len(name) - len(kind) >= 2:
            return plain_name(name.removesuffix(kind))
    return plain_name(name)


def _short_en(name: str) -> str:
    words = plain_name(name).split(" ")
    for count in (3, 2, 1):
        if len(words) > count and " ".join(words[-count:]) in EN_KINDS:
            return " ".join(words[:-count])
    return " ".join(words)
