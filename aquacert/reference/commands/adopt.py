"""Two officers of the province make an unverified rule bind; one alone cannot, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.models import Rule, RuleAdoption
from aquacert.reference.rules.dated import ADOPTERS, Sureness, in_force


@dataclass(frozen=True)
class RuleAdopted(Fact):
    """An officer of the province adopted an unverified rule; with the second one it binds."""

    tag = "reference:rule:adopt"
    title = "采纳未核实的规则"

    rule_id: str
    words: str
    article: str
    from_on: date
    adopters: int
    binds: bool


def adopt_rule(w: Work, rule_id: str, from_on: date) -> bool:
    """Adopt the rule that stands on `from_on`, to bind from that day; say whether it binds now.

    Raises `NotAllowed` without the province's right or as nobody, `NotFound` when no row covers the
    day, `NotAllowedNow` for a rule that needs no adoption, `Conflict` for the same person twice,
    `Invalid` when the second officer names another day than the first.
    """
    person = w.actor.person_id
    if person is None or not w.actor.may(P.REFERENCE_ADOPT):
        raise NotAllowed("只有省里有权的人员能采纳规则。")
    row = _row(w, rule_id, from_on)
    before = w.scalars(
        select(RuleAdoption).where(RuleAdoption.rule_row_id == row.id).with_for_update()
    )
    _check_first(before, person, from_on)
    w.add(
        RuleAdoption(
            id=w.new_id(),
            rule_row_id=row.id,
            person_id=person,
            person_label=w.actor.label,
            from_on=from_on,
            adopted_at=w.now,
        )
    )
    count = len(before) + 1
    dated = row.dated()
    done = count >= ADOPTERS
    fact = RuleAdopted(rule_id, dated.words, dated.article, from_on, count, done)
    w.record(fact, on=row)
    w.session.info.pop("reference", None)
    return done


def _row(w: Work, rule_id: str, on: date) -> Rule:
    rows = w.scalars(select(Rule).where(Rule.rule_id == rule_id).order_by(Rule.from_on.desc()))
    row = next((row for row in rows if in_force(row.from_on, row.until_on, on)), None)
    if row is None:
        raise NotFound(f"{on} 没有规则 {rule_id[:60]}。")
    if row.sureness != Sureness.UNVERIFIED:
        raise NotAllowedNow("这条规则已有出处，不需要采纳就能使用。")
    return row


def _check_first(before: list[RuleAdoption], person: object, from_on: date) -> None:
    if any(one.person_id == person for one in before):
        raise Conflict("您已经采纳过这条规则，还需要另一名人员采纳。")
    if before and before[0].from_on != from_on:
        day = before[0].from_on
        sentence = f"前一名人员采纳的起始日是 {day}，两人的起始日要一致。"
        raise Invalid(sentence, from_on=sentence)
