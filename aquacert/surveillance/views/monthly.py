"""A point's months on the reporter's phone: his points, one month, what he sent, the year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.http.sentences import said
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.monthly import MonthSaid, keep_draft, quiet_month, send_month
from aquacert.surveillance.forms import EmptyForm
from aquacert.surveillance.forms.reporting import MOST_ROWS, MonthForm, month_form
from aquacert.surveillance.models import MonitoringPoint
from aquacert.surveillance.parsers.monthly import read_month
from aquacert.surveillance.queries.monthly import (
    carried,
    diseases_of,
    draft,
    late,
    live_report,
    stocks_of,
    year_of,
)
from aquacert.surveillance.queries.points import (
    PointLine,
    area_words,
    my_points,
    point_lines,
    reports_it,
    species_of,
)
from aquacert.surveillance.rules.monthly import (
    BASIS_WORDS,
    MEASURE_WORDS,
    STATE_WORDS,
    curve,
    is_over,
    month_of,
    month_words,
    months_due,
    ratios,
)
from aquacert.surveillance.views.blueprint import bp
from aquacert.surveillance.views.points import disease_names

FILL = P.MONTH_FILL
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Todo:
    """One point on the reporter's first page: the months to report now, oldest first."""

    line: PointLine
    months: tuple[date, ...]
    late: frozenset[date]
    can_quiet: bool


@bp.get("/monthly")
@allowed(FILL)
def monthly() -> ResponseReturnValue:
    """The points this person reports, each with the months that wait."""
    with look() as unit:
        rows = unit.scalars(my_points(unit))
        lateness = late(unit, rows)
        todos = []
        for line in point_lines(unit, rows):
            known = {one.month_on for one in _reported(unit, line.point)}
            due = months_due(line.point.from_on, line.point.closed_on, unit.today)[:12]
            waits = tuple(sorted(month for month in due if month not in known))
            if line.point.closed_on is not None and not waits:
                continue  # closed, and nothing of it is left to report
            behind = frozenset(month for row, month in lateness if row.id == line.point.id)
            todos.append(Todo(line, waits, behind, bool(carried(unit, line.point.id))))
        return page(
            "surveillance/monthly.html",
            todos=todos,
            this_month=month_of(unit.today),
            words=month_words,
            form=EmptyForm(formdata=None),
        )


@bp.get("/monthly/<uuid:point_id>")
@allowed(FILL)
def monthly_year(point_id: UUID) -> ResponseReturnValue:
    """One point's year: what was reported, what is missing."""
    with look() as unit:
        row = _mine(unit, point_id)
        [line] = point_lines(unit, [row])
        year = min(max(request.args.get("year", unit.today.year, type=int), FIRST_YEAR), LAST_YEAR)
        months = year_of(unit, row, year)
        return page(
            "surveillance/monthly_year.html",
            line=line,
            year=year,
            months=months,
            states=STATE_WORDS,
            words=month_words,
            curve=curve({one.month_on.month: one.deaths for one in months if one.report}),
            names=disease_names(unit, [code for one in months for code in one.diseases]),
        )


@bp.post("/monthly/<uuid:point_id>/<month>/quiet")
@allowed(FILL)
def monthly_quiet(point_id: UUID, month: str) -> ResponseReturnValue:
    """本月无病: the whole report in one tap, with the stock as it last was."""
    form = EmptyForm()
    day = _month(month)
    with work(once=form.key()) as w:
        quiet_month(w, point_id, day)
        w.reply = url_for(".monthly")
    flash(_("%(month)s报好了：没有病。", month=said(month_words(day))), "ok")
    return redirect(w.reply)


@bp.route("/monthly/<uuid:point_id>/<month>", methods=["GET", "POST"])
@allowed(FILL)
def monthly_month(point_id: UUID, month: str) -> ResponseReturnValue:
    """One month: fill it in, keep it as a draft, send it, correct it."""
    day = _month(month)
    with look() as unit:
        row = _mine(unit, point_id)
        species = species_of(unit, row.id)
        rows = _rows_wanted(draft(unit, row.id, day), live=_live_rows(unit, row, day))
        form = _form(unit, row, species, day, rows)
    act = request.form.get("act", "")
    if request.method == "POST" and act == "draft":
        with work(once=form.key()) as w:
            keep_draft(w, point_id, day, _typed(form, rows))
            w.reply = url_for(".monthly")
        flash(_("存好了，还没有报出。"), "ok")
        return redirect(w.reply)
    if act != "more" and form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            send_month(w, point_id, day, _said(form, species, rows), form.because.data or "")
            w.reply = url_for(".monthly_month", point_id=point_id, month=month)
        if not form.wrong:
            flash(_("%(month)s报好了。", month=said(month_words(day))), "ok")
            return redirect(w.reply)
    return _page(point_id, day, form, rows)


def _page(point_id: UUID, day: date, form: MonthForm, rows: int) -> ResponseReturnValue:
    with look() as unit:
        row = _mine(unit, point_id)
        [line] = point_lines(unit, [row])
        live = live_report(unit, row.id, day)
        stocks = stocks_of(unit, [live.id]).get(live.id, ()) if live else ()
        told = diseases_of(unit, [live.id]).get(live.id, ()) if live else ()
        by_species = {one.species_code: one for one in stocks}
        html = page(
            "surveillance/monthly_month.html",
            line=line,
            day=day,
            words=month_words,
            live=live,
            stocks=stocks,
            told=[(one, ratios(one, by_species[one.species_code])) for one in told],
            names=disease_names(unit, [one.disease_code for one in told]),
            kinds={code: reference.species(unit, code).name_zh for code in by_species},
            area=area_words,
            basis=BASIS_WORDS,
            measures=MEASURE_WORDS,
            states=STATE_WORDS,
            form=form,
            rows=rows,
            most=MOST_ROWS,
            species_count=len(line.species),
            over=is_over(day, unit.today),
            carries=bool(carried(unit, row.id)),
            empty=EmptyForm(formdata=None),
        )
    return html, form.status


def _form(
    unit: Look, row: MonitoringPoint, species: tuple[str, ...], day: date, rows: int
) -> MonthForm:
    """Return the form, filled from the draft, else from what was reported, else from last month."""
    names = [(code, _(reference.species(unit, code).name_zh)) for code in species]
    return month_form(names, _diseases(unit, species), rows, data=_known(unit, row, species, day))


def _known(unit: Look, row: MonitoringPoint, species: tuple[str, ...], day: date) -> dict[str, Any]:
    kept = dict(draft(unit, row.id, day))
    if kept:
        return kept
    live = live_report(unit, row.id, day)
    stocks = stocks_of(unit, [live.id]).get(live.id, ()) if live else carried(unit, row.id)
    by_species = {one.species_code: one for one in stocks}
    data: dict[str, Any] = {}
    for n, code in enumerate(species):
        if code in by_species:
            data[f"area-{n}"] = area_words(by_species[code].area_tenths)
            data[f"stocked-{n}"] = str(by_species[code].stocked)
        elif len(species) == 1:
            data[f"area-{n}"] = area_words(row.area_tenths)
    for n, one in enumerate(diseases_of(unit, [live.id]).get(live.id, ()) if live else ()):
        data |= {
            f"row-{n}-disease": one.disease_code or "?",
            f"row-{n}-species": one.species_code,
            f"row-{n}-area": area_words(one.area_tenths),
            f"row-{n}-area_stock": str(one.area_stock),
            f"row-{n}-diseased": "" if one.diseased is None else str(one.diseased),
            f"row-{n}-deaths": str(one.deaths),
            f"row-{n}-loss": str(one.loss_yuan or ""),
            f"row-{n}-basis": list(one.basis),
            f"row-{n}-measures": list(one.measures),
        }
    return data


def _diseases(unit: Look, species: tuple[str, ...]) -> list[tuple[str, str]]:
    rows = unit.scalars(reference.all_diseases(unit))
    return [
        (one.code, _(one.name_zh))
        for one in rows
        if any(reference.affects(unit, one.code, code) for code in species)
    ]


def _rows_wanted(kept: Mapping[str, Any], live: int) -> int:
    """Return how many lines for diseases the form has: those asked for, known, or one."""
    asked = request.values.get("rows", type=int) or 0
    if request.form.get("act") == "more":
        asked += 1
    known = sum(1 for n in range(MOST_ROWS) if kept.get(f"row-{n}-disease"))
    return min(MOST_ROWS, max(1, asked, known, live))


def _live_rows(unit: Look, row: MonitoringPoint, day: date) -> int:
    live = live_report(unit, row.id, day)
    return len(diseases_of(unit, [live.id]).get(live.id, ())) if live else 0


def _typed(form: MonthForm, rows: int) -> dict[str, Any]:
    """Return everything typed, as plain values that a draft can keep."""
    said = {name: value for name, value in form.asked().items() if name != "because"}
    said["water"] = str(form.water.data) if form.water.data is not None else ""
    return {name: value for name, value in said.items() if value} | {"rows": rows}


def _said(form: MonthForm, species: tuple[str, ...], rows: int) -> MonthSaid:
    stocks, told = read_month(form.asked(), species, rows)
    water = form.water.data
    return MonthSaid(
        stocks, told, None if water is None else round(water * 10), form.note.data or ""
    )


def _reported(unit: Look, row: MonitoringPoint) -> list[Any]:
    years = {unit.today.year, unit.today.year - 1}
    found = [one for year in years for one in year_of(unit, row, year)]
    return [one for one in found if one.report is not None and one.report.state != "returned"]


def _mine(unit: Look, point_id: UUID) -> MonitoringPoint:
    row = unit.get(MonitoringPoint, point_id)
    if not reports_it(unit, row):
        raise NotFound
    return row


def _month(text: str) -> date:
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise NotFound from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotFound
    return day
