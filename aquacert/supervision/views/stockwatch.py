"""Farms to ask about: stock and never a declaration, records long unconfirmed; with export."""

from __future__ import annotations

import io
from collections.abc import Iterator

from flask import request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.documents import Table, workbook
from aquacert.supervision.queries.stockwatch import (
    WatchLine,
    usual_days,
    watch_pages,
    watch_rows,
)
from aquacert.supervision.rules import WATCH_WORDS, Watch, parse_days
from aquacert.supervision.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = ("苗种场", "区县", "存塘", "上次核对", "未核对天数", "最近变动", "最近申报")


@bp.get("/stock")
@allowed(P.STATISTICS_READ)
def stock_watch() -> ResponseReturnValue:
    """One of the two lists, by county."""
    watch, wrong = _watch(), ""
    with look() as unit:
        usual = usual_days(unit, watch)
        try:
            days = parse_days(request.args.get("days", ""), usual)
        except Invalid as error:
            days, wrong = usual, error.fields["days"]
        number = request.args.get("page", 1, type=int)
        html = page(
            "supervision/stock.html",
            watch=watch.value,
            words=WATCH_WORDS,
            days=days,
            wrong=wrong,
            pages=watch_pages(unit, watch, days, number),
        )
    return html, 422 if wrong else 200


@bp.get("/stock.xlsx")
@allowed(P.STATISTICS_READ)
def stock_watch_xlsx() -> ResponseReturnValue:
    """The same list whole, as a workbook."""
    watch = _watch()
    with look() as unit:
        days = parse_days(request.args.get("days", ""), usual_days(unit, watch))
        data = workbook(Table(WATCH_WORDS[watch], HEADS, _rows(unit, watch, days)))
        name = f"{WATCH_WORDS[watch]}-{unit.today:%Y%m%d}.xlsx"
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


def _watch() -> Watch:
    """Return the list that is asked for; the first one when it is none."""
    asked = request.args.get("list", "")
    return Watch(asked) if asked in set(Watch) else Watch.SILENT


def _rows(unit: Look, watch: Watch, days: int) -> Iterator[tuple[object, ...]]:
    for one in watch_rows(unit, watch, days):
        yield (
            *(one.name, one.place, _stock(one), one.confirmed_on and one.confirmed_on.isoformat()),
            one.days,
            one.moved_at and f"{one.moved_at.astimezone(SHANGHAI):%Y-%m-%d}",
            one.declared_at and f"{one.declared_at.astimezone(SHANGHAI):%Y-%m-%d}",
        )


def _stock(one: WatchLine) -> str:
    return "、".join(
        _("%(species)s %(n)s %(unit)s", species=species, n=f"{total:,}", unit=unit)
        for species, total, unit in one.stock
    )
