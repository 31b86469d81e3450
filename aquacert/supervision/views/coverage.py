"""Coverage (必检覆盖): must-check categories, key farms, silent farms, agreement of second looks."""

from __future__ import annotations

import io
from datetime import date

from flask import request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.rules import KIND_WORDS, LEVEL_WORDS, FarmKind, Level
from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.inspections.rules.mustcheck import Category
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.documents import Table, workbook
from aquacert.supervision.parsers import must_check
from aquacert.supervision.queries.coverage import (
    agreements,
    key_coverage,
    month_coverage,
    silent,
    silent_lines,
    silent_pages,
)
from aquacert.supervision.queries.coveragelist import batches_in, undeclared_farms
from aquacert.supervision.rules import month_end, parse_days, parse_month
from aquacert.supervision.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = ("苗种场", "区县", "等级", "存塘", "更正减少", "回溯期阳性", "最近申报")
USUAL_DAYS = 90
MOST_EXPORTED = 5_000


@bp.get("/coverage")
@allowed(P.STATISTICS_READ)
def coverage() -> ResponseReturnValue:
    """One month of coverage, and who was silent."""
    wrong: dict[str, str] = {}
    with look() as unit:
        first, days = _month(unit, wrong), _days(wrong)
        last = month_end(first)
        html = page(
            "supervision/coverage.html",
            month=f"{first:%Y-%m}",
            days=days,
            wrong=wrong,
            rows=must_check(last),
            found=month_coverage(unit, first, last),
            keys=key_coverage(unit, first, last),
            pages=silent_pages(unit, days, request.args.get("page", 1, type=int)),
            vets=agreements(unit, first, last),
            levels=LEVEL_WORDS,
            kinds=KIND_WORDS,
        )
    return html, 422 if wrong else 200


@bp.get("/coverage/<any(licensed,release,outside,positive):category>")
@allowed(P.STATISTICS_READ)
def coverage_batches(category: str) -> ResponseReturnValue:
    """The batches behind a category's numbers."""
    wrong: dict[str, str] = {}
    with look() as unit:
        first = _month(unit, wrong)
        last = month_end(first)
        html = page(
            "supervision/coverage_list.html",
            month=f"{first:%Y-%m}",
            row=must_check(last).get(Category(category)),
            batches=batches_in(unit, Category(category), first, last),
            farms=None,
        )
    return html, 422 if wrong else 200


@bp.get("/coverage/farms/<level>/<kind>")
@allowed(P.STATISTICS_READ)
def coverage_farms(level: str, kind: str) -> ResponseReturnValue:
    """The farms of a grade and kind that declared nothing in a month."""
    if level not in set(Level) or kind not in set(FarmKind):
        raise NotFound
    wrong: dict[str, str] = {}
    with look() as unit:
        first = _month(unit, wrong)
        farms = undeclared_farms(unit, Level(level), FarmKind(kind), first, month_end(first))
        html = page(
            "supervision/coverage_list.html",
            month=f"{first:%Y-%m}",
            row=None,
            batches=None,
            farms=[(one, reference.full_name(unit, one.division_code)) for one in farms],
            grade=(LEVEL_WORDS[Level(level)], KIND_WORDS[FarmKind(kind)]),
        )
    return html, 422 if wrong else 200


@bp.get("/coverage/silent.xlsx")
@allowed(P.STATISTICS_READ)
def silent_xlsx() -> ResponseReturnValue:
    """Farms that should have declared and did not, as a workbook."""
    with look() as unit:
        days = parse_days(request.args.get("days", ""), USUAL_DAYS)
        farms = unit.scalars(silent(unit, days).limit(MOST_EXPORTED))
        rows = [
            (
                *(one.name, one.place, f"{LEVEL_WORDS[one.level]}{KIND_WORDS[one.kind]}"),
                *(one.holds, one.left, "是" if one.was_positive else ""),
                one.declared_at and f"{one.declared_at.astimezone(SHANGHAI):%Y-%m-%d}",
            )
            for one in silent_lines(unit, farms, days)
        ]
        data = workbook(Table("应报未报", HEADS, rows))
        name = f"{_('应报未报')}-{unit.today:%Y%m%d}.xlsx"
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


def _month(unit: Look, wrong: dict[str, str]) -> date:
    typed = request.args.get("month", "")
    try:
        return parse_month(typed, "month") if typed.strip() else unit.today.replace(day=1)
    except Invalid as error:
        wrong.update(error.fields)
        return unit.today.replace(day=1)


def _days(wrong: dict[str, str]) -> int:
    try:
        return parse_days(request.args.get("days", ""), USUAL_DAYS)
    except Invalid as error:
        wrong.update(error.fields)
        return USUAL_DAYS
