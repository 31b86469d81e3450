"""Questions about dated rules and the working calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound, NotReady
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference.models import Holiday, HolidayKind, Rule, RuleAdoption
from aquacert.reference.queries.kept import kept, lasting
from aquacert.reference.rules.dated import DatedRule, binds, rule_on
from aquacert.reference.rules.duration import Calendar
from aquacert.reference.rules.text import storable

RULES, ADOPTIONS = table_of(Rule), table_of(RuleAdoption)
ADOPTERS = Quick(
    select(ADOPTIONS.c.person_id)
    .join(RULES, RULES.c.id == ADOPTIONS.c.rule_row_id)
    .where(
        RULES.c.rule_id == bindparam("rule"),
        RULES.c.from_on == bindparam("since"),
        ADOPTIONS.c.from_on <= bindparam("on"),
    )
)


@dataclass(frozen=True)
class RuleLine:
    """One row of the rule book as a page shows it."""

    id: UUID
    name_zh: str
    rule: DatedRule
    note: str
    adopters: tuple[str, ...]
    binds: bool
    is_present: bool


def rule(look: Look, rule_id: str, on: date) -> DatedRule:
    """Return the rule in force on a legal day.

    `on` is the day of the declaration's submission; for tests, of sampling. Raises `NotFound` when
    no row covers the day, `NotReady` when the row is unverified, this is production, and two
    province officers have not adopted it yet.
    """
    return kept(look, ("rule", rule_id, on), lambda: _rule(look, rule_id, on))


def binding_rule(look: Look, rule_id: str, on: date) -> DatedRule | None:
    """Return the rule in force on a day if it may be applied here, else None."""
    found = rule_on(_dated(look, rule_id), on)
    if found is None:
        return None
    # Who adopted it matters only where the bare rule would not bind.
    strict = _strict(look)
    binding = binds(found, (), production=strict) or binds(
        found, _adopters(look, found, on), production=strict
    )
    return found if binding else None


def rules(look: Look, words: str = "") -> Select[Rule]:
    """Return the statement that lists the rule book by rule and date, found by name or id."""
    del look
    statement = select(Rule).order_by(Rule.rule_id, Rule.from_on)
    for word in storable(words).split():
        found = Rule.name_zh.contains(word, autoescape=True)
        named = Rule.rule_id.contains(word.lower(), autoescape=True)
        statement = statement.where(found | named | Rule.article.contains(word, autoescape=True))
    return statement


def rule_line(look: Look, row: Rule) -> RuleLine:
    """Return one row of the rule book with who adopted it and whether it binds today."""
    dated = row.dated()
    adoptions = look.scalars(
        select(RuleAdoption)
        .where(RuleAdoption.rule_row_id == row.id)
        .order_by(RuleAdoption.adopted_at)
    )
    present = rule_on(_dated(look, row.rule_id), look.today)
    people = {one.person_id for one in adoptions if one.from_on <= look.today}
    return RuleLine(
        id=row.id,
        name_zh=row.name_zh,
        rule=dated,
        note=row.note,
        adopters=tuple(one.person_label for one in adoptions),
        binds=binds(dated, people, production=_strict(look)),
        is_present=present == dated,
    )


def holidays(look: Look) -> Calendar:
    """Return every day that differs from the plain week, with whether offices work on it."""
    return lasting(look, ("holidays",), lambda: _holidays(look))


def _rule(look: Look, rule_id: str, on: date) -> DatedRule:
    found = rule_on(_dated(look, rule_id), on)
    if found is None:
        raise NotFound(f"{on} 没有规则 {rule_id}。")
    if binding_rule(look, rule_id, on) is None:
        sentence = (
            f"规则“{rule_id}”（{found.article}，{found.words}）未核实，"
            "须由省里两名人员分别采纳后才能使用。"
        )
        raise NotReady([sentence], sentence)
    return found


def _dated(look: Look, rule_id: str) -> list[DatedRule]:
    statement = select(Rule).where(Rule.rule_id == rule_id)
    return lasting(look, ("rows", rule_id), lambda: [r.dated() for r in look.scalars(statement)])


def _adopters(look: Look, found: DatedRule, on: date) -> set[UUID]:
    rows = look.rows(ADOPTERS, rule=found.rule_id, since=found.from_on, on=on)
    return {row.person_id for row in rows}


def _holidays(look: Look) -> Calendar:
    rows = look.scalars(select(Holiday))
    return {row.day_on: row.kind == HolidayKind.WORKDAY for row in rows}


def _strict(look: Look) -> bool:
    return look.settings.is_production
