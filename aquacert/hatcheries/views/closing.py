"""Closing a farm and opening it again, on the phone and at the county's desk."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands import (
    ask_reopening,
    close_hatchery,
    extend_licence,
    left_over,
    reopen_hatchery,
    return_licence,
)
from aquacert.hatcheries.forms.farms import ActForm, ReasonForm
from aquacert.hatcheries.forms.records import CloseForm
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import hatchery, own_hatchery
from aquacert.hatcheries.queries.records import licence_here
from aquacert.hatcheries.rules import State
from aquacert.hatcheries.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P


@bp.route("/own/close", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def close_own() -> ResponseReturnValue:
    """What would have to be settled first; then the reason and the last button."""
    with look() as unit:
        farm = own_hatchery(unit)
        rest = left_over(unit, farm.id)
    form = CloseForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            close_hatchery(w, farm.id, form.because.data or "")
            w.reply = url_for(".own")
        if not form.wrong:
            flash(_("苗种场已关闭"))
            return redirect(url_for(".own"))
    shown = page("hatcheries/close.html", form=form, farm=farm, left_over=rest, is_own=True)
    return shown, form.status


@bp.route("/own/reopen", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def ask_own_reopening() -> ResponseReturnValue:
    """Ask the county to open the own farm again."""
    with look() as unit:
        farm = own_hatchery(unit)
    if farm.state != State.CLOSED.value:
        return redirect(url_for(".own"))
    form = CloseForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            ask_reopening(w, farm.id, form.because.data or "")
            w.reply = url_for(".own")
        if not form.wrong:
            flash(_("已向县里申请重新开放"))
            return redirect(url_for(".own"))
    return page("hatcheries/reopen.html", form=form, farm=farm), form.status


@bp.route("/<uuid:hatchery_id>/close", methods=["GET", "POST"])
@allowed(P.HATCHERY_APPROVE)
def close(hatchery_id: UUID) -> ResponseReturnValue:
    """Close a farm from the county's desk."""
    with look() as unit:
        farm = hatchery(unit, hatchery_id)
        rest = left_over(unit, farm.id)
    form = CloseForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            close_hatchery(w, farm.id, form.because.data or "")
            w.reply = _there(farm)
        if not form.wrong:
            flash(_("苗种场已关闭"))
            return redirect(_there(farm))
    shown = page("hatcheries/close.html", form=form, farm=farm, left_over=rest, is_own=False)
    return shown, form.status


@bp.post("/<uuid:hatchery_id>/reopen")
@allowed(P.HATCHERY_APPROVE)
def reopen(hatchery_id: UUID) -> ResponseReturnValue:
    """Open a closed farm again."""
    form = ActForm()
    with work(once=form.key()) as w:
        reopen_hatchery(w, hatchery_id)
        here = w.reply = url_for(".show", hatchery_id=hatchery_id)
    flash(_("已重新开放"))
    return redirect(here)


@bp.post("/licences/<uuid:licence_id>/extend")
@allowed(P.HATCHERY_APPROVE)
def extend(licence_id: UUID) -> ResponseReturnValue:
    """Say that a licence's further period was seen."""
    form = ActForm()
    with work(once=form.key()) as w:
        farm_id = extend_licence(w, licence_id)
        here = w.reply = url_for(".show", hatchery_id=farm_id)
    flash(_("续期已核实"))
    return redirect(here)


@bp.route("/licences/<uuid:licence_id>/return", methods=["GET", "POST"])
@allowed(P.HATCHERY_APPROVE)
def send_back(licence_id: UUID) -> ResponseReturnValue:
    """Say why a licence could not be verified."""
    with look() as unit:
        line = licence_here(unit, licence_id)
    form = ReasonForm()
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                farm_id = return_licence(w, licence_id, form.because.data or "")
                here = w.reply = url_for(".show", hatchery_id=farm_id)
            flash(_("已退回，原因已告知企业"))
            return redirect(here)
    return page("hatcheries/return_licence.html", form=form, number=line.number), form.status


def _there(farm: Hatchery) -> str:
    return url_for(".show", hatchery_id=farm.id)
