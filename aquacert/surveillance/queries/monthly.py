"""Months of the monitoring points: what stands, what is late, a year's table, and the figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import (
    MonitoringPoint,
    MonthlyDisease,
    MonthlyDraft,
    MonthlyReport,
    MonthlyStock,
)
from aquacert.surveillance.rules.monthly import (
    Row,
    State,
    Stock,
    is_late,
    month_of,
    months_due,
    months_of_year,
)

LATE_RULE = "monthly.late"
LATE_DAYS = 5
LOOKS_BACK = 12
"""Months: what was never reported before is no longer asked for."""
STANDING = (State.SUBMITTED.value, State.ACCEPTED.value)


@dataclass(frozen=True)
class Figure:
    """One species (and disease) of one point and month, as it goes to others. Nothing personal.

    Areas in tenths of `area_unit` (mu or m2), numbers in animals, losses in yuan. `disease_code` ""
    with `is_quiet`: no disease; without: cause unknown.
    """

    point_code: str
    division_code: str
    month_on: date
    species_code: str
    disease_code: str
    is_quiet: bool
    area_unit: str
    area_tenths: int
    stocked: int
    diseased_area_tenths: int
    area_stock: int
    diseased: int | None
    deaths: int
    loss_yuan: int
    basis: tuple[str, ...]
    state: str
    version: int


@dataclass(frozen=True)
class Month:
    """One month of one point on a page: its report if there is one."""

    month_on: date
    report: MonthlyReport | None
    is_late: bool
    deaths: int = 0
    diseases: tuple[str, ...] = ()


def figures(
    look: Look,
    year: int,
    *,
    month: int | None = None,
    quarter: int | None = None,
    division_code: str = "",
    accepted_only: bool = False,
) -> list[Figure]:
    """Return the figures of a month, a quarter or a year, by point and month.

    Only what stands: replaced and returned versions are left out. `division_code` takes everything
    below it in. Raises `Invalid` for a month or quarter that is none.
    """
    first, last = _period(year, month, quarter)
    states = (State.ACCEPTED.value,) if accepted_only else STANDING
    chosen = (
        select(MonthlyReport, MonitoringPoint.code)
        .join(MonitoringPoint, MonitoringPoint.id == MonthlyReport.point_id)
        .where(
            look.visible(MonthlyReport),
            MonthlyReport.month_on.between(first, last),
            MonthlyReport.state.in_(states),
        )
        .order_by(MonitoringPoint.code, MonthlyReport.month_on)
    )
    if division_code:
        below = sorted(reference.descendants(look, division_code))
        chosen = chosen.where(MonthlyReport.division_code.in_(below))
    found = [(row, code) for row, code in look.session.execute(chosen)]
    ids = [row.id for row, _code in found]
    stocks, diseases = stocks_of(look, ids), diseases_of(look, ids)
    return [
        one
        for row, code in found
        for one in _figures(row, code, stocks.get(row.id, ()), diseases.get(row.id, ()))
    ]


def live_report(look: Look, point_id: UUID, month: date) -> MonthlyReport | None:
    """Return the version of a month that stands (or was returned), or None."""
    return look.one(
        select(MonthlyReport).where(
            MonthlyReport.point_id == point_id,
            MonthlyReport.month_on == month,
            MonthlyReport.state != State.REPLACED.value,
        )
    )


def report(look: Look, report_id: UUID) -> MonthlyReport:
    """Return one version of a month, or raise `NotFound` (also out of scope)."""
    return look.get(MonthlyReport, report_id)


def versions(look: Look, row: MonthlyReport) -> list[MonthlyReport]:
    """Return every version of a month, the newest first."""
    return look.scalars(
        select(MonthlyReport)
        .where(MonthlyReport.point_id == row.point_id, MonthlyReport.month_on == row.month_on)
        .order_by(MonthlyReport.version.desc())
    )


def carried(look: Look, point_id: UUID) -> tuple[Stock, ...]:
    """Return what the newest report of a point says is kept there; empty before the first."""
    last = look.one(
        select(MonthlyReport)
        .where(MonthlyReport.point_id == point_id, MonthlyReport.state != State.REPLACED.value)
        .order_by(MonthlyReport.month_on.desc())
        .limit(1)
    )
    return () if last is None else stocks_of(look, [last.id]).get(last.id, ())


def draft(look: Look, point_id: UUID, month: date) -> Mapping[str, object]:
    """Return what was typed of a month and not sent; empty when nothing was."""
    row = look.one(
        select(MonthlyDraft).where(
            MonthlyDraft.point_id == point_id, MonthlyDraft.month_on == month
        )
    )
    return {} if row is None else row.said


def reports(look: Look, month: date | None = None, state: str = "") -> Select[MonthlyReport]:
    """Select the reports of this reader's place, the newest month first, those that wait first."""
    chosen = select(MonthlyReport).where(
        look.visible(MonthlyReport), MonthlyReport.state != State.REPLACED.value
    )
    if month:
        chosen = chosen.where(MonthlyReport.month_on == month)
    if state:
        chosen = chosen.where(MonthlyReport.state == state)
    waits = MonthlyReport.state != State.SUBMITTED.value
    return chosen.order_by(waits, MonthlyReport.month_on.desc(), MonthlyReport.id)


def late(look: Look, rows: Iterable[MonitoringPoint]) -> list[tuple[MonitoringPoint, date]]:
    """Return the months of these points that are late, the longest first."""
    held = list(rows)
    days = late_days(look)
    begin = _back(look.today)
    known = {
        (point_id, month)
        for point_id, month in look.session.execute(
            select(MonthlyReport.point_id, MonthlyReport.month_on).where(
                MonthlyReport.point_id.in_([row.id for row in held]),
                MonthlyReport.state.in_(STANDING),
                MonthlyReport.month_on >= begin,
            )
        )
    }
    found = [
        (row, month)
        for row in held
        for month in months_due(max(row.from_on, begin), row.closed_on, look.today)
        if (row.id, month) not in known and is_late(month, look.today, days)
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0].code))


def late_days(look: Look) -> int:
    """Return after how many days a month is late: the rule's, else the product's proposal."""
    rule = reference.binding_rule(look, LATE_RULE, look.today)
    return LATE_DAYS if rule is None else rule.value


def year_of(look: Look, row: MonitoringPoint, year: int) -> list[Month]:
    """Return the months of a year of one point that are over or under way, January first."""
    found = {
        one.month_on: one
        for one in look.scalars(
            select(MonthlyReport).where(
                MonthlyReport.point_id == row.id,
                MonthlyReport.month_on.between(date(year, 1, 1), date(year, 12, 1)),
                MonthlyReport.state != State.REPLACED.value,
            )
        )
    }
    diseases = diseases_of(look, [one.id for one in found.values()])
    late_months = {month for _point, month in late(look, [row])}
    lines = []
    for month in months_of_year(year):
        if month < month_of(row.from_on) or month > look.today:
            continue
        one = found.get(month)
        rows = diseases.get(one.id, ()) if one else ()
        lines.append(
            Month(
                month_on=month,
                report=one,
                is_late=month in late_months,
                deaths=sum(each.deaths for each in rows),
                diseases=tuple(sorted({each.disease_code for each in rows})),
            )
        )
    return lines


def stocks_of(look: Look, ids: Collection[UUID]) -> dict[UUID, tuple[Stock, ...]]:
    """Return what each of these reports says is kept, by report."""
    found: dict[UUID, tuple[Stock, ...]] = {}
    rows = look.scalars(
        select(MonthlyStock)
        .where(MonthlyStock.report_id.in_(list(ids)))
        .order_by(MonthlyStock.species_code)
    )
    for row in rows:
        stock = Stock(row.species_code, row.area_tenths, row.stocked)
        found[row.report_id] = (*found.get(row.report_id, ()), stock)
    return found


def diseases_of(look: Look, ids: Collection[UUID]) -> dict[UUID, tuple[Row, ...]]:
    """Return the diseases of each of these reports, by report."""
    found: dict[UUID, tuple[Row, ...]] = {}
    rows = look.scalars(
        select(MonthlyDisease)
        .where(MonthlyDisease.report_id.in_(list(ids)))
        .order_by(MonthlyDisease.id)
    )
    for row in rows:
        one = Row(
            species_code=row.species_code,
            disease_code=row.disease_code or "",
            area_tenths=row.area_tenths,
            area_stock=row.area_stock,
            deaths=row.deaths,
            diseased=row.diseased,
            loss_yuan=row.loss_yuan,
            measures=tuple(str(each) for each in row.measures),
            basis=tuple(str(each) for each in row.basis),
        )
        found[row.report_id] = (*found.get(row.report_id, ()), one)
    return found


def _figures(
    row: MonthlyReport, code: str, stocks: Iterable[Stock], diseases: Iterable[Row]
) -> Iterable[Figure]:
    by_species: dict[str, list[Row]] = {}
    for disease in diseases:
        by_species.setdefault(disease.species_code, []).append(disease)
    for stock in stocks:
        told: list[Row | None] = [*by_species.get(stock.species_code, ())]
        for one in told or [None]:
            yield Figure(
                point_code=code,
                division_code=row.division_code,
                month_on=row.month_on,
                species_code=stock.species_code,
                disease_code=one.disease_code if one else "",
                is_quiet=one is None,
                area_unit=row.area_unit,
                area_tenths=stock.area_tenths,
                stocked=stock.stocked,
                diseased_area_tenths=one.area_tenths if one else 0,
                area_stock=one.area_stock if one else 0,
                diseased=one.diseased if one else 0,
                deaths=one.deaths if one else 0,
                loss_yuan=one.loss_yuan if one else 0,
                basis=one.basis if one else (),
                state=row.state,
                version=row.version,
            )


def _period(year: int, month: int | None, quarter: int | None) -> tuple[date, date]:
    try:
        if month is not None:
            return date(year, month, 1), date(year, month, 1)
        if quarter is not None:
            return date(year, 3 * quarter - 2, 1), date(year, 3 * quarter, 1)
        return date(year, 1, 1), date(year, 12, 1)
    except ValueError as error:
        raise Invalid("没有这个月份或季度。", period="例如 2026 年 4 月或 2 季度") from error


def _back(today: date) -> date:
    months = today.year * 12 + today.month - 1 - LOOKS_BACK
    return date(months // 12, months % 12 + 1, 1)
