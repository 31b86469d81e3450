"""Doors of the control charts: all tests, one test's charts, mean and SD by two persons, notes on values."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.accounts.queries.people import person_label
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from labs.quality import queries
from labs.quality.commands import note_control, propose_target, settle_target
from labs.quality.forms import NoteForm, TargetForm
from labs.quality.rules import SENTENCES
from labs.quality.rules.charts import BLANKS, CONTROL_WORDS
from labs.quality.rules.drawing import drawn
from labs.register.forms import EmptyForm
from labs.register.queries import own_lab

bp = Blueprint("labs_quality", __name__, url_prefix="/labs/quality")


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """Every test by Cq, with what its charts say."""
    with look() as unit:
        found = [queries.charts_of(unit, m) for m in queries.methods_of(unit, own_lab(unit))]
        return page("labs/charts.html", methods=found)


@bp.get("/<disease_code>/<method_code>")
@allowed(P.LAB_READ)
def show(disease_code: str, method_code: str) -> ResponseReturnValue:
    """The charts of one test."""
    target, note = TargetForm(formdata=None), NoteForm(formdata=None)
    target.control.data, target.lot.data = request.args.get("set", ""), request.args.get("lot", "")
    note.run_id.data, note.control.data = (
        request.args.get("run", ""),
        request.args.get("control", ""),
    )
    return _show(disease_code, method_code, target, note)


@bp.post("/<disease_code>/<method_code>/targets")
@allowed(P.LAB_ENTER, P.LAB_REVIEW)
def propose(disease_code: str, method_code: str) -> ResponseReturnValue:
    """Set mean and SD, for another person to confirm."""
    form = TargetForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            propose_target(w, own_lab(w), disease_code, method_code, **form.asked())
            w.reply = url_for(".show", disease_code=disease_code, method_code=method_code)
    if form.wrong:
        return _show(disease_code, method_code, form, NoteForm(formdata=None))
    return redirect(url_for(".show", disease_code=disease_code, method_code=method_code))


@bp.post("/<disease_code>/<method_code>/targets/<uuid:target_id>/<word>")
@allowed(P.LAB_REVIEW)
def settle(disease_code: str, method_code: str, target_id: UUID, word: str) -> ResponseReturnValue:
    """Confirm or refuse what another person set."""
    if word not in {"confirm", "refuse"}:
        raise NotFound
    form = EmptyForm()
    with form.trying(), work(once=form.key()) as w:
        settle_target(w, target_id, confirm=word == "confirm")
        w.reply = url_for(".show", disease_code=disease_code, method_code=method_code)
    if form.wrong:
        blank = TargetForm(formdata=None)
        blank.form_errors = list(form.form_errors)
        return _show(disease_code, method_code, blank, NoteForm(formdata=None), 409)
    return redirect(url_for(".show", disease_code=disease_code, method_code=method_code))


@bp.post("/<disease_code>/<method_code>/notes")
@allowed(P.LAB_ENTER, P.LAB_REVIEW)
def note(disease_code: str, method_code: str) -> ResponseReturnValue:
    """Write down what was found and done about a value."""
    form = NoteForm()
    if form.validate():
        try:
            run_id = UUID(form.run_id.data or "")
        except ValueError as error:
            raise NotFound from error
        asked = form.asked() | {"run_id": run_id}
        with form.trying(), work(once=form.key()) as w:
            note_control(w, own_lab(w), disease_code, method_code, **asked)
            w.reply = url_for(".show", disease_code=disease_code, method_code=method_code)
    if form.wrong:
        return _show(disease_code, method_code, TargetForm(formdata=None), form)
    return redirect(url_for(".show", disease_code=disease_code, method_code=method_code))


def _show(
    disease_code: str, method_code: str, target: TargetForm, note: NoteForm, status: int = 200
) -> tuple[str, int]:
    with look() as unit:
        method = queries.method_of(unit, own_lab(unit), disease_code, method_code)
        if method is None:
            raise NotFound
        charts = queries.charts_of(unit, method)
        notes = queries.notes_of(unit, method)
        people = {n.by_id for some in notes.values() for n in some if n.by_id is not None}
        html = page(
            "labs/chart.html",
            charts=charts,
            drawings=[drawn(each) for each in charts.series],
            notes=notes,
            people={person: person_label(unit, person) for person in people},
            proposed=queries.proposed_targets(unit, method),
            words=CONTROL_WORDS,
            blanks=BLANKS,
            sentences=SENTENCES,
            target_form=target,
            note_form=note,
            settle_form=EmptyForm(formdata=None),
        )
    return html, max(status, target.status, note.status)
