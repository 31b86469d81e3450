"""Test data (疫病检测数据) for officials: every verified result of the samples of one's place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, select

from aquacert.http.gates import allowed, current_actor, house, look
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.queries import all_diseases, methods
from aquacert.sampling.models import Sample
from aquacert.supervision.views.blueprint import bp
from labs.bench.rules import OUTCOME_WORDS
from labs.register.forms import DataForm
from labs.register.queries import labs
from labs.reports.queries.data import Asked, data_page, data_stream
from labs.reports.rules.cells import HEADS, MOST_ROWS
from labs.reports.views.data import as_csv, as_xlsx, outcomes

AT_ONCE = 500
PLACE_HEADS = (*HEADS, "启运地区划代码")


@bp.get("/tests")
@allowed(P.SAMPLE_READ)
def tests() -> ResponseReturnValue:
    """One page of the verified results of this place's samples."""
    with look() as unit:
        form = _form(unit)
        found = data_page(
            unit, _asked(form), after=request.args.get("after", ""), codes=_codes(unit)
        )
        samples = _samples(unit, [line.blind_code for line in found.items])
    args = {name: value for name, value in request.args.items() if value and name != "after"}
    words = {kind.value: _(name) for kind, name in OUTCOME_WORDS.items()}
    html = page(
        "supervision/tests.html", form=form, page=found, words=words, args=args, samples=samples
    )
    return html, form.status


@bp.get("/tests.csv")
@allowed(P.SAMPLE_READ)
def tests_csv() -> ResponseReturnValue:
    """Every result that is asked for, as CSV, sent while it is read."""
    with look() as unit:
        asked = _asked(_form(unit))
    if asked.is_nothing:
        return tests()
    return as_csv(_every(asked), PLACE_HEADS)


@bp.get("/tests.xlsx")
@allowed(P.SAMPLE_READ)
def tests_xlsx() -> ResponseReturnValue:
    """The newest million of them as a workbook."""
    with look() as unit:
        asked = _asked(_form(unit))
    if asked.is_nothing:
        return tests()
    return as_xlsx(_every(asked, MOST_ROWS), PLACE_HEADS)


def _codes(unit: Look) -> Select[str]:
    """Select the blind codes of the samples that this person may see."""
    return select(Sample.blind_code).where(unit.visible(Sample))


def _samples(unit: Look, codes: list[str]) -> dict[str, tuple[UUID, str]]:
    """Return (declaration, place it came from) by blind code."""
    rows = unit.session.execute(
        select(Sample.blind_code, Sample.declaration_id, Sample.origin_code).where(
            Sample.blind_code.in_(codes), unit.visible(Sample)
        )
    )
    return {code: (declaration_id, place) for code, declaration_id, place in rows}


def _every(asked: Asked, most: int | None = None) -> Iterator[tuple[object, ...]]:
    """Return the rows of an export, which opens its own look: it outlives the request."""
    database, actor = house().database, current_actor()

    def rows() -> Iterator[tuple[object, ...]]:
        with database.look(actor) as unit:
            lines = data_stream(unit, asked, codes=_codes(unit), most=most)
            while some := list(islice(lines, AT_ONCE)):
                places = _samples(unit, [line.blind_code for line in some])
                for line in some:
                    yield (*line.cells(), places[line.blind_code][1])

    return rows()


def _form(unit: Look) -> DataForm:
    form = DataForm(formdata=request.args, meta={"csrf": False})
    tests: dict[str, str] = {}
    for row in unit.scalars(all_diseases(unit)):
        name = f"{row.name_zh}（{row.code}）"
        tests[f"{row.code}|"] = name
        for each in methods(unit, row.code):
            tests[f"{row.code}|{each.code}"] = f"{name}· {each.standard}"
    form.offer(
        test=list(tests.items()),
        outcome=outcomes(),
        lab=[(str(line.lab_id), line.name_zh) for line in labs(unit)],
    )
    return form


def _asked(form: DataForm) -> Asked:
    """Return the question; one with a condition that cannot be is said at its field and finds nothing."""
    return Asked(**form.question()) if form.validate() else Asked(is_nothing=True)
