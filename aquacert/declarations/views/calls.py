"""The record of calls at the desk."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands import CallNote, note_call
from aquacert.declarations.forms import ActForm
from aquacert.declarations.forms.desk import CallForm
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.calls import call_chain, call_page, numbers_of, owed
from aquacert.declarations.queries.finding import by_number
from aquacert.declarations.rules.calls import DIRECTION_WORDS, SUBJECT_WORDS
from aquacert.declarations.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.rules.dates import Side, read_day, read_moment
from aquacert.reference.rules.masking import mask_name, mask_phone

WORDS = {
    "directions": DIRECTION_WORDS,
    "subjects": SUBJECT_WORDS,
    "mask_name": mask_name,
    "mask_phone": mask_phone,
}


@bp.route("/calls", methods=["GET", "POST"])
@allowed(P.CALL_KEEP)
def calls() -> ResponseReturnValue:
    """The office's calls: all, or those where somebody is still to be rung back.

    Searched by POST: a telephone number stands in no address, no history and no log.
    """
    words = request.form.get("q", "")
    is_open = request.args.get("open") == "1"
    with look() as unit:
        number = request.args.get("page", 1, type=int)
        found = call_page(unit, words, only_open=is_open, number=number)
        return page(
            "declarations/calls.html",
            pages=found,
            q=words,
            form=ActForm(formdata=None),
            is_open=is_open,
            due=owed(unit, unit.today),
            numbers=numbers_of(unit, found.items),
            today=unit.today,
            **WORDS,
        )


@bp.route("/calls/new", methods=["GET", "POST"])
@allowed(P.CALL_KEEP)
def new_call() -> ResponseReturnValue:
    """Note a call; `?declaration=` says what it is about, `?after=` which one it follows up."""
    form = CallForm()
    about, after = _asked("declaration"), _asked("after")
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                note = _note(w, form)
                call_id = note_call(w, note, declaration_id=_about(w, form), after_id=after)
                here = w.reply = url_for(".call", call_id=call_id)
            flash(_("电话已记下"))
            return redirect(here)
    with look() as unit:
        chain = call_chain(unit, after) if after else []
        paper = declaration(unit, about) if about else None
    if paper is not None and not form.number.data:
        form.number.data = paper.number or ""
    shown = page("declarations/call_new.html", form=form, paper=paper, chain=chain, **WORDS)
    return shown, form.status


@bp.get("/calls/<uuid:call_id>")
@allowed(P.CALL_KEEP)
def call(call_id: UUID) -> ResponseReturnValue:
    """One call with what went before and came after it."""
    with look() as unit:
        chain = call_chain(unit, call_id)
        return page(
            "declarations/call.html",
            chain=chain,
            call_id=call_id,
            numbers=numbers_of(unit, chain),
            **WORDS,
        )


def _note(w: Work, form: CallForm) -> CallNote:
    day: date | None = None
    if form.follow_up_on.data:
        day = read_day(form.follow_up_on.data, w.today, "follow_up_on", Side.AHEAD)
    return CallNote(
        said=form.said.data or "",
        answered=form.answered.data or "",
        direction=form.direction.data,
        subject=form.subject.data,
        caller_name=form.caller_name.data or "",
        caller_phone=form.caller_phone.data or "",
        at=read_moment(form.at.data, w.today, "at", Side.PAST) if form.at.data else None,
        follow_up_on=day,
    )


def _about(w: Work, form: CallForm) -> UUID | None:
    """Return the declaration whose number was left or typed in the form."""
    said = (form.number.data or "").strip()
    if not said:
        return None
    found = by_number(w, said)
    if found is None:
        raise Invalid(
            "没有这份申报。", number=_("本辖区没有这个申报号，请核对；不关哪一份就空着。")
        )
    return found.id


def _asked(name: str) -> UUID | None:
    text = request.args.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
