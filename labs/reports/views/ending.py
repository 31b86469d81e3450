"""Doors of the four endings. Each page shows first what it would touch, and the form carries what was shown."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.accounts.commands import grant_step_up, spend_step_up
from aquacert.accounts.queries.people import person_label
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from labs.register.forms import EmptyForm
from labs.reports import queries
from labs.reports.commands import (
    amend_report,
    ask_invalidate,
    ask_retract,
    drop_ask,
    invalidate_report,
    retract_report,
    withdraw_report,
)
from labs.reports.forms import AmendForm, AskForm, CarryOutForm, WithdrawForm
from labs.reports.rules import ACT_WORDS, MEANINGS, ReportAct, read
from labs.reports.views.blueprint import bp

ASKS = {ReportAct.RETRACT: ask_retract, ReportAct.INVALIDATE: ask_invalidate}
DOES = {ReportAct.RETRACT: retract_report, ReportAct.INVALIDATE: invalidate_report}
Forms = AmendForm | AskForm | CarryOutForm | WithdrawForm


@bp.get("/<uuid:report_id>/amend")
@allowed(P.LAB_AMEND)
def amend(report_id: UUID) -> ResponseReturnValue:
    """What may be corrected, and what a new version touches."""
    form = AmendForm(formdata=None)
    with look() as unit:
        form.fill(read(queries.report(unit, report_id).content))
    return _page(report_id, ReportAct.AMEND, form)


@bp.post("/<uuid:report_id>/amend")
@allowed(P.LAB_AMEND)
def do_amend(report_id: UUID) -> ResponseReturnValue:
    """Issue a corrected version, with the second factor."""
    form = AmendForm()

    def act(w: Work) -> UUID:
        return amend_report(
            w, report_id, form.because.data or "", form.changes(), shown=form.shown.data or ""
        )

    return _confirmed(report_id, ReportAct.AMEND, form, act)


@bp.get("/<uuid:report_id>/withdraw")
@allowed(P.LAB_WITHDRAW)
def withdraw(report_id: UUID) -> ResponseReturnValue:
    """What withdrawing touches."""
    return _page(report_id, ReportAct.WITHDRAW, WithdrawForm(formdata=None))


@bp.post("/<uuid:report_id>/withdraw")
@allowed(P.LAB_WITHDRAW)
def do_withdraw(report_id: UUID) -> ResponseReturnValue:
    """Withdraw a report, with its reason and the second factor."""
    form = WithdrawForm()

    def act(w: Work) -> UUID:
        withdraw_report(w, report_id, form.because.data or "", shown=form.shown.data or "")
        return report_id

    return _confirmed(report_id, ReportAct.WITHDRAW, form, act)


@bp.get("/<uuid:report_id>/retract")
@allowed(P.LAB_RETRACT)
def retract(report_id: UUID) -> ResponseReturnValue:
    """What retracting touches: ask for it, or carry out what another asked."""
    return _two(report_id, ReportAct.RETRACT)


@bp.post("/<uuid:report_id>/retract")
@allowed(P.LAB_RETRACT)
def ask_to_retract(report_id: UUID) -> ResponseReturnValue:
    """Ask that the report be retracted."""
    return _ask(report_id, ReportAct.RETRACT)


@bp.post("/<uuid:report_id>/retract/do")
@allowed(P.LAB_RETRACT)
def do_retract(report_id: UUID) -> ResponseReturnValue:
    """Carry out another person's request, with the second factor."""
    return _carry_out(report_id, ReportAct.RETRACT)


@bp.get("/<uuid:report_id>/invalidate")
@allowed(P.LAB_INVALIDATE)
def invalidate(report_id: UUID) -> ResponseReturnValue:
    """What invalidating touches: ask for it, or carry out what another asked."""
    return _two(report_id, ReportAct.INVALIDATE)


@bp.post("/<uuid:report_id>/invalidate")
@allowed(P.LAB_INVALIDATE)
def ask_to_invalidate(report_id: UUID) -> ResponseReturnValue:
    """Ask that the results be invalidated."""
    return _ask(report_id, ReportAct.INVALIDATE)


@bp.post("/<uuid:report_id>/invalidate/do")
@allowed(P.LAB_INVALIDATE)
def do_invalidate(report_id: UUID) -> ResponseReturnValue:
    """Carry out another person's request, with the second factor."""
    return _carry_out(report_id, ReportAct.INVALIDATE)


@bp.post("/<uuid:report_id>/ask/drop")
@allowed(P.LAB_RETRACT, P.LAB_INVALIDATE)
def drop(report_id: UUID) -> ResponseReturnValue:
    """Take the own request back, or decline another's."""
    form = EmptyForm()
    with form.trying(), work(once=form.key()) as w:
        drop_ask(w, report_id)
        w.reply = url_for(".show", report_id=report_id)
    return redirect(url_for(".show", report_id=report_id))


def _two(report_id: UUID, act: ReportAct) -> ResponseReturnValue:
    with look() as unit:
        waiting = queries.open_ask(unit, queries.report(unit, report_id).id)
    may_do = waiting is not None and waiting.asked_by_id != current_actor().person_id
    form: Forms = CarryOutForm(formdata=None) if may_do else AskForm(formdata=None)
    return _page(report_id, act, form)


def _ask(report_id: UUID, act: ReportAct) -> ResponseReturnValue:
    form = AskForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            ASKS[act](w, report_id, form.because.data or "", shown=form.shown.data or "")
            w.reply = url_for(".show", report_id=report_id)
    if form.wrong:
        return _page(report_id, act, form)
    return redirect(url_for(".show", report_id=report_id))


def _carry_out(report_id: UUID, act: ReportAct) -> ResponseReturnValue:
    form = CarryOutForm()

    def do(w: Work) -> UUID:
        DOES[act](w, report_id, shown=form.shown.data or "")
        return report_id

    return _confirmed(report_id, act, form, do)


def _confirmed(
    report_id: UUID,
    act: ReportAct,
    form: AmendForm | CarryOutForm | WithdrawForm,
    do: Callable[[Work], UUID],
) -> ResponseReturnValue:
    """Do an act that takes effect at once: the second factor is for exactly what was shown."""
    digest = form.shown.data or ""
    if form.validate():
        with form.trying(), work() as w:
            grant_step_up(w, **form.given(), digest=digest)
    if not form.wrong:
        with form.trying(), work(once=form.key()) as w:
            spend_step_up(w, digest)
            w.reply = url_for(".show", report_id=do(w))
    return _page(report_id, act, form) if form.wrong else redirect(w.reply or "")


def _page(report_id: UUID, act: ReportAct, form: Forms) -> tuple[str, int]:
    with look() as unit:
        row = queries.report(unit, report_id)
        found, waiting = queries.touched(unit, row), queries.open_ask(unit, row.id)
        form.shown.data = found.digest
        if "code" in form:
            form["code"].data = ""
        html = page(
            "labs/report_ending.html",
            report=row,
            act=act,
            title=ACT_WORDS[act],
            meaning=MEANINGS[act],
            touched=found,
            waiting=waiting,
            asked_by=person_label(unit, waiting.asked_by_id) if waiting else "",
            is_own=waiting is not None and waiting.asked_by_id == unit.actor.person_id,
            form=form,
            drop=EmptyForm(formdata=None),
        )
    return html, form.status
