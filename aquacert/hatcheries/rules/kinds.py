"""What a farm is, and where its registration stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from aquacert.kernel.errors import Invalid
from aquacert.kernel.states import Moves


class State(StrEnum):
    """Where a registration stands."""

    REGISTERED = "registered"
    APPROVED = "approved"
    REFUSED = "refused"
    CLOSED = "closed"
    MERGED = "merged"


class Act(StrEnum):
    """What can be done with a registration."""

    APPROVE = "approve"
    REFUSE = "refuse"
    REAPPLY = "reapply"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"


STATE_WORDS: Mapping[State, str] = {
    State.REGISTERED: "待审核",
    State.APPROVED: "已登记",
    State.REFUSED: "未通过",
    State.CLOSED: "已关闭",
    State.MERGED: "已并入",
}
STATE_KINDS: Mapping[State, str] = {
    State.REGISTERED: "wait",
    State.APPROVED: "ok",
    State.REFUSED: "no",
    State.CLOSED: "plain",
    State.MERGED: "plain",
}
"""How a page marks each state (`ui.state`)."""

MOVES: Moves[State, Act] = Moves(
    {
        (State.REGISTERED, Act.APPROVE): State.APPROVED,
        (State.REGISTERED, Act.REFUSE): State.REFUSED,
        (State.REFUSED, Act.REAPPLY): State.REGISTERED,
        (State.APPROVED, Act.CLOSE): State.CLOSED,
        (State.CLOSED, Act.REOPEN): State.APPROVED,
        (State.REGISTERED, Act.MERGE): State.MERGED,
        (State.REFUSED, Act.MERGE): State.MERGED,
        (State.APPROVED, Act.MERGE): State.MERGED,
        (State.CLOSED, Act.MERGE): State.MERGED,
    },
    words=STATE_WORDS,
)


class Level(StrEnum):
    """Level of the farm: the 四级 of 四级三场 (domain.md §5)."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    CITY = "city"
    COUNTY = "county"


class FarmKind(StrEnum):
    """Kind of the farm: the 三场 of 四级三场 (domain.md §5)."""

    ORIGINAL = "original"
    IMPROVED = "improved"
    NURSERY = "nursery"


LEVEL_WORDS: Mapping[Level, str] = {
    Level.NATIONAL: "国家级",
    Level.PROVINCIAL: "省级",
    Level.CITY: "市级",
    Level.COUNTY: "县级",
}
KIND_WORDS: Mapping[FarmKind, str] = {
    FarmKind.ORIGINAL: "原种场",
    FarmKind.IMPROVED: "良种场",
    FarmKind.NURSERY: "苗种场",
}
GRADE_WORDS: Mapping[tuple[Level, FarmKind], str] = {
    (Level.NATIONAL, FarmKind.ORIGINAL): "国家级原种场",
    (Level.NATIONAL, FarmKind.IMPROVED): "国家级良种场",
    (Level.NATIONAL, FarmKind.NURSERY): "国家级苗种场",
    (Level.PROVINCIAL, FarmKind.ORIGINAL): "省级原种场",
    (Level.PROVINCIAL, FarmKind.IMPROVED): "省级良种场",
    (Level.PROVINCIAL, FarmKind.NURSERY): "省级苗种场",
    (Level.CITY, FarmKind.ORIGINAL): "市级原种场",
    (Level.CITY, FarmKind.IMPROVED): "市级良种场",
    (Level.CITY, FarmKind.NURSERY): "市级苗种场",
    (Level.COUNTY, FarmKind.ORIGINAL): "县级原种场",
    (Level.COUNTY, FarmKind.IMPROVED): "县级良种场",
    (Level.COUNTY, FarmKind.NURSERY): "县级苗种场",
}
"""Written out, for each is a word of its own in another language."""


def grade(level: str, kind: str) -> str:
    """Return how people call the farm: 省级良种场."""
    return GRADE_WORDS[Level(level), FarmKind(kind)]


class LicenceKind(StrEnum):
    """Which paper a licence row stands for."""

    SEED = "seed"
    WATERS = "waters"


LICENCE_WORDS: Mapping[LicenceKind, str] = {
    LicenceKind.SEED: "水产苗种生产许可证",
    LicenceKind.WATERS: "水域滩涂养殖证",
}


class Unit(StrEnum):
    """Units in which seed is counted (domain.md §6): base units only, never 万尾."""

    FISH = "尾"
    HEAD = "只"
    GRAIN = "粒"
    EGG = "枚"
    PIECE = "个"
    KILOGRAM = "kg"


def level_of(text: str) -> Level:
    """Return the level a code names; raise `Invalid` for any other text."""
    try:
        return Level(text)
    except ValueError:
        raise Invalid("请选级别。", level="请选国家级、省级、市级或县级。") from None


def kind_of(text: str) -> FarmKind:
    """Return the kind a code names; raise `Invalid` for any other text."""
    try:
        return FarmKind(text)
    except ValueError:
        raise Invalid("请选类型。", kind="请选原种场、良种场或苗种场。") from None
