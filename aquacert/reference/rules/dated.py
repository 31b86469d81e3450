"""Dated rules: a number from a text of law, from when until when, and how sure we are of it.

The Measures (动物检疫管理办法) and the procedures (产地检疫规程) change independently, so each rule is
a row of its own. The date that picks a rule is the declaration's submission; for tests, sampling.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ADOPTERS = 2
"""Province officers who must adopt an unverified rule before it binds in production."""
OPT_IN = frozenset({"tests.surveillance_negative", "tests.self_test_negative"})
"""Rules that ease a duty: off everywhere, the demo too, until they are adopted."""


class RuleUnit(StrEnum):
    """What the value of a rule counts."""

    NATURAL_DAYS = "natural_days"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    MONTHS = "months"
    EDITION = "edition"


class Sureness(StrEnum):
    """How sure a fact is: read in a source, known by heart, or still to be checked."""

    VERIFIED = "verified"
    RECALLED = "recalled"
    UNVERIFIED = "unverified"
    BRACKETED = "bracketed"


WORDS: Mapping[RuleUnit, str] = {
    RuleUnit.NATURAL_DAYS: "日",
    RuleUnit.WORKING_DAYS: "个工作日",
    RuleUnit.HOURS: "小时",
    RuleUnit.MONTHS: "个月",
    RuleUnit.EDITION: "年版",
}
SURENESS_WORDS: Mapping[Sureness, str] = {
    Sureness.VERIFIED: "已核对原文",
    Sureness.RECALLED: "待复核",
    Sureness.UNVERIFIED: "未核实",
    Sureness.BRACKETED: "日期按名单推断",
}


@dataclass(frozen=True)
class DatedRule:
    """One rule as it stands between two legal days (`until_on` is the last day; None = open)."""

    rule_id: str
    value: int
    unit: RuleUnit
    article: str
    sureness: Sureness
    from_on: date
    until_on: date | None
    source: str

    @property
    def words(self) -> str:
        """The value with its unit, for people: 20 日, 72 小时."""
        return f"{self.value} {WORDS[self.unit]}"

    @property
    def is_marked(self) -> bool:
        """Say whether a page must show that the value is not certain."""
        return self.sureness != Sureness.VERIFIED


def in_force(from_on: date | None, until_on: date | None, on: date) -> bool:
    """Say whether a row between these days (both included, None = open) stands on `on`."""
    return (from_on is None or from_on <= on) and (until_on is None or on <= until_on)


def rule_on(rules: Iterable[DatedRule], on: date) -> DatedRule | None:
    """Return the rule in force on `on`; of several, the one that began last."""
    standing = [rule for rule in rules if in_force(rule.from_on, rule.until_on, on)]
    return max(standing, key=lambda rule: rule.from_on, default=None)


def binds(rule: DatedRule, adopters: Collection[object], *, production: bool) -> bool:
    """Say whether the rule may be applied.

    A rule nobody could verify binds in production only once two different officers of the province
    have adopted it; elsewhere (the demo, tests) it applies with its mark shown, unless it is one
    that eases a duty.
    """
    if rule.rule_id in OPT_IN:
        return len(set(adopters)) >= ADOPTERS
    if rule.sureness != Sureness.UNVERIFIED or not production:
        return True
    return len(set(adopters)) >= ADOPTERS
