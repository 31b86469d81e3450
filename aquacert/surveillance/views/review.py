"""Months at the county's desk: those that wait, those that are late, one to accept or return."""

from __future__ import annotations

import io
from datetime import date
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts import queries as accounts
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.documents import Table, workbook
from aquacert.surveillance.commands.monthly import accept_month, return_month
from aquacert.surveillance.forms import EmptyForm
from aquacert.surveillance.forms.reporting import BecauseForm
from aquacert.surveillance.models import MonitoringPoint
from aquacert.surveillance.queries.monthly import (
    diseases_of,
    figures,
    late,
    report,
    reports,
    stocks_of,
    versions,
)
from aquacert.surveillance.queries.points import (
    PointLine,
    area_words,
    point,
    point_lines,
    points,
)
from aquacert.surveillance.rules.monthly import (
    BASIS_WORDS,
    MEASURE_WORDS,
    STATE_WORDS,
    State,
    month_words,
    ratios,
)
from aquacert.surveillance.rules.points import UNIT_WORDS, AreaUnit
from aquacert.surveillance.views.blueprint import bp
from aquacert.surveillance.views.points import XLSX, disease_names

HEADS = (
    *("监测点编号", "区划代码", "月份", "品种", "病种", "监测面积", "面积单位", "存塘数"),
    *("发病面积", "发病区域养殖数", "发病数", "死亡数", "经济损失（元）", "状态", "版次"),
)


@bp.get("/monthly/reports")
@allowed(P.POINT_READ)
def month_index() -> ResponseReturnValue:
    """Reports of this person's place: those that wait first; ?state= and ?late=1 narrow it."""
    state = request.args.get("state", "")
    with look() as unit:
        open_points = unit.scalars(points(unit))
        behind = late(unit, open_points)
        pages = unit.pages(
            reports(unit, state=state if state in set(STATE_WORDS) else ""),
            request.args.get("page", 1, type=int),
        )
        rows = [point(unit, row.point_id) for row in pages.items]
        shown = {line.point.id: line for line in point_lines(unit, rows)}
        return page(
            "surveillance/monthly_reports.html",
            pages=pages,
            lines=shown,
            behind=_late_lines(unit, behind),
            only_late=request.args.get("late") == "1",
            state=state,
            states=STATE_WORDS,
            words=month_words,
            year=unit.today.year,
        )


@bp.get("/monthly/reports/<uuid:month_id>")
@allowed(P.POINT_READ)
def month_show(month_id: UUID) -> ResponseReturnValue:
    """One month of one point with its derived figures and every version."""
    return _show(month_id, BecauseForm(formdata=None))


@bp.post("/monthly/reports/<uuid:month_id>/accept")
@allowed(P.MONTH_REVIEW)
def month_accept(month_id: UUID) -> ResponseReturnValue:
    """Accept a month's report."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        accept_month(w, month_id)
        w.reply = url_for(".month_show", month_id=month_id)
    flash(_("已审核通过。"), "ok")
    return redirect(w.reply)


@bp.post("/monthly/reports/<uuid:month_id>/return")
@allowed(P.MONTH_REVIEW)
def month_return(month_id: UUID) -> ResponseReturnValue:
    """Send a month's report back with a reason."""
    form = BecauseForm()
    if form.validate():
        with form.keeping(), work(once=form.key()) as w:
            return_month(w, month_id, form.because.data or "")
            w.reply = url_for(".month_show", month_id=month_id)
        if not form.wrong:
            flash(_("已退回，报告人会收到消息。"), "ok")
            return redirect(w.reply)
    return _show(month_id, form)


@bp.get("/monthly/figures.xlsx")
@allowed(P.POINT_READ)
def month_file() -> ResponseReturnValue:
    """A year's figures of this person's place as a workbook."""
    with look() as unit:
        year = request.args.get("year", unit.today.year, type=int)
        month = request.args.get("month", type=int)
        found = figures(unit, min(max(year, 2000), 2100), month=month)
        names = disease_names(unit, [one.disease_code for one in found if not one.is_quiet])
        cells = [
            (
                one.point_code,
                one.division_code,
                f"{one.month_on:%Y-%m}",
                reference.species(unit, one.species_code).name_zh,
                "无病" if one.is_quiet else names[one.disease_code],
                area_words(one.area_tenths),
                UNIT_WORDS[AreaUnit(one.area_unit)],
                one.stocked,
                area_words(one.diseased_area_tenths),
                one.area_stock,
                "" if one.diseased is None else one.diseased,
                one.deaths,
                one.loss_yuan,
                STATE_WORDS[State(one.state)],
                one.version,
            )
            for one in found
        ]
    name = f"{_('测报月报')} {year}.xlsx"
    data = workbook(Table("测报月报", HEADS, cells))
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


def _show(month_id: UUID, form: BecauseForm) -> ResponseReturnValue:
    with look() as unit:
        row = report(unit, month_id)
        [line] = point_lines(unit, [point(unit, row.point_id)])
        stocks = stocks_of(unit, [row.id]).get(row.id, ())
        told = diseases_of(unit, [row.id]).get(row.id, ())
        by_species = {one.species_code: one for one in stocks}
        html = page(
            "surveillance/monthly_show.html",
            row=row,
            line=line,
            stocks=stocks,
            told=[(one, ratios(one, by_species[one.species_code])) for one in told],
            names=disease_names(unit, [one.disease_code for one in told]),
            kinds={code: reference.species(unit, code).name_zh for code in by_species},
            unit_word=UNIT_WORDS[AreaUnit(row.area_unit)],
            filled_by=accounts.person_label(unit, row.filled_by_id) if row.filled_by_id else "",
            versions=versions(unit, row),
            area=area_words,
            basis=BASIS_WORDS,
            measures=MEASURE_WORDS,
            states=STATE_WORDS,
            words=month_words,
            form=form,
            empty=EmptyForm(formdata=None),
        )
    return html, form.status


def _late_lines(
    unit: Look, behind: list[tuple[MonitoringPoint, date]]
) -> list[tuple[PointLine, date]]:
    rows = {row.id: row for row, _month in behind}
    lines = {line.point.id: line for line in point_lines(unit, rows.values())}
    return [(lines[row.id], month) for row, month in behind]
