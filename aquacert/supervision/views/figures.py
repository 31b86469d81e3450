"""Doors of supervision: today's figures, issued counts, the trail and its check."""

from __future__ import annotations

import io
from dataclasses import astuple
from datetime import date
from urllib.parse import quote

from flask import Flask, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.api import answer
from aquacert.http.gates import House, allowed, current_actor, house, look
from aquacert.http.pages import page
from aquacert.kernel.aside import aside
from aquacert.kernel.audit import WHOLE
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.paging import Pages
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.queries import division
from aquacert.supervision import commands, queries
from aquacert.supervision.documents import WorkbookLine
from aquacert.supervision.forms import EmptyForm
from aquacert.supervision.queries import CountLine, Span
from aquacert.supervision.queries.persons import behind
from aquacert.supervision.rules import MONTHS_SHOWN, months_later, parse_month
from aquacert.supervision.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 20
MOST_MONTHS = 120
FIELD_WORDS = {
    "because": "原因",
    "certificates": "张数",
    "chains": "链数",
    "corrections": "更正",
    "device": "设备",
    "disease_code": "病种",
    "entries": "条数",
    "kind": "种类",
    "level": "等级",
    "name": "名称",
    "number": "编号",
    "office_id": "机构",
    "outcome": "结论",
    "place": "地点",
    "quantity": "数量",
    "received": "收到数量",
    "report_no": "报告号",
    "role": "岗位",
    "second_factor": "验过动态口令",
    "species_code": "品种",
    "state": "状态",
    "status": "状态",
    "successor": "新证",
    "unit": "单位",
    "unusual": "不寻常",
    "version": "版本",
}
"""Names of facts' fields for people; a field that is not here is shown as it is called."""


def prepare(app: Flask) -> None:
    """Let the rail show breaks of the audit chains."""
    home: House = app.extensions["aquacert"]
    home.rail["supervision"] = queries.waiting


@bp.get("/")
@allowed(P.STATISTICS_READ, P.AUDIT_READ)
def index() -> ResponseReturnValue:
    """Today's figures, each a link to its list."""
    with look() as unit:
        span = queries.last_year(unit)
        lines = queries.counts(unit, span)
        return page(
            "supervision/index.html",
            figures=queries.today(unit),
            months=queries.by_month(lines, span),
            form=EmptyForm(formdata=None),
        )


@bp.get("/statistics")
@allowed(P.STATISTICS_READ)
def statistics() -> ResponseReturnValue:
    """Issued counts by month, county and species: the table is the truth, the chart repeats it."""
    wrong: dict[str, str] = {}
    with look() as unit:
        try:
            span = _span(unit)
        except Invalid as error:
            wrong, span = error.fields, queries.last_year(unit)
        lines = _lines(unit, span)
        everything = queries.counts(unit, span)
        html = page(
            "supervision/statistics.html",
            span=span,
            wrong=wrong,
            pages=_cut(lines),
            months=queries.by_month(lines, span),
            counties=sorted({(line.county, line.county_name) for line in everything}),
            species=sorted({(line.species_code, line.species) for line in everything}),
            chosen=request.args,
            same=_filters(span),
        )
    return html, 422 if wrong else 200


@bp.get("/statistics.json")
@allowed(P.STATISTICS_READ)
def statistics_json() -> ResponseReturnValue:
    """The chart's data: certificates of form A and B by month."""
    with look() as unit:
        span = _span(unit)
        months = queries.by_month(_lines(unit, span), span)
    series = [
        {"name": _(name), "data": [sums[kind] for sums in months.values()]}
        for kind, name in (("A", "动物A"), ("B", "动物B"))
    ]
    return answer({"months": list(months), "series": series, "unit": _("张")})


@bp.get("/statistics.xlsx")
@allowed(P.STATISTICS_READ)
def statistics_xlsx() -> ResponseReturnValue:
    """The same table as a workbook."""
    with look() as unit:
        span = _span(unit)
        lines = _lines(unit, span)
    rows = [
        astuple(
            WorkbookLine(
                month=line.month,
                county=line.county,
                county_name=line.county_name,
                species=line.species,
                kind=line.kind,
                certificates=line.certificates,
                quantity=line.quantity,
                unit=line.unit,
            )
        )
        for line in lines
    ]
    data = aside("aquacert.supervision.documents.workbook:of_rows", rows)
    name = f"出证统计 {span.first:%Y-%m} 至 {span.last:%Y-%m}.xlsx"
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/audit")
@allowed(P.AUDIT_READ)
def audit() -> ResponseReturnValue:
    """What the own jurisdiction recorded, newest first."""
    words, room = request.args.get("q", ""), request.args.get("room", "")
    chain = request.args.get("chain", "")
    with look() as unit:
        found = queries.trail(unit, words, room, chain)
        pages = unit.pages(found, request.args.get("page", 1, type=int))
        return page(
            "supervision/audit.html",
            pages=pages,
            q=words,
            room=room,
            rooms=queries.rooms_recorded(unit),
            places={row.chain: _place(unit, row.chain) for row in pages.items},
            names=FIELD_WORDS,
            behind=behind(unit, pages.items),
            last=queries.last_check(unit),
            form=EmptyForm(formdata=None),
        )


@bp.post("/audit/check")
@allowed(P.AUDIT_READ)
def check_chains() -> ResponseReturnValue:
    """Check every audit chain now."""
    form = EmptyForm()
    if form.validate_on_submit():
        breaks = commands.check_chains(house().database, current_actor())
        if breaks:
            flash(_("审计链有 %(n)s 处不符", n=len(breaks)), "error")
        else:
            flash(_("审计链完好"))
    return redirect(url_for(".audit"))


def _span(unit: Look) -> Span:
    """Return the months asked for; raise `Invalid` for what are none."""
    usual = queries.last_year(unit)
    first, last = _month("from", usual.first), _month("until", usual.last)
    if first > last:
        sentence = "开始的月份不能晚于结束的月份。"
        raise Invalid(sentence, **{"from": sentence})
    if months_later(first, MOST_MONTHS) <= last:
        sentence = f"一次最多看 {MOST_MONTHS // MONTHS_SHOWN} 年。"
        raise Invalid(sentence, **{"from": sentence})
    return Span(first, last)


def _month(field: str, usual: date) -> date:
    typed = request.args.get(field, "")
    return parse_month(typed, field) if typed.strip() else usual


def _lines(unit: Look, span: Span) -> list[CountLine]:
    county, species = request.args.get("county", ""), request.args.get("species", "")
    return queries.counts(unit, span, county, species)


def _cut(lines: list[CountLine]) -> Pages[CountLine]:
    number = max(1, request.args.get("page", 1, type=int))
    return Pages(lines[(number - 1) * PAGE : number * PAGE], number, PAGE, len(lines))


def _filters(span: Span) -> str:
    """Return the filters as a query, for the chart and the workbook."""
    words = {
        "from": f"{span.first:%Y-%m}",
        "until": f"{span.last:%Y-%m}",
        "county": request.args.get("county", ""),
        "species": request.args.get("species", ""),
    }
    return "&".join(f"{name}={quote(value)}" for name, value in words.items() if value)


def _place(unit: Look, chain: str) -> str:
    if chain == WHOLE:
        return _("全省")  # type: ignore[no-any-return]
    try:
        return division(unit, chain).name_zh
    except NotFound:
        return chain
