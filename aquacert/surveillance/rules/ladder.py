"""The ladder of one farm (or area) and disease, pure: suspected → confirmed → resolved or denied.

Where a farm stands follows from its evidence alone: test results, express reports, monthly reports
and officers' findings, replayed by day through one table of moves. So the order in which news came
does not matter, and a report that is withdrawn takes its rung away by itself.

A finding holds only as long as its officer had seen every positive of the days before it: one that
comes to light later (sampled earlier) takes the finding back to doubt, and somebody looks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aquacert.kernel.states import Moves


class Rung(StrEnum):
    """How far a disease has come at a farm."""

    NONE = "none"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    RESOLVED = "resolved"
    DENIED = "denied"


class Act(StrEnum):
    """What one piece of evidence does."""

    SUSPECT = "suspect"
    CONFIRM = "confirm"
    DENY = "deny"
    RESOLVE = "resolve"


class Finding(StrEnum):
    """What an officer may find."""

    CONFIRM = "confirm"
    DENY = "deny"
    RESOLVE = "resolve"


class Kind(StrEnum):
    """What a piece of evidence is."""

    MONTHLY = "monthly"
    EXPRESS = "express"
    SELF_POSITIVE = "self_positive"
    PLAN_POSITIVE = "plan_positive"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    EXPRESS_CONFIRMED = "express_confirmed"
    EXPRESS_DENIED = "express_denied"
    FOUND_CONFIRM = "found_confirm"
    FOUND_DENY = "found_deny"
    FOUND_RESOLVE = "found_resolve"


class Lack(StrEnum):
    """Why an officer cannot find something yet."""

    NOT_SUSPECTED = "not_suspected"
    NOT_CONFIRMED = "not_confirmed"
    NO_NEGATIVES = "no_negatives"
    NO_SIGN = "no_sign"
    REPORT_STANDS = "report_stands"


RUNG_WORDS: Mapping[Rung, str] = {
    Rung.NONE: "没有发现",
    Rung.SUSPECTED: "疑似",
    Rung.CONFIRMED: "确认",
    Rung.RESOLVED: "已解除",
    Rung.DENIED: "已排除",
}
FINDING_WORDS: Mapping[Finding, str] = {
    Finding.CONFIRM: "确认",
    Finding.DENY: "排除",
    Finding.RESOLVE: "解除",
}
KIND_WORDS: Mapping[Kind, str] = {
    Kind.MONTHLY: "月报报了这种病",
    Kind.EXPRESS: "疫情快报怀疑这种病",
    Kind.SELF_POSITIVE: "自检阳性",
    Kind.PLAN_POSITIVE: "监测计划阳性，等参考实验室确认",
    Kind.POSITIVE: "官方检测阳性",
    Kind.NEGATIVE: "检测阴性",
    Kind.EXPRESS_CONFIRMED: "快报办结：确认",
    Kind.EXPRESS_DENIED: "快报办结：排除",
    Kind.FOUND_CONFIRM: "监测员确认",
    Kind.FOUND_DENY: "监测员排除",
    Kind.FOUND_RESOLVE: "监测员解除",
}
SENTENCES: Mapping[Lack, str] = {
    Lack.NOT_SUSPECTED: "现在没有疑似，不用确认或排除。",
    Lack.NOT_CONFIRMED: "只有确认过的才能解除；疑似的请排除或确认。",
    Lack.NO_NEGATIVES: "最后一次阳性以后的官方阴性结果还不够，按规则的天数也没有满。",
    Lack.NO_SIGN: "原来依据的材料都已撤回，没有可以据以确认的；请排除，或等新的检测。",
    Lack.REPORT_STANDS: "官方阳性报告还有效，不能排除；报告有错请实验室撤回或更正，病已过去请办解除。",
}
ACT_OF: Mapping[Kind, Act] = {
    Kind.MONTHLY: Act.SUSPECT,
    Kind.EXPRESS: Act.SUSPECT,
    Kind.SELF_POSITIVE: Act.SUSPECT,
    Kind.PLAN_POSITIVE: Act.SUSPECT,
    Kind.POSITIVE: Act.CONFIRM,
    Kind.EXPRESS_CONFIRMED: Act.CONFIRM,
    Kind.EXPRESS_DENIED: Act.DENY,
    Kind.FOUND_CONFIRM: Act.CONFIRM,
    Kind.FOUND_DENY: Act.DENY,
    Kind.FOUND_RESOLVE: Act.RESOLVE,
}
"""What each kind does; a negative alone moves nothing."""
POSITIVES = frozenset({Kind.SELF_POSITIVE, Kind.PLAN_POSITIVE, Kind.POSITIVE})
FOUND = frozenset({Kind.FOUND_CONFIRM, Kind.FOUND_DENY, Kind.FOUND_RESOLVE})
KIND_OF: Mapping[Finding, Kind] = {
    Finding.CONFIRM: Kind.FOUND_CONFIRM,
    Finding.DENY: Kind.FOUND_DENY,
    Finding.RESOLVE: Kind.FOUND_RESOLVE,
}
ORDER = {kind: n for n, kind in enumerate(Kind)}
"""Within one day: what raises a suspicion before what confirms it, a finding last."""
MOVES: Moves[Rung, Act] = Moves(
    {
        (Rung.NONE, Act.SUSPECT): Rung.SUSPECTED,
        (Rung.NONE, Act.CONFIRM): Rung.CONFIRMED,
        (Rung.SUSPECTED, Act.SUSPECT): Rung.SUSPECTED,
        (Rung.SUSPECTED, Act.CONFIRM): Rung.CONFIRMED,
        (Rung.SUSPECTED, Act.DENY): Rung.DENIED,
        (Rung.CONFIRMED, Act.SUSPECT): Rung.CONFIRMED,
        (Rung.CONFIRMED, Act.CONFIRM): Rung.CONFIRMED,
        (Rung.CONFIRMED, Act.DENY): Rung.DENIED,
        (Rung.CONFIRMED, Act.RESOLVE): Rung.RESOLVED,
        (Rung.RESOLVED, Act.SUSPECT): Rung.SUSPECTED,
        (Rung.RESOLVED, Act.CONFIRM): Rung.CONFIRMED,
        (Rung.DENIED, Act.SUSPECT): Rung.SUSPECTED,
        (Rung.DENIED, Act.CONFIRM): Rung.CONFIRMED,
    },
    words=RUNG_WORDS,
)
GRAVITY = (Rung.CONFIRMED, Rung.SUSPECTED, Rung.RESOLVED, Rung.DENIED)
"""What an area's rung is: the gravest of its farms'."""


@dataclass(frozen=True)
class Evidence:
    """One thing known of a farm and disease."""

    kind: Kind
    on: date
    """The day it speaks of: sampling day, first day of the month, day of the finding."""
    ref: str
    """Unique among the evidence of one farm and disease."""
    said: str = ""
    """The report's number or the officer's basis."""
    by: str = ""
    """Laboratory, or the role of the officer; never a name."""
    is_withdrawn: bool = False
    saw: frozenset[str] = frozenset()
    """Of a finding: which evidence its officer had before him."""


@dataclass(frozen=True)
class Step:
    """One piece of evidence in its place, and where the ladder stood after it."""

    evidence: Evidence
    rung: Rung
    counts: bool
    """False for what is withdrawn, for negatives, and for a finding that no longer holds."""


@dataclass(frozen=True)
class Ladder:
    """Where a farm stands, and every step that led there, the oldest first."""

    rung: Rung
    steps: tuple[Step, ...]

    @property
    def doubtful(self) -> bool:
        """Say whether a finding no longer holds, so that somebody must look again."""
        return any(step.evidence.kind in FOUND and not step.counts for step in self.steps)


@dataclass(frozen=True)
class Terms:
    """What the rules ask before a disease counts as resolved; 0 days: never by time alone."""

    negatives: int = 1
    days: int = 0


def replay(evidence: Iterable[Evidence]) -> Ladder:
    """Return the ladder of one farm and disease; the order of `evidence` does not matter."""
    known = sorted(evidence, key=lambda one: (one.on, ORDER[one.kind], one.ref))
    rung, steps = Rung.NONE, []
    for one in known:
        act = ACT_OF.get(one.kind)
        counts = act is not None and not one.is_withdrawn and _holds(one, known)
        if act is not None and counts:
            counts = MOVES.allows(rung, act)
            rung = MOVES.after(rung, act) if counts else rung
        elif one.kind is Kind.FOUND_CONFIRM and rung is Rung.NONE:
            rung = Rung.SUSPECTED  # what it rested on is gone, its officer's word is not
        steps.append(Step(one, rung, counts))
    if rung is Rung.NONE and any(one.is_withdrawn and one.kind in POSITIVES for one in known):
        rung = Rung.DENIED
    return Ladder(rung, tuple(steps))


def lack_for(
    finding: Finding, evidence: Sequence[Evidence], today: date, terms: Terms
) -> Lack | None:
    """Return why an officer cannot find this today, or None."""
    rung = replay(evidence).rung
    if finding is not Finding.RESOLVE:
        return _lack_to_judge(finding, rung, evidence)
    if rung is not Rung.CONFIRMED:
        return Lack.NOT_CONFIRMED
    last = last_sign(evidence)
    if last is None:
        return Lack.NOT_CONFIRMED
    after = {
        one.ref
        for one in evidence
        if one.kind is Kind.NEGATIVE and not one.is_withdrawn and one.on > last
    }
    rested = 0 < terms.days <= (today - last).days
    return None if rested or len(after) >= max(1, terms.negatives) else Lack.NO_NEGATIVES


def _lack_to_judge(finding: Finding, rung: Rung, evidence: Sequence[Evidence]) -> Lack | None:
    wanted = {Rung.SUSPECTED} if finding is Finding.CONFIRM else {Rung.SUSPECTED, Rung.CONFIRMED}
    if rung not in wanted:
        return Lack.NOT_SUSPECTED
    if finding is Finding.CONFIRM:
        return None if signs(evidence) else Lack.NO_SIGN
    return Lack.REPORT_STANDS if report_stands(evidence) else None


def last_sign(evidence: Iterable[Evidence]) -> date | None:
    """Return the latest day on which the disease still showed itself; None when it never did."""
    return max((one.on for one in signs(evidence)), default=None)


def signs(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return what still says that the disease is or was there; an officer's finding is none."""
    return tuple(
        one
        for one in evidence
        if not one.is_withdrawn
        and one.kind not in FOUND
        and ACT_OF.get(one.kind) in {Act.SUSPECT, Act.CONFIRM}
    )


def report_stands(evidence: Iterable[Evidence]) -> bool:
    """Say whether a laboratory's official positive holds: no officer alone sets it aside."""
    return any(one.kind is Kind.POSITIVE and not one.is_withdrawn for one in evidence)


def area_rung(rungs: Iterable[Rung]) -> Rung:
    """Return the rung of an area from those of its farms: the gravest."""
    found = set(rungs)
    return next((rung for rung in GRAVITY if rung in found), Rung.NONE)


def _holds(one: Evidence, known: Sequence[Evidence]) -> bool:
    """Say whether a finding still holds; anything else always does."""
    if one.kind not in FOUND:
        return True
    if one.kind is Kind.FOUND_CONFIRM:
        return not one.saw or bool(one.saw & {each.ref for each in signs(known)})
    unseen = {
        each.ref
        for each in known
        if each.kind in POSITIVES and not each.is_withdrawn and each.on <= one.on
    }
    return unseen <= one.saw
