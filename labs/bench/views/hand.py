"""Doors of entry one by one, for a run without a worksheet: a sample's well, a control, a finding in words."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, work
from aquacert.kernel.permissions import P
from labs.bench.commands import enter_control, enter_finding, enter_result
from labs.bench.forms import ControlForm, FindingForm, WellForm
from labs.bench.views.blueprint import bp
from labs.bench.views.page import offer, run_page
from labs.register.rules import MethodKind


@bp.post("/runs/<uuid:run_id>/wells")
@allowed(P.LAB_ENTER)
def well(run_id: UUID) -> ResponseReturnValue:
    """Enter one well of a blind item."""
    form = WellForm()
    offer(run_id, form)
    if form.validate():
        disease, cq = form.disease_code.data or "", form.cq.data or ""
        with form.trying(), work(once=form.key()) as w:
            enter_result(
                w,
                form.code.data or "",
                disease,
                disease,
                cq,
                run_id=run_id,
                well=form.well.data or "",
                is_excluded=bool(form.is_excluded.data),
            )
            w.reply = url_for(".run", run_id=run_id, code=form.code.data)
    if form.wrong:
        return run_page(run_id, well_form=form)
    return redirect(url_for(".run", run_id=run_id, code=form.code.data))


@bp.post("/runs/<uuid:run_id>/controls")
@allowed(P.LAB_ENTER)
def control(run_id: UUID) -> ResponseReturnValue:
    """Enter one control well."""
    form = ControlForm()
    offer(run_id, form)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            enter_control(w, run_id, form.role.data, form.disease_code.data, form.cq.data)
            w.reply = url_for(".run", run_id=run_id)
    if form.wrong:
        return run_page(run_id, control_form=form)
    return redirect(url_for(".run", run_id=run_id))


@bp.post("/runs/<uuid:run_id>/findings")
@allowed(P.LAB_ENTER)
def finding(run_id: UUID) -> ResponseReturnValue:
    """Enter a result in words."""
    form = FindingForm()
    offer(run_id, form, MethodKind.FINDING)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            enter_finding(
                w,
                form.code.data,
                form.disease_code.data,
                form.outcome.data,
                form.note.data or "",
                run_id=run_id,
                count=form.count.data or "",
                dilution=form.dilution.data or "",
                unit=form.unit.data or "",
                lod=form.lod.data or "",
                uncertainty=form.uncertainty.data or "",
            )
            w.reply = url_for(".run", run_id=run_id)
    if form.wrong:
        return run_page(run_id, finding_form=form)
    return redirect(url_for(".run", run_id=run_id))
