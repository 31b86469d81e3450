"""An order of treatment as the farm and the vet see it: taken, followed step by step, ended."""

from __future__ import annotations

import io
from collections.abc import Collection
from uuid import UUID

from flask import flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.queries import facts as papers
from aquacert.hatcheries.queries import lot_lines
from aquacert.http.forms import Form
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.http.personal import refuse_masked
from aquacert.inspections import queries
from aquacert.inspections.commands import aftercare
from aquacert.inspections.forms.treatment import (
    DisposalForm,
    EndForm,
    OwnReceiptForm,
    ReceiptForm,
    StepForm,
)
from aquacert.inspections.forms.visit import EmptyForm
from aquacert.inspections.queries.standing import (
    BatchStanding,
    StandingOrder,
    batch_standings,
    failed_among,
    standing_orders,
)
from aquacert.inspections.queries.treatment import aftercare_file, order_line, treatment_order
from aquacert.inspections.rules.treatment import (
    CASE_MOVES,
    CASE_WORDS,
    END_WORDS,
    FARM_STEPS,
    NOT_YET,
    RECEIPT_WORDS,
    REMEDY_WORDS,
    STEP_WORDS,
    CaseAct,
    CaseState,
    ReceiptWay,
    StepKind,
    not_yet,
)
from aquacert.inspections.views.blueprint import INSPECT, bp
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.rules.dates import Side, read_moment
from aquacert.reference.rules.quantity import parse_quantity
from aquacert.surveillance.queries.express import express_of


def farm_treatments(
    organisation_id: UUID | None = None, declaration_id: UUID | None = None
) -> list[StandingOrder]:
    """Return a farm's orders that stand, by default those of whoever asks: for the farm's pages."""
    with look() as unit:
        farm = organisation_id or unit.actor.organisation_id
        return standing_orders(unit, farm, declaration_id) if farm else []


def farm_batches(declaration_id: UUID) -> dict[int, BatchStanding]:
    """Return what came of a declaration's batches at the pond, by number: for the farm's page."""
    with look() as unit:
        return batch_standings(unit, declaration_id)


def failed_papers(declaration_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these declarations have a batch that failed or is isolated: for farms."""
    with look() as unit:
        return failed_among(unit, declaration_ids)


@bp.get("/treatments/<uuid:treatment_id>")
@allowed(P.TREATMENT_READ)
def order(treatment_id: UUID) -> ResponseReturnValue:
    """One order with everything done under it."""
    return order_page(treatment_id)


@bp.get("/treatments/<uuid:treatment_id>/files/<uuid:file_id>")
@allowed(P.TREATMENT_READ)
def order_file(treatment_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """One picture kept under an order; a receipt's shows a signature."""
    with look() as unit:
        file = aftercare_file(unit, treatment_id, file_id)
        if file.name == aftercare.RECEIPT_NAME:
            refuse_masked()
        return send_file(io.BytesIO(unit.read_file(file)), mimetype=file.media_type)


@bp.post("/treatments/<uuid:treatment_id>/taken")
@allowed(P.TREATMENT_ANSWER)
def take_own(treatment_id: UUID) -> ResponseReturnValue:
    """The party takes the notice with its own account."""
    form = OwnReceiptForm()
    with look() as unit:
        taken = order_line(unit, treatment_order(unit, treatment_id)).receipt
    if taken is not None:  # a second tab, the button twice: what is asked for is done
        flash(_("这份通知单已经签收过了"))
        return redirect(url_for(".order", treatment_id=treatment_id))
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            shown = aftercare.Receipt(ReceiptWay.ACCOUNT, form.shown.data or "")
            aftercare.take_notice(w, treatment_id, shown)
            w.reply = url_for(".order", treatment_id=treatment_id)
        if not form.wrong:
            flash(_("已签收。请照通知单办，有不明白的打电话给官方兽医。"))
            return redirect(url_for(".order", treatment_id=treatment_id))
    return order_page(treatment_id)


@bp.post("/treatments/<uuid:treatment_id>/receipt")
@allowed(INSPECT)
def take_here(treatment_id: UUID) -> ResponseReturnValue:
    """The vet records how the notice was taken at the pond."""
    form = ReceiptForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            receipt = aftercare.Receipt(
                ReceiptWay(form.way.data),
                form.shown.data or "",
                form.name.data or "",
                form.picture.data.read(),
            )
            aftercare.take_notice(w, treatment_id, receipt)
            w.reply = url_for(".order", treatment_id=treatment_id)
        if not form.wrong:
            flash(_("签收已记录"))
            return redirect(url_for(".order", treatment_id=treatment_id))
    return order_page(treatment_id, receipt=form)


@bp.post("/treatments/<uuid:treatment_id>/steps")
@allowed(P.TREATMENT_READ)
def write_step(treatment_id: UUID) -> ResponseReturnValue:
    """Write down what was done."""
    form = StepForm()
    with look() as unit:
        unit_name = treatment_order(unit, treatment_id).unit
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            typed, count = form.done_at.data or "", form.quantity.data or ""
            step = aftercare.Step(
                kind=StepKind(form.kind.data),
                note=form.note.data or "",
                done_at=read_moment(typed, w.today, "done_at", Side.PAST)
                if typed.strip()
                else w.now,
                quantity=parse_quantity(count, unit=unit_name) if count.strip() else None,
                picture=form.picture.data.read() if form.picture.data else b"",
            )
            aftercare.write_step(w, treatment_id, step)
            w.reply = url_for(".order", treatment_id=treatment_id)
        if not form.wrong:
            flash(_("已记下"))
            return redirect(url_for(".order", treatment_id=treatment_id))
    return order_page(treatment_id, step=form)


@bp.post("/treatments/<uuid:treatment_id>/end")
@allowed(INSPECT)
def end(treatment_id: UUID) -> ResponseReturnValue:
    """End the case, or take it back."""
    form = EndForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            aftercare.end_case(w, treatment_id, CaseAct(form.act.data), form.note.data or "")
            w.reply = url_for(".order", treatment_id=treatment_id)
        if not form.wrong:
            flash(_("结论已记录，当事人已收到消息"))
            return redirect(url_for(".order", treatment_id=treatment_id))
    return order_page(treatment_id, end=form)


@bp.post("/treatments/<uuid:treatment_id>/again")
@allowed(P.TREATMENT_ANSWER)
def declare_again(treatment_id: UUID) -> ResponseReturnValue:
    """Begin a new declaration of the treated batch."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        made = aftercare.redeclare(w, treatment_id)
        w.reply = url_for("declarations.tasks", declaration_id=made)
    return redirect(w.reply)


def order_page(
    treatment_id: UUID,
    *,
    disposal: DisposalForm | None = None,
    receipt: ReceiptForm | None = None,
    step: StepForm | None = None,
    end: EndForm | None = None,
) -> ResponseReturnValue:
    """Return the page of an order, with the form that was sent wrong as it was typed."""
    forms: list[Form] = [form for form in (disposal, receipt, step, end) if form is not None]
    with look() as unit:
        html = _page(unit, treatment_id, disposal, receipt, step, end)
    return html, max((form.status for form in forms), default=200)


def _page(
    unit: Look,
    treatment_id: UUID,
    disposal: DisposalForm | None,
    receipt: ReceiptForm | None,
    step: StepForm | None,
    end: EndForm | None,
) -> str:
    line = order_line(unit, treatment_order(unit, treatment_id))
    shown = aftercare.notice_digest(line.notice.facts) if line.notice else ""
    mine = line.case.vet_id == unit.actor.person_id and unit.actor.may(INSPECT)
    farm = unit.actor.may(P.TREATMENT_ANSWER)
    step = step or StepForm(formdata=None)
    if farm:
        step.kind.choices = [one for one in step.kind.choices if StepKind(one.value) in FARM_STEPS]
    end = end or EndForm(formdata=None)
    state = CaseState(line.case.state)
    done = queries.progress(unit, line.order)
    lacking = {
        act: [NOT_YET[one] for one in not_yet(act, done, "..")]
        for act in END_WORDS
        if CASE_MOVES.allows(state, act)
    }
    end.act.choices = [
        one for one in end.act.choices if lacking.get(CaseAct(one.value), ["-"]) == []
    ]
    return page(
        "inspections/order.html",
        line=line,
        paper=papers.declaration(unit, line.order.declaration_id),
        batch=(batch := queries.batch_of_order(unit, line.order)),
        held=lot_lines(unit, [batch.lot_id]).get(batch.lot_id),
        express=None if farm else express_of(unit, line.order.check_id),
        own_receipt=OwnReceiptForm(formdata=None, data={"shown": shown}).apart("own"),
        receipt=(receipt or ReceiptForm(formdata=None, data={"shown": shown})).apart("receipt"),
        step=step.apart("step"),
        disposal=(disposal or DisposalForm(formdata=None)).apart("disposal"),
        end=end.apart("end"),
        empty=EmptyForm(),
        lacking=lacking,
        mine=mine,
        farm=farm,
        is_open=state is CaseState.OPEN,
        cases=CASE_WORDS,
        remedies=REMEDY_WORDS,
        receipts=RECEIPT_WORDS,
        steps=STEP_WORDS,
        ends=END_WORDS,
    )
