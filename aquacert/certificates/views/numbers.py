"""Doors of the numbers: what each body holds, used, voided, has left; and why."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from aquacert.accounts import queries as accounts
from aquacert.certificates import commands
from aquacert.certificates.forms import HandDownForm, ReceiveForm
from aquacert.certificates.numbers import queries
from aquacert.certificates.rules.kinds import TITLES, Kind
from aquacert.certificates.rules.states import NUMBER_NAMES
from aquacert.certificates.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P

F = TypeVar("F", ReceiveForm, HandDownForm)


@bp.get("/numbers")
@allowed(P.NUMBERS_READ)
def numbers() -> ResponseReturnValue:
    """Segments, and every number that is not simply used, with its reason."""
    return _numbers_page()


@bp.post("/numbers/receive")
@allowed(P.NUMBERS_KEEP)
def receive() -> ResponseReturnValue:
    """Book a segment that came from the province."""
    form = ReceiveForm()
    _offer_bodies(form)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.receive_segment(
                w,
                holder_id=UUID(form.holder.data),
                kind=form.kind.data,
                first=form.first.data or "",
                last=form.last.data or "",
                because=form.because.data or "",
            )
            w.reply = url_for(".numbers", kind=form.kind.data)
        if not form.wrong:
            return redirect(url_for(".numbers", kind=form.kind.data))
    return _numbers_page(receive_form=form), 422


@bp.post("/numbers/<uuid:segment_id>/hand-down")
@allowed(P.NUMBERS_KEEP)
def hand_down(segment_id: UUID) -> ResponseReturnValue:
    """Hand the next numbers of a segment to a lower body."""
    form = HandDownForm()
    _offer_bodies(form)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.hand_down(
                w,
                segment_id,
                holder_id=UUID(form.holder.data),
                count=form.count.data or 0,
                because=form.because.data or "",
            )
            w.reply = url_for(".numbers")
        if not form.wrong:
            return redirect(url_for(".numbers"))
    return _numbers_page(hand_down_form=form), 422


def _numbers_page(
    receive_form: ReceiveForm | None = None, hand_down_form: HandDownForm | None = None
) -> str:
    kind = request.args.get("kind", Kind.A.value)
    kind = kind if kind in set(Kind) else Kind.A.value
    receiving = receive_form or _offer_bodies(ReceiveForm(formdata=None, kind=kind))
    handing = hand_down_form or _offer_bodies(HandDownForm(formdata=None))
    words, state = request.args.get("q", ""), request.args.get("state", "")
    state = state if state in NUMBER_NAMES else ""
    with look() as unit:
        return page(
            "certificates/numbers.html",
            kind=kind,
            kinds=TITLES,
            segments=queries.segments(unit, kind),
            pages=queries.explained_lines(
                unit, kind, state, words, request.args.get("page", 1, type=int)
            ),
            names=NUMBER_NAMES,
            words=words,
            state=state,
            receive_form=receiving,
            hand_down_form=handing,
            form=receive_form or hand_down_form,
        )


def _offer_bodies(form: F) -> F:
    """Offer the agencies of this person's place as holders."""
    with look() as unit:
        found = [
            body
            for body in accounts.organisations(unit, kind="agency")
            if unit.actor.scope.everything or body.division_code in unit.actor.scope.divisions
        ]
    form.holder.choices = [SelectChoice(str(body.id), body.name_zh) for body in found]
    return form
