"""Rules of a hatchery: its states, its stock ledger and how fresh its base record is. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aquacert.kernel.errors import Invalid
from aquacert.kernel.states import Moves

SMALLEST, LARGEST = -(2**63) + 1, 2**63 - 1
"""What one ledger entry can hold (a 64-bit integer on both databases)."""


class State(StrEnum):
    """Where a registration stands."""

    REGISTERED = "registered"
    APPROVED = "approved"
    REFUSED = "refused"


class Act(StrEnum):
    """What can be done with a registration."""

    APPROVE = "approve"
    REFUSE = "refuse"
    REAPPLY = "reapply"


STATE_WORDS: Mapping[State, str] = {
    State.REGISTERED: "待审核",
    State.APPROVED: "已登记",
    State.REFUSED: "未通过",
}

MOVES: Moves[State, Act] = Moves(
    {
        (State.REGISTERED, Act.APPROVE): State.APPROVED,
        (State.REGISTERED, Act.REFUSE): State.REFUSED,
        (State.REFUSED, Act.REAPPLY): State.REGISTERED,
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


def grade(level: str, kind: str) -> str:
    """Return how people call the farm: 省级良种场."""
    return LEVEL_WORDS[Level(level)] + KIND_WORDS[FarmKind(kind)]


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


# --- the ledger -----------------------------------------------------------------------------


class Kind(StrEnum):
    """Why stock changed."""

    HATCH = "hatch"
    CAPTURE = "capture"
    PURCHASE = "purchase"
    ARRIVAL = "arrival"
    TRANSFER = "transfer"
    DEATH = "death"
    DISPOSAL = "disposal"
    CERTIFICATE = "certificate"
    VOID_CREDIT = "void_credit"
    CORRECTION = "correction"


KIND_NAMES: Mapping[Kind, str] = {
    Kind.HATCH: "孵化",
    Kind.CAPTURE: "合法捕获",
    Kind.PURCHASE: "购入",
    Kind.ARRIVAL: "检疫到达",
    Kind.TRANSFER: "转塘",
    Kind.DEATH: "死亡",
    Kind.DISPOSAL: "无害化处理",
    Kind.CERTIFICATE: "出证",
    Kind.VOID_CREDIT: "作废返还",
    Kind.CORRECTION: "更正",
}
ADDS = frozenset({Kind.HATCH, Kind.CAPTURE, Kind.PURCHASE, Kind.ARRIVAL, Kind.VOID_CREDIT})
TAKES = frozenset({Kind.DEATH, Kind.DISPOSAL, Kind.CERTIFICATE})
BY_HAND = (Kind.HATCH, Kind.CAPTURE, Kind.PURCHASE, Kind.DEATH, Kind.DISPOSAL)
"""Entries an owner may book; the others are booked by certificates, arrivals and corrections."""
NEEDS_REASON = frozenset({Kind.CORRECTION, Kind.TRANSFER, Kind.DISPOSAL})


def signed(kind: Kind, quantity: int) -> int:
    """Return the change an entry makes: positive adds, negative takes.

    Kinds with one direction want a quantity above zero; `transfer` and `correction` bring their
    own sign. Raises `Invalid` for zero, a wrong sign or a number no row can hold.
    """
    if not SMALLEST <= quantity <= LARGEST:
        raise Invalid("数量太大，请核对。", quantity="数量太大，请核对是不是多写了零。")
    if quantity == 0:
        raise Invalid("数量不能是 0。", quantity="请填大于 0 的整数，例如 500000。")
    if kind in ADDS | TAKES and quantity < 0:
        raise Invalid("数量要大于 0。", quantity="请填大于 0 的整数，增减由“变动原因”决定。")
    return -quantity if kind in TAKES else quantity


def balance_after(balance: int, change: int, unit: str) -> int:
    """Return the running balance; raise `Invalid` when it would fall below zero."""
    after = balance + change
    if after < 0:
        raise Invalid(
            f"现存 {balance:,} {unit}，不够减 {-change:,} {unit}。",
            quantity=f"最多 {balance:,} {unit}。",
        )
    if after > LARGEST:
        raise Invalid("存塘数太大，请核对。", quantity="数量太大，请核对是不是多写了零。")
    return after


def reason_for(kind: Kind, reason: str) -> str:
    """Return the reason, trimmed; raise `Invalid` when this kind of entry must say why."""
    said = reason.strip()
    if kind in NEEDS_REASON and len(said) < 2:
        raise Invalid("请写明原因。", reason=f"“{KIND_NAMES[kind]}”要写明原因，至少 2 个字。")
    return said


def replay(changes: Iterable[int]) -> int:
    """Return the balance that a ledger adds up to (the stored balance must equal it)."""
    return sum(changes)


# --- licences and the base record -----------------------------------------------------------


class LicenceReason(StrEnum):
    """Why a licence does not cover a species today."""

    NONE = "no_licence"
    NOT_YET = "not_yet_valid"
    EXPIRED = "expired"
    SPECIES = "species_not_listed"


LICENCE_SENTENCES: Mapping[LicenceReason, str] = {
    LicenceReason.NONE: "没有登记水产苗种生产许可证，请先登记许可证。",
    LicenceReason.NOT_YET: "苗种生产许可证还没有生效。",
    LicenceReason.EXPIRED: "苗种生产许可证已过期，不能申报。请先续期。",
    LicenceReason.SPECIES: "这个品种不在苗种生产许可证的范围内。",
}


@dataclass(frozen=True)
class LicenceFacts:
    """One seed-production licence: valid on both named days."""

    number: str
    from_on: date
    until_on: date
    species: frozenset[str]


@dataclass(frozen=True)
class LicenceStanding:
    """Whether some licence covers a species on a day.

    `reason` is None exactly when `ok`. `number` and `until_on` tell the licence that covers it, or
    else the one that comes nearest, if there is any.
    """

    ok: bool
    number: str
    until_on: date | None
    reason: LicenceReason | None

    @property
    def sentence(self) -> str:
        """What stands in the way, for people; empty when nothing does."""
        return LICENCE_SENTENCES[self.reason] if self.reason else ""


def standing(licences: Iterable[LicenceFacts], species: str | None, on: date) -> LicenceStanding:
    """Judge the licences for one species (None: for any) on one day.

    The nearest miss is reported: a live licence without the species, else an expired one, else
    one that begins later.
    """
    known = sorted(licences, key=lambda one: one.until_on, reverse=True)
    if not known:
        return LicenceStanding(ok=False, number="", until_on=None, reason=LicenceReason.NONE)
    live = [one for one in known if one.from_on <= on <= one.until_on]
    for one in live:
        if species is None or species in one.species:
            return LicenceStanding(ok=True, number=one.number, until_on=one.until_on, reason=None)
    if live:
        best, reason = live[0], LicenceReason.SPECIES
    else:
        past = [one for one in known if one.until_on < on]
        best = past[0] if past else known[-1]
        reason = LicenceReason.EXPIRED if past else LicenceReason.NOT_YET
    return LicenceStanding(ok=False, number=best.number, until_on=best.until_on, reason=reason)


class Warn(StrEnum):
    """How loudly the owner's page speaks of a licence that ends."""

    QUIET = "quiet"
    SOON = "soon"
    URGENT = "urgent"
    OVER = "over"


SOON_DAYS, URGENT_DAYS = 30, 7
"""Proposals of design/phone.md §4; no rule fixes them."""


def licence_warning(until_on: date | None, today: date) -> tuple[Warn, int]:
    """Return how loudly to warn and how many days are left (negative when over)."""
    if until_on is None:
        return Warn.OVER, 0
    left = (until_on - today).days
    if left < 0:
        return Warn.OVER, left
    if left <= URGENT_DAYS:
        return Warn.URGENT, left
    return (Warn.SOON if left <= SOON_DAYS else Warn.QUIET), left


def days_unconfirmed(confirmed_on: date | None, today: date) -> int | None:
    """Return how many days ago the owner last checked the base record; None if never."""
    return None if confirmed_on is None else (today - confirmed_on).days


def is_confirmed(confirmed_on: date | None, today: date, within_days: int) -> bool:
    """Say whether the base record was confirmed recently enough to declare from it."""
    days = days_unconfirmed(confirmed_on, today)
    return days is not None and days <= within_days


def check_period(from_on: date, until_on: date) -> None:
    """Raise `Invalid` when a licence would end before it begins."""
    if until_on < from_on:
        raise Invalid("有效期前后颠倒。", until_on="到期日要在起始日之后。")


DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def read_day(text: str) -> date | None:
    """Read a day as people write it (2026-05-21, 2026年5月21日); None when there is no such day."""
    found = DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
