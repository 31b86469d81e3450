"""The laboratory's own test data: searched, narrowed, exported. Blind codes only."""

from collections.abc import Iterator, Mapping

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, current_actor, house, look
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from labs.bench.rules import OUTCOME_WORDS, Outcome
from labs.register.forms import DataForm
from labs.register.queries import instruments_of, own_lab, scopes_of
from labs.reports.documents.sheet import csv_lines, workbook
from labs.reports.queries.data import Asked, data_page, data_stream
from labs.reports.rules.cells import HEADS, MOST_ROWS
from labs.reports.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def outcomes() -> list[tuple[str, str]]:
    """Return the outcomes that a verified result may have, as choices."""
    final = (Outcome.NEGATIVE, Outcome.POSITIVE, Outcome.INCONCLUSIVE)
    return [(each.value, _(OUTCOME_WORDS[each])) for each in final]


@bp.get("/data")
@allowed(P.LAB_READ)
def data() -> ResponseReturnValue:
    """One page of the laboratory's verified results."""
    with look() as unit:
        form = _form(unit)
        asked = _asked(form)
        found = data_page(unit, asked, after=request.args.get("after", ""))
    html = page("labs/data.html", form=form, page=found, words=_words(), args=_args())
    return html, form.status


@bp.get("/data.csv")
@allowed(P.LAB_READ)
def data_csv() -> ResponseReturnValue:
    """Every result that is asked for, as CSV, sent while it is read."""
    with look() as unit:
        asked = _asked(_form(unit))
    if asked.is_nothing:
        return data()
    return as_csv(_every(asked))


@bp.get("/data.xlsx")
@allowed(P.LAB_READ)
def data_xlsx() -> ResponseReturnValue:
    """The newest million of them as a workbook."""
    with look() as unit:
        asked = _asked(_form(unit))
    if asked.is_nothing:
        return data()
    return as_xlsx(_every(asked, MOST_ROWS))


def as_csv(rows: Iterator[tuple[object, ...]], heads: tuple[str, ...] = HEADS) -> Response:
    """Return rows as a CSV that is sent while they are read."""
    answer = Response(csv_lines(heads, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="test-data.csv"'
    return answer


def as_xlsx(rows: Iterator[tuple[object, ...]], heads: tuple[str, ...] = HEADS) -> Response:
    """Return rows as a workbook, written to disk row by row before it is sent."""
    answer = Response(workbook(heads, rows), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="test-data.xlsx"'
    return answer


def _every(asked: Asked, most: int | None = None) -> Iterator[tuple[object, ...]]:
    """Return the rows of an export, which opens its own look: it outlives the request."""
    database, actor = house().database, current_actor()

    def rows() -> Iterator[tuple[object, ...]]:
        with database.look(actor) as unit:
            for line in data_stream(unit, asked, most=most):
                yield line.cells()

    return rows()


def _form(unit: Look) -> DataForm:
    form = DataForm(formdata=request.args, meta={"csrf": False})
    lab_id = own_lab(unit)
    tests: dict[str, str] = {}
    for scope in scopes_of(unit, lab_id):
        name = f"{scope.disease_name_zh}（{scope.disease_code}）"
        tests[f"{scope.disease_code}|"] = name
        tests[f"{scope.disease_code}|{scope.method_code}"] = f"{name}· {scope.method_standard}"
    form.offer(
        test=list(tests.items()),
        outcome=outcomes(),
        instrument=[
            (str(line.instrument.id), f"{line.instrument.code} {line.instrument.name}")
            for line in instruments_of(unit, lab_id)
        ],
    )
    return form


def _asked(form: DataForm) -> Asked:
    """Return the question; one with a condition that cannot be is said at its field and finds nothing."""
    return Asked(**form.question()) if form.validate() else Asked(is_nothing=True)


def _args() -> Mapping[str, str]:
    return {name: value for name, value in request.args.items() if value and name != "after"}


def _words() -> dict[str, str]:
    return {kind.value: words for kind, words in OUTCOME_WORDS.items()}
