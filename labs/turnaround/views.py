"""Doors of turnaround: what is due, how long it takes, what is promised, clocks stopped."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from labs.register.forms import LabForm
from labs.register.queries import laboratory, own_lab, scopes_of
from labs.turnaround import queries
from labs.turnaround.commands import promise_time, resume_clock, set_hours, stop_clock
from labs.turnaround.forms import HoursForm, PromiseForm, StopForm
from labs.turnaround.rules import STANDING_WORDS, STEP_WORDS, UNIT_WORDS, standing

bp = Blueprint("labs_turnaround", __name__, url_prefix="/labs/turnaround")
SPANS = (30, 90, 365)


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """What is owed by its due time, and how long the steps took."""
    days = request.args.get("days", SPANS[0], type=int)
    days = days if days in SPANS else SPANS[0]
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        lab_id = own_lab(unit)
        pages = unit.pages(queries.owed(unit, words), number, 50)
        return page(
            "labs/turnaround.html",
            pages=pages,
            q=words,
            days=days,
            spans=SPANS,
            stands={row.id: standing(row.due_at, unit.now) for row in pages.items},
            times=queries.times(unit, lab_id, unit.today - timedelta(days=days), unit.today),
            assumed=queries.assumed_years(unit),
            step_words=STEP_WORDS,
            standing_words=STANDING_WORDS,
            unit_words=UNIT_WORDS,
            names={s.disease_code: s.disease_name_zh for s in scopes_of(unit, lab_id)},
            standards={s.method_code: s.method_standard for s in scopes_of(unit, lab_id)},
        )


@bp.route("/clocks/<uuid:item_id>", methods=["GET", "POST"])
@allowed(P.LAB_REVIEW)
def clock(item_id: UUID) -> ResponseReturnValue:
    """Stop the clock of an item with a reason, or see why it stands."""
    form = StopForm()
    if form.validate_on_submit():
        with form.trying(), work(once=form.key()) as w:
            stop_clock(w, item_id, form.because.data or "")
            w.reply = url_for(".index")
        if not form.wrong:
            return redirect(w.reply)
    with look() as unit:
        code = queries.code_of(unit, item_id)
        held = queries.open_stop(unit, item_id)
        status = 422 if form.is_submitted() else 200
        return page("labs/clock.html", form=form, code=code, held=held, item_id=item_id), status


@bp.post("/clocks/<uuid:item_id>/resume")
@allowed(P.LAB_REVIEW)
def resume(item_id: UUID) -> ResponseReturnValue:
    """Let the clock of an item run again."""
    form = LabForm()
    with work(once=form.key()) as w:
        resume_clock(w, item_id)
        w.reply = url_for(".index")
    return redirect(w.reply)


@bp.route("/promises", methods=["GET", "POST"])
@allowed(P.LAB_REVIEW)
def promises() -> ResponseReturnValue:
    """What is promised, and a further promise."""
    form, hours = PromiseForm(), HoursForm(formdata=None)
    with look() as unit:
        form.test.choices = _tests(unit)
    if form.validate_on_submit():
        disease_code, _, method_code = str(form.test.data).partition("|")
        with form.trying(), work(once=form.key()) as w:
            promise_time(
                w,
                own_lab(w),
                unit=form.unit.data,
                value=form.value.data or 0,
                from_on=form.from_on.data or w.today,
                disease_code=disease_code,
                method_code=method_code,
            )
            w.reply = url_for(".promises")
        if not form.wrong:
            return redirect(w.reply)
    return _promises(form, hours), 422 if form.is_submitted() else 200


@bp.post("/hours")
@allowed(P.LAB_REVIEW)
def opening() -> ResponseReturnValue:
    """Write the working hours down."""
    form = HoursForm()
    if form.validate_on_submit():
        with form.trying(), work(once=form.key()) as w:
            set_hours(w, own_lab(w), form.pairs, form.hours_from_on.data or w.today)
            w.reply = url_for(".promises")
        if not form.wrong:
            return redirect(w.reply)
    promise = PromiseForm(formdata=None)
    with look() as unit:
        promise.test.choices = _tests(unit)
    return _promises(promise, form), 422


def _promises(form: PromiseForm, hours: HoursForm) -> str:
    """Show what is promised with both forms."""
    with look() as unit:
        lab_id = own_lab(unit)
        if form.from_on.data is None:
            form.from_on.data = unit.today
        if hours.hours_from_on.data is None:
            hours.hours_from_on.data = unit.today
        return page(
            "labs/promises.html",
            form=form,
            hours=hours,
            lab=laboratory(unit, lab_id),
            rows=queries.promises_of(unit, lab_id),
            spans_text="，".join(
                f"{opens:%H:%M}-{closes:%H:%M}"
                for opens, closes in queries.hours_of(unit, lab_id, unit.today)
            ),
            unit_words=UNIT_WORDS,
            assumed=queries.assumed_years(unit),
        )


def _tests(unit: Look) -> list[SelectChoice]:
    """Return the tests a promise may be for; the first is all of them."""
    scopes = scopes_of(unit, own_lab(unit))
    named = {
        f"{s.disease_code}|{s.method_code}": f"{s.disease_name_zh} {s.method_standard}"
        for s in scopes
    }
    return [SelectChoice("|", "全部项目"), *(SelectChoice(k, v) for k, v in named.items())]
