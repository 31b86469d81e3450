"""Doors of the technician: tests owed, runs, wells entered by hand."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from labs.bench import queries
from labs.bench.commands import (
    enter_control,
    enter_finding,
    enter_result,
    open_run,
)
from labs.bench.forms import ControlForm, FindingForm, RunForm, WellForm
from labs.bench.models import BenchRun
from labs.bench.rules import OUTCOME_WORDS, RESULT_MOVES, SENTENCES
from labs.bench.views.blueprint import bp
from labs.instruments.rules import ROLE_WORDS
from labs.register.forms import ReasonForm
from labs.register.models import LabScope
from labs.register.queries import own_lab, scopes_of
from labs.register.rules import MethodKind


@bp.get("/")
@allowed(P.LAB_READ)
def owed() -> ResponseReturnValue:
    """Tests that no result answers yet, oldest item first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        pages = unit.pages(queries.owed_orders(unit, words), number, 50)
        return page(
            "labs/owed.html",
            pages=pages,
            tests=queries.owed_tests(unit, pages.items),
            files=queries.staged_files(unit),
            q=words,
        )


@bp.get("/runs")
@allowed(P.LAB_READ)
def runs() -> ResponseReturnValue:
    """Runs, newest first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        return page("labs/runs.html", pages=unit.pages(queries.runs(unit, words), number), q=words)


@bp.route("/runs/new", methods=["GET", "POST"])
@allowed(P.LAB_ENTER)
def new_run() -> ResponseReturnValue:
    """Open a run for entry by hand."""
    form = RunForm()
    if form.validate_on_submit():
        with form.trying(), work(once=form.key()) as w:
            run_id = open_run(w, own_lab(w), **form.asked())
            w.reply = url_for(".run", run_id=run_id)
        if not form.wrong:
            return redirect(w.reply or "")
    return page("labs/new_run.html", form=form), form.status


@bp.get("/runs/<uuid:run_id>")
@allowed(P.LAB_READ)
def run(run_id: UUID) -> ResponseReturnValue:
    """One run: its wells, whether it is valid, and entry by hand while it is open to it."""
    form = WellForm(formdata=None)
    form.code.data = request.args.get("code", "")
    return run_page(run_id, form, ControlForm(formdata=None), FindingForm(formdata=None))


@bp.post("/runs/<uuid:run_id>/wells")
@allowed(P.LAB_ENTER)
def well(run_id: UUID) -> ResponseReturnValue:
    """Enter one well of a blind item."""
    form = WellForm()
    _offer(run_id, form)
    if form.validate():
        disease, cq = form.disease_code.data or "", form.cq.data or ""
        with form.trying(), work(once=form.key()) as w:
            enter_result(
                w,
                form.code.data or "",
                disease,
                disease,
                cq,
                run_id=run_id,
                well=form.well.data or "",
                is_excluded=bool(form.is_excluded.data),
            )
            w.reply = url_for(".run", run_id=run_id, code=form.code.data)
    if form.wrong:
        return run_page(run_id, form, ControlForm(formdata=None), FindingForm(formdata=None))
    return redirect(url_for(".run", run_id=run_id, code=form.code.data))


@bp.post("/runs/<uuid:run_id>/controls")
@allowed(P.LAB_ENTER)
def control(run_id: UUID) -> ResponseReturnValue:
    """Enter one control well."""
    form = ControlForm()
    _offer(run_id, form)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            enter_control(w, run_id, form.role.data, form.disease_code.data, form.cq.data)
            w.reply = url_for(".run", run_id=run_id)
    if form.wrong:
        return run_page(run_id, WellForm(formdata=None), form, FindingForm(formdata=None))
    return redirect(url_for(".run", run_id=run_id))


@bp.post("/runs/<uuid:run_id>/findings")
@allowed(P.LAB_ENTER)
def finding(run_id: UUID) -> ResponseReturnValue:
    """Enter a result in words."""
    form = FindingForm()
    _offer(run_id, form, MethodKind.FINDING)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            enter_finding(
                w,
                form.code.data,
                form.disease_code.data,
                form.outcome.data,
                form.note.data or "",
                run_id=run_id,
            )
            w.reply = url_for(".run", run_id=run_id)
    if form.wrong:
        return run_page(run_id, WellForm(formdata=None), ControlForm(formdata=None), form)
    return redirect(url_for(".run", run_id=run_id))


def _scopes(unit: Look, run: BenchRun, kind: MethodKind) -> list[LabScope]:
    """Return what the laboratory may enter in this run, in one way or the other."""
    return [
        s
        for s in scopes_of(unit, run.lab_id)
        if s.kind == kind and s.from_on <= run.opened_on <= s.until_on
    ]


def _offer(
    run_id: UUID, form: WellForm | ControlForm | FindingForm, kind: MethodKind = MethodKind.QPCR
) -> None:
    """Offer the tests that the run's laboratory may do."""
    with look() as unit:
        scopes = _scopes(unit, unit.get(BenchRun, run_id), kind)
    named = {s.disease_code: f"{s.disease_name_zh}（{s.disease_code}）" for s in scopes}
    form.disease_code.choices = [SelectChoice(code, name) for code, name in sorted(named.items())]


def run_page(
    run_id: UUID, well_form: WellForm, control_form: ControlForm, finding_form: FindingForm
) -> tuple[str, int]:
    """Show a run with its three ways of entry."""
    _offer(run_id, well_form)
    _offer(run_id, control_form)
    _offer(run_id, finding_form, MethodKind.FINDING)
    with look() as unit:
        row = unit.get(BenchRun, run_id)
        wells = queries.wells_of(unit, run_id)
        used = {w.scope_id for w in wells if w.scope_id is not None}
        scopes = [s for s in scopes_of(unit, row.lab_id) if s.id in used]
        html = page(
            "labs/run.html",
            run=row,
            wells=wells,
            lines=queries.lines(unit, queries.results_of_run(unit, run_id)),
            checks=[(s, queries.run_validity(unit, row, s)) for s in scopes],
            faults=SENTENCES,
            outcomes=OUTCOME_WORDS,
            roles=ROLE_WORDS,
            states=RESULT_MOVES.words,
            well_form=well_form,
            control_form=control_form,
            finding_form=finding_form,
            reason_form=ReasonForm(formdata=None),
        )
    return html, max(well_form.status, control_form.status, finding_form.status)
