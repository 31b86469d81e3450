"""Phone doors of a checkpoint: read a code, compare with the goods, decide."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.certificates.scans.rules import HOUR, Source, key_of
from aquacert.http.gates import allowed, current_actor, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.movements import commands, queries
from aquacert.movements.forms import CheckForm
from aquacert.movements.queries import Case
from aquacert.movements.rules import OUTCOME_WORDS, POINT_WORDS, Outcome, Point, time_left
from aquacert.movements.views.blueprint import bp, case_in_hand

STATUS_WORDS = {
    "valid": "证有效，请对车和货",
    "suspended": "证已暂停，货不得运",
    "void": "证已作废",
    "replaced": "证已换新，请看新证",
    "recalled": "证已召回",
}


@bp.get("/check")
@allowed(P.MOVEMENT_CHECK)
def check_any() -> ResponseReturnValue:
    """Ask for a code; a known one leads to its compare card."""
    typed, wrong = request.args.get("code", ""), ""
    if typed.strip():
        try:
            with look() as unit:
                public_id = case_in_hand(unit, queries.public_id_in(unit, typed)).public_id
            return redirect(url_for(".check", public_id=public_id))
        except NotFound as error:
            wrong = error.sentence
    return page("movements/check_any.html", typed=typed[:200], wrong=wrong), 422 if wrong else 200


@bp.get("/check/<public_id>")
@allowed(P.MOVEMENT_CHECK)
def check(public_id: str) -> ResponseReturnValue:
    """Show the compare card of one certificate."""
    with look() as unit:
        found = case_in_hand(unit, public_id)
        form = CheckForm(formdata=None, place=queries.last_place(unit))
    commands.ensure_open(house().database, found.certificate_id)
    return _check_page(found, form)


@bp.post("/check/<public_id>")
@allowed(P.MOVEMENT_CHECK)
def decide(public_id: str) -> ResponseReturnValue:
    """Log the decision, and be ready for the next lorry."""
    form = CheckForm()
    with look() as unit:
        found = case_in_hand(unit, public_id)
    if form.validate_on_submit():
        outcome = Outcome(form.outcome.data)
        with form.catching(), work(once=form.key()) as w:
            commands.log_check(
                w,
                case_in_hand(w, public_id),
                outcome=outcome,
                place=form.place.data or "",
                points=[Point(value) for value in form.points.data or []],
                note=form.note.data or "",
            )
            w.reply = url_for(".check_any")
        if not form.wrong:
            _tell_place(public_id)
            flash(_("%(number)s 已记录：", number=found.record.number) + _(OUTCOME_WORDS[outcome]))
            return redirect(url_for(".check_any"))
    return _check_page(found, form)


def _tell_place(public_id: str) -> None:
    """Count that the certificate was seen in the county of the officer's own account."""
    county, home = current_actor().county, house()
    if county:
        hour = int(home.database.clock.now().timestamp()) // HOUR
        home.tally.count("places", key_of(public_id, county, hour, Source.OFFICER))


def _check_page(found: Case, form: CheckForm) -> ResponseReturnValue:
    with look() as unit:
        checks = queries.checks_of(unit, found.certificate_id)
    html = page(
        "movements/check.html",
        case=found,
        record=found.record,
        form=form,
        left=time_left(found.now, found.valid_until),
        checks=checks,
        points=POINT_WORDS,
        outcomes=OUTCOME_WORDS,
        status=_verdict(found),
    )
    return html, form.status


def _verdict(found: Case) -> str:
    """Return the one line over the card, in the source language."""
    if not found.is_proved:
        return "签名不符，不能放行"
    if found.arrived_at is not None:
        return "这张证的货已经到达过"
    if found.status == "valid" and found.now > found.valid_until:
        return "证已过期"
    return STATUS_WORDS[found.status]
