"""How many certificates: by month, and on the road of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, select

from aquacert.certificates.models import Certificate, Standing
from aquacert.certificates.rules.states import Status
from aquacert.certificates.status.queries.road import bars
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.rules.zones import Reach


@dataclass(frozen=True)
class MonthCount:
    """Certificates issued in a month, a county, of a species and form, whatever became of them."""

    month: str
    """YYYY-MM in Asia/Shanghai"""
    county: str
    species_code: str
    species: str
    kind: str
    unit: str
    certificates: int
    quantity: int


def counts_by_month(
    look: Look,
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    county: str = "",
    species_code: str = "",
) -> list[MonthCount]:
    """Count visible certificates by month of issue, county, species and form.

    `county` takes in every division below it; both days are included.
    """
    rows = look.session.execute(_by_day(look, from_on, until_on, county, species_code))
    sums: dict[tuple[str, str, str, str, str, str], tuple[int, int]] = {}
    for day, place, code, name, kind, unit, count, quantity in rows:
        key = (f"{day:%Y-%m}", place, code, name, kind, unit)
        before = sums.get(key, (0, 0))
        sums[key] = (before[0] + count, before[1] + int(quantity))
    return [MonthCount(*key, *totals) for key, totals in sorted(sums.items())]


def _by_day(
    look: Look, from_on: date | None, until_on: date | None, county: str, species_code: str
) -> Select[date, str, str, str, str, str, int, int]:
    columns = (
        Certificate.issued_on,
        Certificate.county,
        Certificate.species_code,
        Certificate.species,
        Certificate.kind,
        Certificate.unit,
    )
    statement = (
        select(*columns, func.count(), func.sum(Certificate.quantity))
        .where(look.visible(Certificate))
        .group_by(*columns)
    )
    if from_on is not None:
        statement = statement.where(Certificate.issued_on >= from_on)
    if until_on is not None:
        statement = statement.where(Certificate.issued_on < until_on + timedelta(days=1))
    if county:
        statement = statement.where(
            Certificate.county.in_(sorted(reference.descendants(look, county)))
        )
    if species_code:
        statement = statement.where(Certificate.species_code == species_code)
    return statement


def travelling_within(look: Look, reach: Reach) -> int:
    """Return how many certificates are on the road from, or to, a zone that affects them.

    What it has suspended counts too: otherwise the page of a zone would say that it stops nothing.
    """
    count = (
        select(func.count())
        .select_from(Certificate)
        .join(Standing, Standing.id == Certificate.id)
        .where(
            Standing.status.in_((Status.VALID.value, Status.SUSPENDED.value)),
            Standing.arrived_at.is_(None),
            Certificate.valid_until >= look.now,
            bars(look, reach),
        )
    )
    return look.session.scalar(count) or 0
