"""The vet's doors of a failed batch: the notice of treatment, the record of a disposal."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.queries import facts as papers
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.inspections import commands, queries
from aquacert.inspections.forms import DisposalForm, TreatmentForm
from aquacert.inspections.parsers import read_picture
from aquacert.inspections.parsers.treatments import treatment_texts
from aquacert.inspections.queries.doubts import failed_after_all
from aquacert.inspections.rules import STATE_WORDS, State
from aquacert.inspections.rules.treatment import Remedy
from aquacert.inspections.views.blueprint import INSPECT, bp
from aquacert.inspections.views.orders import order_page
from aquacert.kernel.errors import NotAllowed
from aquacert.kernel.permissions import P
from aquacert.reference.rules.dates import Side, read_moment
from aquacert.reference.rules.quantity import parse_quantity


@bp.route("/checks/<uuid:check_id>/treatment", methods=["GET", "POST"])
@allowed(P.INSPECTION_READ)
def treatment(check_id: UUID) -> ResponseReturnValue:
    """Order the treatment of a batch that failed; once ordered, its own page answers."""
    form = TreatmentForm()
    if form.validate_on_submit():
        if not current_actor().may(INSPECT):
            raise NotAllowed
        with form.catching(), work(once=form.key()) as w:
            made = commands.order_treatment(
                w,
                queries.batch_check(w, check_id).declaration_id,
                check_id,
                law=form.law.data or "",
                measures=form.said(),
                method=form.method.data or "",
                remedy=Remedy(form.remedy.data),
            )
            w.reply = url_for(".order", treatment_id=made)
        if not form.wrong:
            flash(_("检疫处理通知单已出具，当事人已收到消息"))
            return redirect(w.reply or url_for(".treatment", check_id=check_id))
    return _treatment_page(check_id, form)


@bp.post("/treatments/<uuid:treatment_id>/disposals")
@allowed(INSPECT)
def dispose(treatment_id: UUID) -> ResponseReturnValue:
    """Record a disposal under an order; it leaves the stock ledger."""
    form = DisposalForm()
    with look() as unit:
        order = queries.treatment_order(unit, treatment_id)
    here = url_for(".order", treatment_id=treatment_id)
    if form.validate():
        with form.catching():
            photos = tuple(read_picture(one, "photos") for one in form.pictures())
            with work(once=form.key()) as w:
                typed = form.done_at.data or ""
                quantity = parse_quantity(form.quantity.data or "", unit=order.unit)
                now = not typed.strip()
                done = commands.Done(
                    quantity=quantity,
                    method=form.method.data or "",
                    place=form.place.data or "",
                    at=w.now if now else read_moment(typed, w.today, "done_at", Side.PAST),
                    operator=form.operator.data or "",
                    note=form.note.data or "",
                    photos=photos,
                )
                commands.record_disposal(w, treatment_id, done)
                w.reply = here
        if not form.wrong:
            flash(_("无害化处理已记录，存塘已扣减"))
            return redirect(here)
    return order_page(treatment_id, disposal=form)


def _treatment_page(check_id: UUID, form: TreatmentForm) -> ResponseReturnValue:
    with look() as unit:
        line = queries.order_of_check(unit, check_id)
        if line is not None and not form.wrong:
            return redirect(url_for(".order", treatment_id=line.order.id))
        sheet = queries.sheet(unit, check_id)
        html = page(
            "inspections/treatment.html",
            sheet=sheet,
            paper=papers.declaration(unit, sheet.check.declaration_id),
            form=form,
            words=STATE_WORDS,
            mine=sheet.check.vet_id == unit.actor.person_id,
            may_order=sheet.check.state == State.FAILED.value or failed_after_all(unit, check_id),
            laws=treatment_texts("law"),
            methods=treatment_texts("method"),
        )
    return html, form.status
