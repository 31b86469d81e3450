"""Doors of recalls: ask, see what it hits, order, confirm or reject, follow, export."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID

from flask import Response, make_response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.commands import grant_step_up
from aquacert.certificates.forms import DecideForm, OrderForm, QuestionForm
from aquacert.certificates.recalls import commands, queries
from aquacert.certificates.recalls.documents import workbook
from aquacert.certificates.rules.recalls import (
    HIT_NAMES,
    RECALL_NAMES,
    HitState,
    RecallAct,
    RecallState,
    decision_digest,
)
from aquacert.certificates.rules.states import STATUS_NAMES, Status
from aquacert.certificates.switches.queries import place_choices
from aquacert.certificates.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Conflict, NotAllowed, NotAllowedNow, NotFound, TooMany
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.surveillance.queries import zone_lines
from aquacert.surveillance.queries.zones import zones
from labs.register.queries import labs

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DO: dict[RecallAct, Callable[[Work, UUID, str], None]] = {
    RecallAct.CONFIRM: commands.confirm,
    RecallAct.REJECT: commands.reject,
}
SECONDS = 2
"""How often the page of an order at work asks again, without a script."""


@bp.get("/recalls")
@allowed(P.CERTIFICATE_RECALL, P.AUDIT_READ)
def recalls() -> ResponseReturnValue:
    """The orders of one's place."""
    with look() as unit:
        pages = queries.orders(unit, request.args.get("page", 1, type=int))
        counts = {row.id: queries.progress(unit, row.id) for row in pages.items}
        suggestions = queries.suggestions(unit)
    return page(
        "certificates/recalls.html",
        pages=pages,
        counts=counts,
        names=RECALL_NAMES,
        suggestions=suggestions,
    )


@bp.get("/recalls/new")
@allowed(P.CERTIFICATE_RECALL)
def ask_recall() -> ResponseReturnValue:
    """Ask which certificates; what it hits is shown before anything is done."""
    form = _offer(QuestionForm(formdata=request.args, meta={"csrf": False}))
    if not request.args:
        return _ask_page(form, None, OrderForm(formdata=None))
    return _ask_page(form, _hit(form), OrderForm(formdata=None))


@bp.post("/recalls/new")
@allowed(P.CERTIFICATE_RECALL)
def order_recall() -> ResponseReturnValue:
    """Suspend everything the question hits, at once; a second click leads to the same order."""
    form, order = _offer(QuestionForm()), OrderForm()
    if not order.validate() or not form.validate():
        return _ask_page(form, _hit(form), order), 422
    try:
        with order.catching(), work(once=order.key()) as w:
            order_id = commands.give_order(w, form.question(), order.because.data or "")
            w.reply = url_for(".recall", order_id=order_id)
        if not order.wrong:
            return redirect(w.reply or url_for(".recalls"))
    except NotFound:
        order.form_errors.append(_("条件里的对象不在您的辖区。"))
    return _ask_page(form, _hit(form), order), 422


@bp.get("/recalls/<uuid:order_id>")
@allowed(P.CERTIFICATE_RECALL, P.AUDIT_READ)
def recall(order_id: UUID) -> ResponseReturnValue:
    """One order: how far it came, what it hit, and the second person's two buttons."""
    return _order_page(order_id, DecideForm(formdata=None))


@bp.post("/recalls/<uuid:order_id>/<any(confirm,reject):act>")
@allowed(P.CERTIFICATE_RECALL)
def decide(order_id: UUID, act: str) -> ResponseReturnValue:
    """Confirm or reject, with a fresh second factor for exactly this order."""
    form, chosen = DecideForm(), RecallAct(act)
    status = 422
    with look() as unit:
        row = queries.order(unit, order_id)
        digest = row.digest
        if row.decided_by_id is not None and row.decided_by_id == unit.actor.person_id:
            # The second of two clicks: the first one's code is spent, and its act is done.
            return redirect(url_for(".recall", order_id=order_id))
    if form.validate():
        try:
            with form.catching(), work() as w:
                grant_step_up(w, **form.given(), digest=decision_digest(chosen, digest))
            if not form.wrong:
                with form.catching(), work(once=form.key()) as w:
                    DO[chosen](w, order_id, form.because.data or "")
                    w.reply = url_for(".recall", order_id=order_id)
            if not form.wrong:
                return redirect(url_for(".recall", order_id=order_id))
        except (Conflict, NotAllowed, NotAllowedNow, TooMany) as error:
            form.form_errors.append(error.sentence)
            status = error.status
    form.code.data = ""
    answer = _order_page(order_id, form)
    answer.status_code = status
    return answer


@bp.get("/recalls/<uuid:order_id>/numbers.xlsx")
@allowed(P.CERTIFICATE_RECALL, P.AUDIT_READ)
def recall_numbers(order_id: UUID) -> ResponseReturnValue:
    """Every certificate of an order as a workbook."""
    with look() as unit:
        queries.order(unit, order_id)
        rows = [
            (
                number,
                HIT_NAMES[HitState(state)],
                STATUS_NAMES[Status(line.status)],
                line.species,
                line.quantity,
                line.unit,
                line.county,
                line.destination_code,
                line.issued_on.isoformat(),
            )
            for number, state, line in queries.every_hit(unit, order_id)
        ]
    kept = io.BytesIO(workbook(rows))
    return send_file(kept, mimetype=XLSX, as_attachment=True, download_name="recall.xlsx")


def _hit(form: QuestionForm) -> queries.Preview | None:
    """Return what the question hits; None, with the reason at its field, when it cannot be."""
    if not form.validate():
        return None
    found = None
    try:
        with form.catching(), look() as unit:
            question = form.question()
            found = queries.preview(unit, question, request.args.get("page", 1, type=int))
    except NotFound:
        form.form_errors.append(_("条件里的对象不在您的辖区。"))
    return found


def _ask_page(form: QuestionForm, found: queries.Preview | None, order: OrderForm) -> str:
    return page(
        "certificates/recall_new.html", form=form, found=found, order=order, names=STATUS_NAMES
    )


def _order_page(order_id: UUID, form: DecideForm) -> Response:
    with look() as unit:
        row = queries.order(unit, order_id)
        counts = queries.progress(unit, order_id)
        is_second = (
            row.state == RecallState.ORDERED.value
            and row.ordered_by_id != unit.actor.person_id
            and unit.actor.may(P.CERTIFICATE_RECALL)
        )
        html = page(
            "certificates/recall.html",
            row=row,
            counts=counts,
            left=queries.left(row, counts),
            pages=queries.hits(unit, order_id, request.args.get("page", 1, type=int)),
            later=queries.later(unit, row),
            names=RECALL_NAMES,
            hit_names=HIT_NAMES,
            is_second=is_second,
            digests={act.value: decision_digest(act, row.digest) for act in DO},
            form=form,
        )
    answer = make_response(html)
    if row.finished_at is None and not form.wrong:
        answer.headers["Refresh"] = str(SECONDS)
    return answer


def _offer(form: QuestionForm) -> QuestionForm:
    """Offer vets, laboratories, farms, places, species and zones of this person's place."""
    everything = SelectChoice("", _("不限"))
    with look() as unit:
        offered = {
            "county": place_choices(unit),
            "vet": queries.vets(unit),
            "farm": queries.farms(unit),
            "species": queries.kinds(unit),
            "lab": [(str(row.lab_id), row.name_zh) for row in labs(unit)],
            "zone": [
                (str(line.zone.id), f"{_(line.disease_name)} {'、'.join(line.places)}")
                for line in zone_lines(unit, unit.scalars(zones(unit, in_force_only=True)))
            ],
        }
    for name, pairs in offered.items():
        form[name].choices = [
            everything,
            *(SelectChoice(value, _(words) if words else "") for value, words in pairs),
        ]
    return form
