"""Monitoring points (监测点), pure: their kinds, how animals are kept there, and their codes.

Kinds of site and modes of keeping as domain.md §5 has them: the kinds are recalled, the modes as
in the national health report of 2020. Codes: division and running number, so that a point is
unique and can be traced to its township (form of registration, 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from aquacert.hatcheries.rules import FarmKind, Level


class Site(StrEnum):
    """What sort of place is watched. Recalled, to be confirmed by the province."""

    NATIONAL_STOCK = "national_stock"
    PROVINCIAL_STOCK = "provincial_stock"
    NURSERY = "nursery"
    ORNAMENTAL = "ornamental"
    GROW_OUT = "grow_out"
    WATER = "water"


class Mode(StrEnum):
    """Which water, and how the animals are kept in it."""

    SEA_POND = "sea_pond"
    SEA_CAGE = "sea_cage"
    SEA_TANK = "sea_tank"
    FRESH_POND = "fresh_pond"
    FRESH_CAGE = "fresh_cage"
    FRESH_TANK = "fresh_tank"


class AreaUnit(StrEnum):
    """In what an area is told: ponds in mu, cages and tanks in square metres."""

    MU = "mu"
    SQUARE_METRE = "m2"


SITE_WORDS: Mapping[Site, str] = {
    Site.NATIONAL_STOCK: "国家级原良种场",
    Site.PROVINCIAL_STOCK: "省级原良种场",
    Site.NURSERY: "苗种场",
    Site.ORNAMENTAL: "观赏鱼养殖场",
    Site.GROW_OUT: "成鱼（虾）养殖场",
    Site.WATER: "天然水域",
}
MODE_WORDS: Mapping[Mode, str] = {
    Mode.SEA_POND: "海水池塘",
    Mode.SEA_CAGE: "海水网箱",
    Mode.SEA_TANK: "海水工厂化",
    Mode.FRESH_POND: "淡水池塘",
    Mode.FRESH_CAGE: "淡水网箱",
    Mode.FRESH_TANK: "淡水工厂化",
}
UNIT_WORDS: Mapping[AreaUnit, str] = {AreaUnit.MU: "亩", AreaUnit.SQUARE_METRE: "平方米"}
MUST_WATCH = frozenset(
    {
        (Level.NATIONAL, FarmKind.ORIGINAL),
        (Level.NATIONAL, FarmKind.IMPROVED),
        (Level.PROVINCIAL, FarmKind.ORIGINAL),
        (Level.PROVINCIAL, FarmKind.IMPROVED),
    }
)
"""Farms that need a point: all national and provincial original and improved seed farms (2017)."""


def unit_of(mode: Mode) -> AreaUnit:
    """Return in what the areas of such a place are told."""
    return AreaUnit.MU if mode in {Mode.SEA_POND, Mode.FRESH_POND} else AreaUnit.SQUARE_METRE


def point_code(division_code: str, ordinal: int) -> str:
    """Return the code of the `ordinal`-th point of a division: 320114-03."""
    return f"{division_code}-{ordinal:02d}"
