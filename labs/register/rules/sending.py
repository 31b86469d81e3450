"""Whether a sample may be sent to a laboratory for a test on a day, and how full the laboratory is.

RB/T 214-2017 and ISO/IEC 17025:2017 7.7.2 (proficiency testing) say that a laboratory takes part and acts on
what it shows; how long after a failed or missed test it may go on is dated data of the rule book.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class AccreditationKind(StrEnum):
    """What entitles a laboratory: 资质认定, 认可, 省级指定."""

    DESIGNATED = "designated"
    CMA = "cma"
    CNAS = "cnas"


ACCREDITATION_WORDS: Mapping[AccreditationKind, str] = {
    AccreditationKind.DESIGNATED: "省级指定",
    AccreditationKind.CMA: "CMA 资质认定",
    AccreditationKind.CNAS: "CNAS 认可",
}


class ProficiencyOutcome(StrEnum):
    """How a laboratory did in a proficiency test (ISO 13528: |z| ≤ 2, 2 < |z| < 3, |z| ≥ 3)."""

    SATISFACTORY = "satisfactory"
    QUESTIONABLE = "questionable"
    UNSATISFACTORY = "unsatisfactory"


PROFICIENCY_WORDS: Mapping[ProficiencyOutcome, str] = {
    ProficiencyOutcome.SATISFACTORY: "满意",
    ProficiencyOutcome.QUESTIONABLE: "可疑",
    ProficiencyOutcome.UNSATISFACTORY: "不满意",
}


@dataclass(frozen=True, slots=True)
class Entitled:
    """One accreditation over a span. `ended_on` is the first day it no longer holds."""

    kind: AccreditationKind
    from_on: date
    until_on: date
    ended_on: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether it entitles on a day."""
        return self.from_on <= on <= self.until_on and (self.ended_on is None or on < self.ended_on)


@dataclass(frozen=True, slots=True)
class Tried:
    """One proficiency test of a disease ("" method = every method): how it went, when the next is due."""

    disease_code: str
    method_code: str
    taken_on: date
    outcome: ProficiencyOutcome
    next_due_on: date | None = None

    def is_of(self, disease_code: str, method_code: str) -> bool:
        """Tell whether it tried this test."""
        return self.disease_code == disease_code and self.method_code in {"", method_code}


@dataclass(frozen=True, slots=True)
class Patience:
    """Days after a failed, or a missed, proficiency test before it blocks; None: it does not block."""

    failed_days: int | None
    overdue_days: int | None


class SendReason(StrEnum):
    """Why a sample may not be sent to a laboratory."""

    SUSPENDED = "suspended"
    NO_SCOPE = "no_scope"
    SCOPE_NOT_YET = "scope_not_yet"
    SCOPE_ENDED = "scope_ended"
    NEVER_ACCREDITED = "never_accredited"
    ACCREDITATION_LAPSED = "accreditation_lapsed"
    PROFICIENCY_FAILED = "proficiency_failed"
    PROFICIENCY_OVERDUE = "proficiency_overdue"


SENTENCES: Mapping[SendReason, str] = {
    SendReason.SUSPENDED: "{lab}已暂停承检，请改送其他指定实验室。",
    SendReason.NO_SCOPE: "{lab}没有 {test} 的有效检测能力，不能送检。",
    SendReason.SCOPE_NOT_YET: "{lab}对 {test} 的检测能力从 {day} 起才有效，不能送检。",
    SendReason.SCOPE_ENDED: "{lab}对 {test} 的检测能力到 {day} 为止，不能送检。",
    SendReason.NEVER_ACCREDITED: "{lab}检测 {test} 需要{kind}，还没有登记，不能送检。",
    SendReason.ACCREDITATION_LAPSED: "{lab}的{kind}到 {day} 为止，{test} 不能送检。",
    SendReason.PROFICIENCY_FAILED: "{lab}在 {day} 的 {test} 能力验证不满意，恢复满意之前不能送检。",
    SendReason.PROFICIENCY_OVERDUE: "{lab}应在 {day} 之前参加 {test} 能力验证，至今没有结果，不能送检。",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that decides about one test in one laboratory. `spans` are the scopes' days."""

    lab: str
    test: str
    is_suspended: bool
    spans: tuple[tuple[date, date], ...]
    needs: frozenset[AccreditationKind]
    accreditations: tuple[Entitled, ...]
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, with the values of its sentence."""

    reason: SendReason
    values: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """The plain Chinese sentence."""
        return SENTENCES[self.reason].format(**self.values)


def refusal(standing: Standing, patience: Patience, on: date) -> Refusal | None:
    """Say why a new sample may not be sent on a day; None when it may. The first reason counts."""
    found = (
        (SendReason.SUSPENDED, {})
        if standing.is_suspended
        else _of_scope(standing.spans, on)
        or _of_accreditation(standing, on)
        or _of_proficiency(standing.tried, patience, on)
    )
    if found is None:
        return None
    reason, values = found
    return Refusal(reason, {"lab": standing.lab, "test": standing.test, **values})


def _of_scope(
    spans: Iterable[tuple[date, date]], on: date
) -> tuple[SendReason, dict[str, str]] | None:
    known = sorted(spans)
    if any(first <= on <= last for first, last in known):
        return None
    if not known:
        return SendReason.NO_SCOPE, {}
    past = [last for _first, last in known if last < on]
    if past:
        return SendReason.SCOPE_ENDED, {"day": str(max(past))}
    return SendReason.SCOPE_NOT_YET, {"day": str(known[0][0])}


def _of_accreditation(standing: Standing, on: date) -> tuple[SendReason, dict[str, str]] | None:
    for kind in AccreditationKind:
        if kind not in standing.needs:
            continue
        rows = [each for each in standing.accreditations if each.kind is kind]
        if any(each.holds(on) for each in rows):
            continue
        values = {"kind": ACCREDITATION_WORDS[kind]}
        past = [_last_day(each) for each in rows if _last_day(each) < on]
        if not past:
            return SendReason.NEVER_ACCREDITED, values
        return SendReason.ACCREDITATION_LAPSED, values | {"day": str(max(past))}
    return None


def _last_day(row: Entitled) -> date:
    ended = row.until_on if row.ended_on is None else row.ended_on - timedelta(days=1)
    return min(row.until_on, ended)


def _of_proficiency(
    tried: Iterable[Tried], patience: Patience, on: date
) -> tuple[SendReason, dict[str, str]] | None:
    """The last test taken decides; a laboratory that never had to take one is not blocked."""
    known = [each for each in tried if each.taken_on <= on]
    if not known:
        return None
    # Of one day the worse outcome counts: two entries of one round must not cover a failure.
    last = max(known, key=lambda each: (each.taken_on, _is_failed(each)))
    if _is_failed(last) and _is_past(last.taken_on, patience.failed_days, on, is_at_once=True):
        return SendReason.PROFICIENCY_FAILED, {"day": str(last.taken_on)}
    if last.next_due_on is not None and _is_past(last.next_due_on, patience.overdue_days, on):
        return SendReason.PROFICIENCY_OVERDUE, {"day": str(last.next_due_on)}
    return None


def _is_failed(each: Tried) -> bool:
    return each.outcome is ProficiencyOutcome.UNSATISFACTORY


def _is_past(day: date, grace: int | None, on: date, *, is_at_once: bool = False) -> bool:
    """Tell whether `grace` days after `day` have passed; `is_at_once`: with none, the day itself counts."""
    if grace is None:
        return False
    last = day + timedelta(days=grace)
    return last <= on if is_at_once else last < on


@dataclass(frozen=True, slots=True)
class Workload:
    """Items that a laboratory has to test now, those on their way, and what it can do in a day."""

    owed: int
    on_the_way: int
    capacity_per_day: int | None

    @property
    def is_full(self) -> bool:
        """Whether what is owed fills a day or more. It warns and forbids nothing."""
        return self.capacity_per_day is not None and self.owed >= self.capacity_per_day

    @property
    def days(self) -> int | None:
        """Working days that what is owed takes, rounded up; None without a known capacity."""
        if not self.capacity_per_day:
            return None
        return -(-self.owed // self.capacity_per_day)
