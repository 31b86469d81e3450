"""Must-check categories (四个必检): whether a declaration is of one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aquacert.declarations.queries import facts as papers
from aquacert.inspections.rules.mustcheck import trip_categories
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
    trips = (
        (load.purpose, prefecture(look, load.destination_code))
        for load in papers.loads_of(look, declaration_id)
    )
    if trip_categories(trips, prefecture(look, paper.origin_code)):
        return True
    since = positive_since(look, on)
    return since is not None and had_positive(look, paper.organisation_id, since)


def positive_since(look: Look, on: date) -> date | None:
    """Return the day from which a farm's positive still counts, None while no rule binds."""
    rule = reference.binding_rule(look, LOOKBACK, on)
    return None if rule is None else on - timedelta(days=rule.value * MONTH_DAYS)


def prefecture(look: Look, code: str) -> tuple[str, ...]:
    """Return the codes of the province and prefecture that a place lies in."""
    return tuple(step.code for step in reference.division_path(look, code)[:PREFECTURE_DEEP])
