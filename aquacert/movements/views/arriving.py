"""Phone doors of whoever receives the goods: scan, report, done. Nothing here needs JavaScript."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.queries import consignee_subject
from aquacert.http.gates import allowed, current_actor, house, look, open_to_all, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import ANONYMOUS
from aquacert.kernel.work import Look
from aquacert.movements import commands, queries
from aquacert.movements.forms import ArrivalForm, FarmArrivalForm
from aquacert.movements.queries import Case
from aquacert.movements.rules import Report
from aquacert.movements.views.blueprint import bp, case_in_hand
from aquacert.reference.rules.quantity import parse_quantity

BY_LINK = replace(ANONYMOUS, label="收货人（一次性链接）")


@bp.get("/arrive/<public_id>")
@open_to_all("收货人扫码后从这里报告到达；报告本身要登录或一次性链接")
def arrive(public_id: str) -> ResponseReturnValue:
    """Show the report form to who may report, the result once reported, else the two ways."""
    with look() as unit:
        found = case_in_hand(unit, public_id)
    if not found.is_proved:
        raise NotAllowedNow(
            "这张证的签名没有通过核验，不能据此报到达。请先不要收货，联系签发机构。"
        )
    if found.arrived_at is not None:
        return page("movements/arrived.html", case=found)
    if not current_actor().may(P.MOVEMENT_REPORT):
        return page("movements/how_to_report.html", case=found)
    commands.ensure_open(house().database, found.certificate_id)
    return _form_page(found, _form_for(found, fresh=True))


@bp.post("/arrive/<public_id>")
@allowed(P.MOVEMENT_REPORT)
def report_arrival(public_id: str) -> ResponseReturnValue:
    """Take the report of somebody with an account."""
    with look() as unit:
        found = case_in_hand(unit, public_id)
    form = _form_for(found)
    if form.validate_on_submit():
        lot = getattr(form, "lot_id", None)
        lot_id = UUID(lot.data) if lot is not None and lot.data else None
        here = url_for(".arrive", public_id=found.public_id)
        try:
            with form.catching(), work(once=form.key()) as w:
                report = _report(form, found)
                commands.report_arrival(w, found.public_id, report, lot_id=lot_id)
                w.reply = here
            if not form.wrong:
                return redirect(here)
        except NotAllowedNow as error:
            form.form_errors.append(error.sentence)
    return _form_page(found, form)


@bp.get("/link/<secret>")
@open_to_all("收货人没有账号，凭货主给的一次性链接报告到达")
def link(secret: str) -> ResponseReturnValue:
    """Show the form to whoever holds a one-time link."""
    with look() as unit:
        found = _case_of_link(unit, secret)
    if found.arrived_at is not None:
        return redirect(url_for(".arrive", public_id=found.public_id))
    return _form_page(found, _filled(ArrivalForm(formdata=None), found))


@bp.post("/link/<secret>")
@open_to_all("收货人没有账号，凭货主给的一次性链接报告到达")
def report_by_link(secret: str) -> ResponseReturnValue:
    """Take the report of a one-time link, and use the link up."""
    form = ArrivalForm()
    with look() as unit:
        found = _case_of_link(unit, secret)
    if form.validate_on_submit():
        here = url_for(".arrive", public_id=found.public_id)
        try:
            with form.catching(), work(actor=BY_LINK) as w:
                commands.report_by_link(w, secret, _report(form, found))
            if not form.wrong:
                return redirect(here)
        except NotAllowedNow as error:
            form.form_errors.append(error.sentence)
    return _form_page(found, form)


def _case_of_link(unit: Look, secret: str) -> Case:
    """Return the certificate a link is for; a second click on a used link finds it arrived."""
    certificate_id = consignee_subject(unit, secret)
    commands.ensure_open(house().database, certificate_id)
    with house().database.look() as now:
        row = queries.movement_of_subject(now, certificate_id)
    return case_in_hand(unit, row.public_id)


def _form_for(found: Case, *, fresh: bool = False) -> ArrivalForm:
    """Return the form, with the actor's own lots to choose from where it has any."""
    with look() as unit:
        lots = queries.own_lots(unit, found.record)
    if not lots:
        form = ArrivalForm(formdata=None) if fresh else ArrivalForm()
        return _filled(form, found) if fresh else form
    form = FarmArrivalForm(formdata=None) if fresh else FarmArrivalForm()
    form.lot_id.choices = [
        SelectChoice("", _("不记入")),
        *(SelectChoice(str(lot.lot_id), f"{lot.pond_name} · {lot.number}") for lot in lots),
    ]
    return _filled(form, found) if fresh else form


def _filled(form: ArrivalForm, found: Case) -> ArrivalForm:
    """Fill in what is most often true: everything arrived."""
    form.received.data = str(found.record.quantity)
    return form


def _report(form: ArrivalForm, found: Case) -> Report:
    received = parse_quantity(form.received.data or "", unit=found.record.unit, field="received")
    return Report(
        received=received,
        place_confirmed=form.place.data == "same",
        note=form.note.data or "",
        problem=form.problem.data or "",
    )


def _form_page(found: Case, form: ArrivalForm) -> ResponseReturnValue:
    return page("movements/arrive.html", case=found, record=found.record, form=form), form.status
