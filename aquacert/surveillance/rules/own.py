"""Our own test results as observations: folded so that no order of arrival matters.

An observation is one disease of one sample. Its news come from the report on it, which may be
released, amended, withdrawn, in any order and more than once. The state is the maximum of what was
heard, by (instant of the report, its id, withdrawn or not): a version beats arrival.

Whether a farm has a disease follows from the observations that stand, whatever came first: an
official positive confirms, a farm's own (自检) only raises a suspicion. One of the monitoring plan
waits for the reference laboratory where the dated number says so (`plan.reference_confirms`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from aquacert.surveillance.rules.events import Status


class Level(StrEnum):
    """How an infection was looked for (levels of diagnosis as the WOAH Aquatic Manual has them)."""

    GROSS = "I"
    HISTOLOGY = "II"
    MOLECULAR = "III"


class Purpose(StrEnum):
    """For whom the sample was taken."""

    CERTIFICATE = "certificate"
    SUSPICION = "suspicion"
    PLAN = "plan"
    SELF = "self"


class Heard(StrEnum):
    """What news did to an observation."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    STALE = "stale"


LEVEL_WORDS: Mapping[Level, str] = {
    Level.GROSS: "一级（大体观察）",
    Level.HISTOLOGY: "二级（组织病理）",
    Level.MOLECULAR: "三级（分子、病原）",
}
PURPOSE_WORDS: Mapping[Purpose, str] = {
    Purpose.CERTIFICATE: "产地检疫",
    Purpose.SUSPICION: "临床可疑",
    Purpose.PLAN: "监测计划",
    Purpose.SELF: "自检",
}
OUTCOME_WORDS: Mapping[str, str] = {
    "negative": "阴性",
    "positive": "阳性",
    "inconclusive": "无法判定",
}
NEGATIVE, POSITIVE = "negative", "positive"


@dataclass(frozen=True, order=True)
class Version:
    """Which news is newer: the instant of the report, its id, and whether it was withdrawn."""

    reported_at: datetime
    report_id: UUID
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Seen:
    """One observation of a farm and disease, as the folding of an event needs it."""

    outcome: str
    purpose: str
    sampled_on: date
    reported_on: date
    is_withdrawn: bool


def hear(known: Version | None, news: Version) -> Heard:
    """Say what news does to what is known: only a newer version changes anything."""
    if known is None:
        return Heard.NEW
    if known == news:
        return Heard.SAME
    return Heard.CHANGED if news > known else Heard.STALE


def status_of(
    seen: Iterable[Seen], only_suspect: Collection[str] = (Purpose.SELF.value,)
) -> Status | None:
    """Return what the observations of one farm, disease and year say; None when nothing ever did.

    `only_suspect`: the purposes whose positive raises a suspicion and confirms nothing by itself.
    A positive that was withdrawn and left no other behind is denied: the event stays, and says so.
    """
    positive = [one for one in seen if one.outcome == POSITIVE]
    standing = [one for one in positive if not one.is_withdrawn]
    if any(one.purpose not in only_suspect for one in standing):
        return Status.CONFIRMED
    if standing:
        return Status.SUSPECTED
    return Status.DENIED if positive else None


def span_of(seen: Iterable[Seen]) -> tuple[date, date, int]:
    """Return (first sampling day, last report day, how many) of the positives that stand.

    When none stands any more, of all that were positive. There must have been one.
    """
    positive = [one for one in seen if one.outcome == POSITIVE]
    told = [one for one in positive if not one.is_withdrawn]
    days = told or positive
    return min(o.sampled_on for o in days), max(o.reported_on for o in days), len(told)


def counts_for(on: date, sampled_on: date, days: int) -> bool:
    """Say whether a negative of `sampled_on` may stand for a test on a day, by the rule's days."""
    return 0 <= (on - sampled_on).days <= days
