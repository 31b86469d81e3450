"""Doors of a failed batch: the notice of treatment, the record of a disposal."""

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
from aquacert.inspections.rules import STATE_WORDS
from aquacert.inspections.views.blueprint import INSPECT, bp
from aquacert.kernel.errors import NotAllowed
from aquacert.kernel.permissions import P
from aquacert.reference.rules.dates import Side, read_moment
from aquacert.reference.rules.quantity import parse_quantity


@bp.route("/checks/<uuid:check_id>/treatment", methods=["GET", "POST"])
@allowed(P.INSPECTION_READ)
def treatment(check_id: UUID) -> ResponseReturnValue:
    """The treatment of a batch that failed: its notice, and what was disposed of under it."""
    form = TreatmentForm()
    if form.validate_on_submit():
        if not current_actor().may(INSPECT):
            raise NotAllowed
        with form.catching(), work(once=form.key()) as w:
            paper_id = queries.batch_check(w, check_id).declaration_id
            lines = (form.measures.data or "").splitlines()
            law, method = form.law.data or "", form.method.data or ""
            commands.order_treatment(w, paper_id, check_id, law=law, measures=lines, method=method)
            w.reply = url_for(".treatment", check_id=check_id)
        if not form.wrong:
            flash(_("检疫处理通知单已出具"))
            return redirect(url_for(".treatment", check_id=check_id))
    return _treatment_page(check_id, form, DisposalForm(formdata=None))


@bp.post("/treatments/<uuid:treatment_id>/disposals")
@allowed(INSPECT)
def dispose(treatment_id: UUID) -> ResponseReturnValue:
    """Record a disposal under an order; it leaves the stock ledger."""
    form = DisposalForm()
    with look() as unit:
        order = queries.treatment_order(unit, treatment_id)
    here = url_for(".treatment", check_id=order.check_id)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            done = commands.Done(
                quantity=parse_quantity(form.quantity.data or "", unit=order.unit),
                method=form.method.data or "",
                place=form.place.data or "",
                at=read_moment(form.done_at.data or "", w.today, "done_at", Side.PAST),
                operator=form.operator.data or "",
                note=form.note.data or "",
            )
            commands.record_disposal(w, treatment_id, done)
            w.reply = here
        if not form.wrong:
            flash(_("无害化处理已记录，存塘已扣减"))
            return redirect(here)
    return _treatment_page(order.check_id, TreatmentForm(formdata=None), form)


def _treatment_page(
    check_id: UUID, form: TreatmentForm, disposal: DisposalForm
) -> ResponseReturnValue:
    with look() as unit:
        sheet = queries.sheet(unit, check_id)
        html = page(
            "inspections/treatment.html",
            sheet=sheet,
            paper=papers.declaration(unit, sheet.check.declaration_id),
            line=queries.order_of_check(unit, check_id),
            form=form,
            disposal=disposal,
            words=STATE_WORDS,
            mine=sheet.check.vet_id == unit.actor.person_id,
        )
    return html, max(form.status, disposal.status)
