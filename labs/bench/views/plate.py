"""Doors of the plate: wells saved as they are typed, a column by plain form, submit, equip, repeat."""

import json
from typing import Any
from uuid import UUID

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import AquaCertError, Invalid, NotFound
from aquacert.kernel.permissions import P
from labs.bench.commands import (
    Clashes,
    Typed,
    enter_wells,
    equip_run,
    repeat_run,
    submit_run,
)
from labs.bench.forms import EquipForm, SubmitForm
from labs.bench.models import BenchRun
from labs.bench.queries.plate import Cell, Plate, column_wise, plate_of
from labs.bench.rules.cells import KIND_WORDS
from labs.bench.views.blueprint import bp
from labs.bench.views.page import plate_facts, run_page
from labs.register.forms import EmptyForm, ReasonForm

MOST = 768
"""Wells in one saving: a plate of 384 with its internal controls."""
LONG = 10
"""Digits that no revision has."""


@bp.post("/runs/<uuid:run_id>/plate")
@allowed(P.LAB_ENTER)
def save_wells(run_id: UUID) -> ResponseReturnValue:
    """Save wells as the page's script sends them; the same sent again, after a lost reply, changes nothing.

    422 names each well that is not understood, 409 says both values of each well that another tab changed.
    """
    try:
        with work() as w:
            enter_wells(w, run_id, _typed(request.form.get("wells", "")))
    except Clashes as clashes:
        said = [
            {
                "well": c.well,
                "ic": c.is_ic,
                "yours": c.yours,
                "theirs": c.theirs,
                "seen": c.revision,
            }
            for c in clashes.clashes
        ]
        return _told({"sentence": clashes.sentence, "clashes": said}, clashes)
    except Invalid as wrong:
        fields = {well: _(sentence) for well, sentence in wrong.fields.items()}
        return _told({"sentence": wrong.sentence, "fields": fields}, wrong)
    except AquaCertError as refused:
        return _told({"sentence": refused.sentence}, refused)
    return _state(run_id)


@bp.get("/runs/<uuid:run_id>/plate")
@allowed(P.LAB_READ)
def plate_state(run_id: UUID) -> ResponseReturnValue:
    """Return the plate as it stands now, for the page's script."""
    return _state(run_id)


@bp.route("/runs/<uuid:run_id>/columns/<int:number>", methods=["GET", "POST"])
@allowed(P.LAB_ENTER)
def column(run_id: UUID, number: int) -> ResponseReturnValue:
    """Enter a whole column by a plain form, without any script."""
    form = EmptyForm()
    wrong: dict[str, str] = {}
    if request.method == "POST" and form.validate():
        with form.trying():
            wrong = _save_column(run_id, form)
        if not form.wrong:
            return redirect(url_for(".run", run_id=run_id))
    with look() as unit:
        plate = plate_of(unit, unit.get(BenchRun, run_id))
        if plate is None or not 1 <= number <= plate.columns:
            raise NotFound
        cells = [c for c in plate.cells.values() if column_wise(c)[0] == number]
        html = page(
            "labs/column.html",
            plate=plate,
            run=plate.run,
            cells=sorted(cells, key=column_wise),
            number=number,
            typed=request.form,
            wrong=wrong,
            form=form,
        )
    return html, form.status


@bp.post("/runs/<uuid:run_id>/submit")
@allowed(P.LAB_ENTER)
def submit(run_id: UUID) -> ResponseReturnValue:
    """Submit a run for review."""
    form = SubmitForm()
    with form.trying(), work(once=form.key()) as w:
        submit_run(w, run_id, leave_open=bool(form.leave_open.data))
        w.reply = url_for(".run", run_id=run_id)
    if form.wrong:
        return run_page(run_id, submit_form=form)
    return redirect(url_for(".run", run_id=run_id))


@bp.post("/runs/<uuid:run_id>/equip")
@allowed(P.LAB_ENTER)
def equip(run_id: UUID) -> ResponseReturnValue:
    """Say what a run was done with."""
    form = EquipForm()
    with form.trying(), work(once=form.key()) as w:
        equip_run(w, run_id, **form.equipment())
        w.reply = url_for(".run", run_id=run_id)
    if form.wrong:
        return run_page(run_id, equip_form=form)
    return redirect(url_for(".run", run_id=run_id))


@bp.post("/runs/<uuid:run_id>/repeat")
@allowed(P.LAB_ENTER)
def repeat(run_id: UUID) -> ResponseReturnValue:
    """Set a failed run's results aside."""
    form = ReasonForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            repeat_run(w, run_id, form.because.data or "")
            w.reply = url_for(".run", run_id=run_id)
    if form.wrong:
        return run_page(run_id, repeat_form=form)
    return redirect(url_for(".run", run_id=run_id))


def _save_column(run_id: UUID, form: EmptyForm) -> dict[str, str]:
    """Save the column that was sent; return the sentence of each well that was refused, said at its field and on top."""
    try:
        with work(once=form.key()) as w:
            enter_wells(w, run_id, _column_typed())
            w.reply = url_for(".run", run_id=run_id)
    except Invalid as refused:
        form.form_errors.append(refused.sentence)
        return dict(refused.fields)
    return {}


def _typed(text: str) -> list[Typed]:
    """Read what the script sends: [{"well", "text", "seen", "ic"}]."""
    try:
        rows = json.loads(text)
        typed = [
            Typed(str(row["well"]), str(row["text"]), int(row["seen"]), bool(row.get("ic")))
            for row in _bounded(rows)
        ]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as bad:
        raise Invalid("没有读懂要保存的内容，请刷新页面再录。") from bad
    return typed


def _bounded(rows: Any) -> list[Any]:  # noqa: ANN401 (JSON)
    """Return the rows of one saving; more than a plate holds are none, for what is left out would seem saved."""
    if not isinstance(rows, list) or len(rows) > MOST:
        raise TypeError
    return rows


def _column_typed() -> list[Typed]:
    """Read a column's plain fields: w-C7 the target, i-C7 the internal control, s-… the revision that was shown."""
    typed: list[Typed] = []
    for name, value in request.form.items():
        kind, _dash, well = name.partition("-")
        if kind not in {"w", "i"} or not well:
            continue
        if value == request.form.get(f"o-{name}", ""):
            continue  # left as it was shown
        seen = request.form.get(f"s-{name}", "0")
        typed.append(
            Typed(
                well, value, int(seen) if seen.isdecimal() and len(seen) < LONG else 0, kind == "i"
            )
        )
    return typed


def _state(run_id: UUID) -> Response:
    """Return every well and the panels beside the plate."""
    with look() as unit:
        plate = plate_of(unit, unit.get(BenchRun, run_id))
        if plate is None:
            raise NotFound
        facts = plate_facts(unit, plate, request.values.get("at", ""))
        side = render_template("labs/_run_side_alone.html", run=plate.run, **facts)
    return jsonify(cells=_cells(plate), side=side, **_totals(plate))


def _cells(plate: Plate) -> dict[str, dict[str, Any]]:
    return {cell.well: _cell(cell) for cell in plate.cells.values()}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "kind": cell.kind,
        "mark": _(cell.mark) if cell.mark else "",
        "text": cell.text,
        "ic": cell.ic_text,
        "seen": cell.revision,
        "icSeen": cell.ic_revision,
    }


def _totals(plate: Plate) -> dict[str, Any]:
    counts = plate.counts
    return {
        "entered": plate.entered,
        "total": len(plate.cells),
        "counts": {kind: counts.get(kind, 0) for kind in KIND_WORDS},
    }


def _told(body: dict[str, Any], refused: AquaCertError) -> ResponseReturnValue:
    return jsonify({**body, "sentence": _(refused.sentence)}), refused.status
