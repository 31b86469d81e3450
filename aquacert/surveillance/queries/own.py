"""Our own test results: the list and its export, and which negative a dated rule lets count."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import OwnResult
from aquacert.surveillance.rules.own import NEGATIVE, POSITIVE, Purpose, counts_for

SURVEILLANCE_RULE = "tests.surveillance_negative"
SELF_RULE = "tests.self_test_negative"
MOST = 100_000
"""Rows of one export."""


@dataclass(frozen=True)
class OwnFilter:
    """What the list is narrowed to; empty = everything the reader may see. Days inclusive."""

    words: str = ""
    disease_code: str = ""
    outcome: str = ""
    division_code: str = ""
    from_on: date | None = None
    until_on: date | None = None


def own_results(look: Look, asked: OwnFilter) -> Select[OwnResult]:
    """Select the results of this reader's place, the newest sampling day first."""
    chosen = select(OwnResult).where(look.visible(OwnResult))
    if asked.words.strip():
        chosen = chosen.where(look.matching(OwnResult, asked.words))
    if asked.disease_code:
        chosen = chosen.where(OwnResult.disease_code == asked.disease_code)
    if asked.outcome:
        chosen = chosen.where(OwnResult.outcome == asked.outcome)
    if asked.division_code:
        below = sorted(reference.descendants(look, asked.division_code))
        chosen = chosen.where(OwnResult.division_code.in_(below))
    if asked.from_on:
        chosen = chosen.where(OwnResult.sampled_on >= asked.from_on)
    if asked.until_on:
        chosen = chosen.where(OwnResult.sampled_on <= asked.until_on)
    return chosen.order_by(OwnResult.sampled_on.desc(), OwnResult.id.desc())


def export_rows(look: Look, asked: OwnFilter) -> Iterator[OwnResult]:
    """Return every row of a list, at most `MOST`."""
    return iter(look.scalars(own_results(look, asked).limit(MOST)))


def had_positive(look: Look, organisation_id: UUID, since: date) -> bool:
    """Say whether a farm had a positive that still stands since a day."""
    found = select(OwnResult.id).where(
        OwnResult.organisation_id == organisation_id,
        OwnResult.outcome == POSITIVE,
        OwnResult.is_withdrawn.is_(False),
        OwnResult.sampled_on >= since,
    )
    return look.one(found) is not None


def counting_negative(
    look: Look, organisation_id: UUID, species_code: str, disease_code: str, *, declared_on: date
) -> tuple[OwnResult, str] | None:
    """Return the newest negative of a farm that may stand for a test, and the rule that says so.

    Off until the rule is adopted. Never while a positive of the same farm, species and disease of
    the same days stands, and never one of a laboratory out of scope. The days are counted back
    from today; the rule is that of the day of the declaration.
    """
    official = reference.binding_rule(look, SURVEILLANCE_RULE, declared_on)
    own = reference.binding_rule(look, SELF_RULE, declared_on)
    days = {
        SURVEILLANCE_RULE: official.value if official else 0,
        SELF_RULE: own.value if own else 0,
    }
    most = max(days.values())
    if most <= 0:
        return None
    rows = look.scalars(
        select(OwnResult)
        .where(
            OwnResult.organisation_id == organisation_id,
            OwnResult.disease_code == disease_code,
            OwnResult.species_code == species_code,
            OwnResult.sampled_on >= look.today - timedelta(days=most),
            OwnResult.sampled_on <= look.today,
            OwnResult.is_withdrawn.is_(False),
        )
        .order_by(OwnResult.sampled_on.desc(), OwnResult.reported_at.desc(), OwnResult.id.desc())
    )
    if any(row.outcome == POSITIVE for row in rows):
        return None
    for row in rows:
        rule_id = SELF_RULE if row.purpose == Purpose.SELF else SURVEILLANCE_RULE
        fits = counts_for(look.today, row.sampled_on, days[rule_id]) and days[rule_id] > 0
        if row.outcome == NEGATIVE and row.in_scope and fits:
            return row, rule_id
    return None


def sample_of_reports(
    look: Look, report_ids: Collection[UUID], *, standing: bool | None = None
) -> frozenset[UUID]:
    """Return the samples whose newest news is one of these reports; standing or not, when asked."""
    chosen = select(OwnResult.sample_id).where(OwnResult.report_id.in_(list(report_ids)))
    if standing is not None:
        chosen = chosen.where(OwnResult.is_withdrawn.is_(not standing))
    return frozenset(look.scalars(chosen))
