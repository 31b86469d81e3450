"""Our own test results (疫病检测数据): the list with its search, and the same list as a file."""

from __future__ import annotations

import io
from datetime import date

from flask import request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.reference import queries as reference
from aquacert.surveillance.documents import as_csv, as_workbook
from aquacert.surveillance.models import OwnResult
from aquacert.surveillance.queries.own import OwnFilter, export_rows, own_results
from aquacert.surveillance.rules.own import OUTCOME_WORDS, PURPOSE_WORDS
from aquacert.surveillance.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
ASKED = ("q", "disease", "outcome", "division", "from", "until")


@bp.get("/tests")
@allowed(P.OBSERVATION_READ)
def own() -> ResponseReturnValue:
    """Every test result of this person's place, the newest sampling day first."""
    asked, wrong = _asked()
    with look() as unit:
        html = page(
            "surveillance/own.html",
            pages=unit.pages(own_results(unit, asked), request.args.get("page", 1, type=int)),
            asked=asked,
            wrong=wrong,
            diseases=unit.scalars(reference.all_diseases(unit)),
            outcomes=OUTCOME_WORDS,
            purposes=PURPOSE_WORDS,
            same={name: request.args[name] for name in ASKED if request.args.get(name)},
        )
    return html, 422 if wrong else 200


@bp.get("/tests.<any(csv,xlsx):form>")
@allowed(P.OBSERVATION_READ)
def own_file(form: str) -> ResponseReturnValue:
    """The same list as a file, at most 100,000 rows."""
    asked, wrong = _asked()
    if wrong:  # else a mistyped day would give everything
        return own()
    with look() as unit:
        rows: list[OwnResult] = list(export_rows(unit, asked))
        name = f"{_('疫病检测数据')} {unit.today:%Y-%m-%d}.{form}"
    data = as_csv(rows) if form == "csv" else as_workbook(rows)
    kind = CSV if form == "csv" else XLSX
    return send_file(io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)


def _asked() -> tuple[OwnFilter, str]:
    """Return what the address asks for, and a sentence about a day that is none."""
    wrong = ""
    days: dict[str, date | None] = {}
    for name in ("from", "until"):
        text = request.args.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            days[name], wrong = None, _("日期应该写成 2026-05-09。")
    division = request.args.get("division", "").strip()
    outcome = request.args.get("outcome", "")
    return (
        OwnFilter(
            words=request.args.get("q", ""),
            disease_code=request.args.get("disease", ""),
            outcome=outcome if outcome in OUTCOME_WORDS else "",
            division_code=division,
            from_on=days["from"],
            until_on=days["until"],
        ),
        wrong,
    )
