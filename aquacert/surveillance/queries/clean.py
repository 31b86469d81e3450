"""The clean check: did a farm, or a place, have a confirmed positive in the months before a day?

Months by the dated rule `origin.quiet_months` (procedures 2011, 4.3.1); a rule that binds nobody
asks nothing. A farm's own tests (自检) only raise a suspicion and are not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Event, OwnResult
from aquacert.surveillance.rules.clean import Clean, Evidence, months_before
from aquacert.surveillance.rules.own import POSITIVE, Purpose

MONTHS_RULE, BARS_RULE = "origin.quiet_months", "farm.clean_bars"
MOST = 20
"""Positives named as evidence of one place."""


def clean(
    look: Look,
    *,
    organisation_id: UUID | None = None,
    division_code: str | None = None,
    disease_codes: Collection[str] = (),
    on: date,
) -> Clean:
    """Return whether a farm, or a place, was free of these diseases; of any, when none is named."""
    if organisation_id is not None:
        found = clean_farms(look, {organisation_id}, on=on)[organisation_id]
    else:
        found = _place(look, division_code or "", on)
    if not disease_codes:
        return found
    kept = tuple(one for one in found.found if one.disease_code in set(disease_codes))
    return Clean(found.months, found.since, kept)


def clean_farms(look: Look, organisation_ids: Collection[UUID], *, on: date) -> dict[UUID, Clean]:
    """Return the same for several farms and any disease, in one question."""
    months, since = _period(look, on)
    by_farm: defaultdict[UUID, list[Evidence]] = defaultdict(list)
    if since is not None:
        rows = look.session.execute(
            select(
                OwnResult.organisation_id,
                OwnResult.disease_code,
                OwnResult.disease_name,
                OwnResult.sampled_on,
                OwnResult.report_no,
            )
            .where(
                OwnResult.organisation_id.in_(sorted(organisation_ids)),
                OwnResult.outcome == POSITIVE,
                OwnResult.is_withdrawn.is_(False),
                OwnResult.purpose != Purpose.SELF.value,
                OwnResult.sampled_on >= since,
                OwnResult.sampled_on <= on,
            )
            .order_by(OwnResult.sampled_on.desc(), OwnResult.id)
        )
        for farm, code, name, sampled_on, number in rows:
            by_farm[farm].append(Evidence(code, name, sampled_on, f"报告 {number}"))
    return {one: Clean(months, since, tuple(by_farm[one])) for one in organisation_ids}


def bars(look: Look, on: date) -> bool:
    """Say whether a positive in the period bars (the dated rule); else it only asks for a test."""
    rule = reference.binding_rule(look, BARS_RULE, on)
    return rule is not None and rule.value > 0


def _place(look: Look, division_code: str, on: date) -> Clean:
    months, since = _period(look, on)
    if since is None:
        return Clean(months, since)
    day = func.coalesce(Event.observed_on, Event.reported_on)
    rows = look.scalars(
        select(Event)
        .where(
            Event.division_code.in_(sorted(reference.descendants(look, division_code))),
            Event.is_confirmed,
            Event.disease_code.is_not(None),
            day >= since,
            day <= on,
        )
        .order_by(day.desc(), Event.id)
        .limit(MOST)
    )
    return Clean(
        months,
        since,
        tuple(
            Evidence(
                row.disease_code or "",
                reference.disease(look, row.disease_code or "").name_zh,
                row.observed_on or row.reported_on or on,
                f"{row.source} {row.source_key}",
            )
            for row in rows
        ),
    )


def _period(look: Look, on: date) -> tuple[int, date | None]:
    rule = reference.binding_rule(look, MONTHS_RULE, on)
    if rule is None or rule.value <= 0:
        return 0, None
    return rule.value, months_before(on, rule.value)
