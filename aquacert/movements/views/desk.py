"""Desk doors: who is on the road, who is late, one movement, and looking after it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.movements import commands, queries
from aquacert.movements.forms import EmptyForm, FollowUpForm
from aquacert.movements.rules import (
    ON_THE_ROAD,
    OUTCOME_WORDS,
    POINT_WORDS,
    STATE_WORDS,
    VIA_WORDS,
    State,
    time_left,
)
from aquacert.movements.views.blueprint import bp
from aquacert.reference.queries import full_name

TABS = {"open": "未到达", "overdue": "逾期", "arrived": "已到达", "all": "全部"}
KINDS = {"not_arrived": "wait", "absent": "wait", "arrived": "ok", "void": "plain"}
FOLLOW_UPS: dict[str, Callable[[Work, UUID, str], None]] = {
    "absent": commands.confirm_absent,
    "arrived": commands.settle_arrived,
}


@bp.get("/")
@allowed(P.MOVEMENT_READ)
def index() -> ResponseReturnValue:
    """Loads of this person's place, the most urgent first."""
    words, tab = request.args.get("q", ""), request.args.get("tab", "open")
    tab = tab if tab in TABS else "open"
    with look() as unit:
        pages = unit.pages(
            queries.movements(unit, words, tab), request.args.get("page", 1, type=int)
        )
        codes = {code for row in pages.items for code in (row.origin_code, row.destination_code)}
        return page(
            "movements/index.html",
            pages=pages,
            q=words,
            tab=tab,
            tabs=TABS,
            counts=queries.counts(unit),
            names={code: full_name(unit, code) for code in codes},
            late={row.id: time_left(row.due_at, unit.now) for row in pages.items},
            words=STATE_WORDS,
            kinds=KINDS,
        )


@bp.get("/<uuid:certificate_id>")
@allowed(P.MOVEMENT_READ)
def show(certificate_id: UUID) -> ResponseReturnValue:
    """One movement: where from, where to, who checked it, who reported it."""
    return _show_page(certificate_id)


@bp.post("/<uuid:certificate_id>/<any(absent,arrived):what>")
@allowed(P.MOVEMENT_REPORT)
def follow_up(certificate_id: UUID, what: str) -> ResponseReturnValue:
    """Let the office say what it found out about late goods."""
    form = FollowUpForm()
    if form.validate_on_submit():
        try:
            with form.catching(), work(once=form.key()) as w:
                FOLLOW_UPS[what](w, certificate_id, form.because.data or "")
                w.reply = url_for(".show", certificate_id=certificate_id)
            if not form.wrong:
                return redirect(url_for(".show", certificate_id=certificate_id))
        except NotAllowedNow as error:
            form.form_errors.append(error.sentence)
    return _show_page(certificate_id, form)


@bp.post("/<uuid:certificate_id>/link")
@allowed(P.MOVEMENT_REPORT)
def make_link(certificate_id: UUID) -> ResponseReturnValue:
    """Make a one-time link for the consignee and show it this once.

    It is not kept with an idempotency key: only its hash lies in the database.
    """
    form = EmptyForm()
    if not form.validate_on_submit():
        return _show_page(certificate_id)
    with work() as w:
        secret = commands.make_link(w, certificate_id)
        address = f"{w.settings.public_url}{url_for('.link', secret=secret)}"
    return _show_page(certificate_id, address=address)


def _show_page(
    certificate_id: UUID, form: FollowUpForm | None = None, address: str = ""
) -> ResponseReturnValue:
    with look() as unit:
        row = queries.movement(unit, certificate_id)
        state = State(row.state)
        late = time_left(row.due_at, unit.now) if state in ON_THE_ROAD else None
        html = page(
            "movements/show.html",
            row=row,
            late=late,
            on_the_road=state in ON_THE_ROAD,
            origin=full_name(unit, row.origin_code),
            destination=full_name(unit, row.destination_code),
            checks=queries.checks_of(unit, certificate_id),
            history=queries.history(unit, certificate_id),
            form=form or FollowUpForm(formdata=None),
            link_form=EmptyForm(formdata=None),
            is_office=unit.actor.scope.everything or bool(unit.actor.scope.divisions),
            address=address,
            words=STATE_WORDS,
            kinds=KINDS,
            ways=VIA_WORDS,
            outcomes=OUTCOME_WORDS,
            points=POINT_WORDS,
            title=_("运输"),
        )
    return html, form.status if form else 200
