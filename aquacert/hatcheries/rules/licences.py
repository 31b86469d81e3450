"""Licences, how loudly to warn of their end, and how fresh the base record is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aquacert.kernel.errors import Invalid


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
