"""Facts of a certificate → one verdict. Nothing but what is proved valid now is green.

Three tones, not two (design/phone.md; ecert.md §4.3): proved good, proved bad, not provable now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Proof(StrEnum):
    """What this process found when it checked the signature itself."""

    GOOD = "good"
    BAD = "bad"
    """the signature, its form or its content is wrong"""
    OPEN = "open"
    """the key is unknown, withdrawn or compromised: neither proved nor disproved"""


class Verdict(StrEnum):
    """What the page says, in one word."""

    VALID = "valid"
    ARRIVED = "arrived"
    SUSPENDED = "suspended"
    VOID = "void"
    REPLACED = "replaced"
    RECALLED = "recalled"
    EXPIRED = "expired"
    FORGED = "forged"
    UNKNOWN = "unknown"
    UNSURE = "unsure"


class Tone(StrEnum):
    """Shape and colour of the verdict: solid green, solid red, solid blue, hollow amber."""

    GREEN = "valid"
    RED = "invalid"
    BLUE = "done"
    AMBER = "unsure"


TONES: Mapping[Verdict, Tone] = MappingProxyType(
    {
        Verdict.VALID: Tone.GREEN,
        Verdict.ARRIVED: Tone.BLUE,
        Verdict.SUSPENDED: Tone.AMBER,
        Verdict.VOID: Tone.RED,
        Verdict.REPLACED: Tone.RED,
        Verdict.RECALLED: Tone.RED,
        Verdict.EXPIRED: Tone.RED,
        Verdict.FORGED: Tone.RED,
        Verdict.UNKNOWN: Tone.RED,
        Verdict.UNSURE: Tone.AMBER,
    }
)
FINAL: Mapping[str, Verdict] = MappingProxyType(
    {"void": Verdict.VOID, "replaced": Verdict.REPLACED, "recalled": Verdict.RECALLED}
)
"""Statuses that end a certificate for good; they need no proof to be believed."""
SKEW = timedelta(minutes=5)
"""How far a certificate may be dated ahead of this machine's clock before the clock is doubted."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one certificate at one instant (all instants UTC)."""

    proof: Proof
    status: str
    """valid, suspended, void, replaced or recalled, as certificates says"""
    arrived: bool
    issued_at: datetime
    valid_until: datetime
    """the last second of validity"""
    now: datetime


def judge(facts: Facts) -> Verdict:
    """Return the verdict; the first of these that applies, worst news first."""
    if facts.proof is Proof.BAD:
        return Verdict.FORGED
    if facts.status in FINAL:
        return FINAL[facts.status]
    if facts.proof is not Proof.GOOD or facts.status not in {"valid", "suspended"}:
        return Verdict.UNSURE
    return Verdict.SUSPENDED if facts.status == "suspended" else _of_proved(facts)


def _of_proved(facts: Facts) -> Verdict:
    """Return the verdict of a proved certificate that nobody has taken back."""
    if facts.arrived:
        return Verdict.ARRIVED
    if facts.now > facts.valid_until:
        return Verdict.EXPIRED
    return Verdict.UNSURE if facts.issued_at > facts.now + SKEW else Verdict.VALID


@dataclass(frozen=True)
class Remaining:
    """Time left, in the words of design/desk.md: days and hours, or hours and minutes at the end."""

    days: int
    hours: int
    minutes: int
    good_for: timedelta
    """how long these words stay true"""


def remaining(now: datetime, until: datetime) -> Remaining:
    """Return the time left until `until` (not negative), and how long the words hold."""
    left = max(0, int((until - now).total_seconds()))
    days, rest = divmod(left, 86400)
    hours, seconds = divmod(rest, 3600)
    minutes, odd = divmod(seconds, 60)
    if days or hours >= 6:
        return Remaining(days, hours, 0, timedelta(seconds=seconds + 1))
    return Remaining(0, hours, minutes, timedelta(seconds=odd + 1))
