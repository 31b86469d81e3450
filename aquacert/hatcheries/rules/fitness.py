"""Whether a farm may declare at all, before anything of the declaration is looked at. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aquacert.hatcheries.rules.kinds import State
from aquacert.hatcheries.rules.licences import LicenceStanding, days_unconfirmed, is_confirmed


class FitReason(StrEnum):
    """One thing that stands between a farm and a declaration."""

    REGISTERED = "not_approved"
    CLOSED = "closed"
    MERGED = "merged"
    LICENCE = "licence"
    RECORD = "record"
    CAMPAIGN = "campaign"
    WATERS = "waters"


FIT_SENTENCES: Mapping[FitReason, str] = {
    FitReason.REGISTERED: "苗种场登记还没有审核通过",
    FitReason.CLOSED: "这家苗种场已经关闭，重新开放要县里同意",
    FitReason.MERGED: "这份登记已并入另一份，请用留下的那一份",
    FitReason.LICENCE: "苗种生产许可证无效",
    FitReason.RECORD: "基础信息和存塘数太久没有核对，核对后才能申报",
    FitReason.CAMPAIGN: "全省信息核对还没有完成，核对后才能申报",
    FitReason.WATERS: "没有有效的水域滩涂养殖证，兽医到场会查验",
}
SOFT = frozenset({FitReason.WATERS})
"""Told to the farm and the vet, but in the way of nothing: the vet looks at it on the spot."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, with what it rests on (a sentence for people, may be empty)."""

    reason: FitReason
    basis: str = ""

    @property
    def is_hard(self) -> bool:
        """Whether nothing can be declared while this stands."""
        return self.reason not in SOFT

    @property
    def sentence(self) -> str:
        """What is wrong, for people."""
        return FIT_SENTENCES[self.reason]


@dataclass(frozen=True)
class FarmFacts:
    """What the judgement looks at, gathered by `queries.fit_to_declare`."""

    state: str
    today: date
    licence: LicenceStanding
    waters_until: date | None
    confirmed_on: date | None
    confirm_within_days: int
    closed_on: date | None = None
    unanswered: str = ""
    """Name of a data-check campaign that blocks until it is answered; empty for none."""


def faults(facts: FarmFacts) -> list[Fault]:
    """Return everything that is wrong, what ends the matter first."""
    found = _of_state(facts)
    if found:
        return found
    if not facts.licence.ok:
        found.append(Fault(FitReason.LICENCE, facts.licence.sentence))
    if not is_confirmed(facts.confirmed_on, facts.today, facts.confirm_within_days):
        found.append(Fault(FitReason.RECORD, _unconfirmed(facts)))
    if facts.unanswered:
        found.append(Fault(FitReason.CAMPAIGN, facts.unanswered))
    if facts.waters_until is None or facts.waters_until < facts.today:
        until = facts.waters_until
        found.append(Fault(FitReason.WATERS, f"已于 {until} 到期" if until else "没有登记"))
    return found


def _of_state(facts: FarmFacts) -> list[Fault]:
    if facts.state == State.APPROVED.value:
        return []
    if facts.state == State.CLOSED.value:
        return [Fault(FitReason.CLOSED, f"{facts.closed_on} 关闭" if facts.closed_on else "")]
    if facts.state == State.MERGED.value:
        return [Fault(FitReason.MERGED)]
    return [Fault(FitReason.REGISTERED)]


def _unconfirmed(facts: FarmFacts) -> str:
    days = days_unconfirmed(facts.confirmed_on, facts.today)
    if days is None:
        return "从未核对过"
    return f"{days} 天没有核对，每 {facts.confirm_within_days} 天要核对一次"
