"""Acts on a laboratory's instruments and lots, each with a page of its own."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from labs.register import commands, queries
from labs.register.forms import CalibrateForm, EmptyForm, LabForm, OpenForm, ReasonForm
from labs.register.models import Instrument, KitLot
from labs.register.rules.holdings import ending
from labs.register.views.blueprint import bp
from labs.register.views.laboratory import keep, may_keep


@bp.post("/<uuid:lab_id>/instruments")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def add_instrument(lab_id: UUID) -> ResponseReturnValue:
    """Enter an instrument."""

    def act(w: Work, form: LabForm) -> None:
        commands.add_instrument(w, lab_id, **form.asked())

    return keep(lab_id, "instruments", "instrument", act)


@bp.post("/<uuid:lab_id>/lots")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def add_lot(lab_id: UUID) -> ResponseReturnValue:
    """Enter a lot of a kit or reagent."""

    def act(w: Work, form: LabForm) -> None:
        commands.add_lot(w, lab_id, **form.asked())

    return keep(lab_id, "lots", "lot", act)


@bp.get("/instruments/<uuid:instrument_id>")
@allowed(P.LAB_READ, P.LAB_REGISTER)
def instrument(instrument_id: UUID) -> ResponseReturnValue:
    """One instrument with every calibration."""
    return _instrument(instrument_id, CalibrateForm(formdata=None), ReasonForm(formdata=None))


@bp.post("/instruments/<uuid:instrument_id>/calibrations")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def calibrate(instrument_id: UUID) -> ResponseReturnValue:
    """Write down a calibration."""
    form, back = CalibrateForm(), url_for(".instrument", instrument_id=instrument_id)
    done = _done(form, back, lambda w: commands.calibrate(w, instrument_id, **form.asked()))
    return redirect(back) if done else _instrument(instrument_id, form, ReasonForm(formdata=None))


@bp.post("/instruments/<uuid:instrument_id>/retire")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def retire(instrument_id: UUID) -> ResponseReturnValue:
    """Use an instrument no longer."""
    form, back = ReasonForm(), url_for(".instrument", instrument_id=instrument_id)
    because = form.because.data or ""
    done = _done(form, back, lambda w: commands.retire_instrument(w, instrument_id, because))
    return (
        redirect(back) if done else _instrument(instrument_id, CalibrateForm(formdata=None), form)
    )


@bp.get("/lots/<uuid:kit_lot_id>")
@allowed(P.LAB_READ, P.LAB_REGISTER)
def lot(kit_lot_id: UUID) -> ResponseReturnValue:
    """One lot: its days, and what is done to it."""
    return _lot(kit_lot_id, OpenForm(formdata=None), ReasonForm(formdata=None))


@bp.post("/lots/<uuid:kit_lot_id>/open")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def open_lot(kit_lot_id: UUID) -> ResponseReturnValue:
    """Write down the day a lot was opened."""
    form, back = OpenForm(), url_for(".lot", kit_lot_id=kit_lot_id)
    done = _done(form, back, lambda w: commands.open_lot(w, kit_lot_id, form.opened_on.data))
    return redirect(back) if done else _lot(kit_lot_id, form, ReasonForm(formdata=None))


@bp.post("/lots/<uuid:kit_lot_id>/finish")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def finish_lot(kit_lot_id: UUID) -> ResponseReturnValue:
    """Write down that a lot is used up."""
    form, back = EmptyForm(), url_for(".lot", kit_lot_id=kit_lot_id)
    done = _done(form, back, lambda w: commands.finish_lot(w, kit_lot_id))
    return redirect(back) if done else _lot(kit_lot_id, OpenForm(formdata=None), form)


@bp.post("/lots/<uuid:kit_lot_id>/withdraw")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def withdraw_lot(kit_lot_id: UUID) -> ResponseReturnValue:
    """Trust a lot no longer."""
    form, back = ReasonForm(), url_for(".lot", kit_lot_id=kit_lot_id)
    because = form.because.data or ""
    done = _done(form, back, lambda w: commands.withdraw_lot(w, kit_lot_id, because))
    return redirect(back) if done else _lot(kit_lot_id, OpenForm(formdata=None), form)


def _done(form: LabForm, back: str, act: Callable[[Work], object]) -> bool:
    """Let a form act; tell whether nothing has to be corrected."""
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            act(w)
            w.reply = back
    return not form.wrong


def _instrument(
    instrument_id: UUID, calibrate_form: CalibrateForm, reason_form: ReasonForm
) -> tuple[str, int]:
    with look() as unit:
        row = unit.get(Instrument, instrument_id)
        done = queries.calibrations_of(unit, instrument_id)
        html = page(
            "labs/instrument.html",
            instrument=row,
            lab=queries.lab(unit, row.lab_id),
            calibrations=[(each, ending(each.until_on, unit.today)) for each in reversed(done)],
            fault=queries.instrument_fault(unit, instrument_id, unit.today),
            keeps=may_keep(unit, row.lab_id, P.LAB_KEEP),
            calibrate_form=calibrate_form,
            reason_form=reason_form,
        )
    return html, max(calibrate_form.status, reason_form.status)


def _lot(kit_lot_id: UUID, open_form: OpenForm, reason_form: LabForm) -> tuple[str, int]:
    with look() as unit:
        row = unit.get(KitLot, kit_lot_id)
        html = page(
            "labs/lot.html",
            lot=row,
            lab=queries.lab(unit, row.lab_id),
            fault=queries.lot_fault(unit, kit_lot_id, unit.today),
            near=ending(row.days.usable_until_on, unit.today),
            keeps=may_keep(unit, row.lab_id, P.LAB_KEEP),
            open_form=open_form,
            reason_form=reason_form
            if isinstance(reason_form, ReasonForm)
            else ReasonForm(formdata=None),
            finish_form=EmptyForm(formdata=None),
            refused=[] if isinstance(reason_form, ReasonForm) else reason_form.form_errors,
        )
    return html, max(open_form.status, reason_form.status)
