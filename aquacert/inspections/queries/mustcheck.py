"""Must-check categories (四个必检): whether a declaration is of one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aquacert.declarations.queries import facts as papers
from aquacert.declarations.rules.answers import Purpose
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.queries.own import had_positive

LOOKBACK = "tests.category_lookback"
MONTH_DAYS = 31
PREFECTURE_DEEP = 2


def is_must_check(look: Look, declaration_id: UUID, on: date) -> bool:
    """Say whether a declaration is of a must-check category (必检类别).

    After the wording of one province (四个必检, recalled): seed for release, seed that leaves its
    prefecture, a farm that had a positive within the months of the dated rule. The fourth, "every
    licensed species of the procedures", is the trigger `always` of the disease.
    """
    paper = papers.declaration(look, declaration_id)
    home = prefecture(look, paper.origin_code)
    for load in papers.loads_of(look, declaration_id):
        if load.purpose == Purpose.RELEASE.value:
            return True
        if prefecture(look, load.destination_code) != home:
            return True
    rule = reference.binding_rule(look, LOOKBACK, on)
    if rule is None:
        return False
    return had_positive(look, paper.organisation_id, on - timedelta(days=rule.value * MONTH_DAYS))


def prefecture(look: Look, code: str) -> tuple[str, ...]:
    """Return the codes of the province and prefecture that a place lies in."""
    return tuple(step.code for step in reference.division_path(look, code)[:PREFECTURE_DEEP])
