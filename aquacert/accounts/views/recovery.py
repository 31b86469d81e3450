"""Forgotten passwords: the person's own device, and the officers who see him."""

from uuid import UUID

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import (
    ask_recovery,
    confirm_recovery,
    count_at,
    finish_recovery,
    start_recovery,
    stop_recovery,
)
from aquacert.accounts.forms import EmptyForm, NewPasswordForm, RecoverForm, StartRecoveryForm
from aquacert.accounts.models import Recovery
from aquacert.accounts.queries.actors import roles_now
from aquacert.accounts.queries.passwords import policy_of
from aquacert.accounts.queries.recovery import recoveries_waiting, recovery_of_secret
from aquacert.accounts.rules.recovery import RecoveryState
from aquacert.accounts.rules.throttling import Gate
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.own import counted, own_id
from aquacert.http.gates import allowed, house, look, open_to_all, work
from aquacert.http.pages import page
from aquacert.kernel.errors import TooMany
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM

KEPT = "recovery"
"""Where the cookie keeps the device's secret."""
OPEN = "whoever forgot the password has no way to sign in"


@bp.route("/recover", methods=["GET", "POST"])
@open_to_all(OPEN)
def recover() -> ResponseReturnValue:
    """Ask whose password was forgotten; any name is answered alike."""
    form = RecoverForm()
    if form.validate_on_submit():
        try:
            with house().database.work(SYSTEM) as w:
                count_at(w, Gate.RECOVER, request.remote_addr or "")
            with house().database.work(SYSTEM) as w:
                session[KEPT] = ask_recovery(w, form.username.data or "")
        except TooMany as error:
            form.form_errors.append(error.sentence)
            return page("accounts/recover.html", form=form), error.status
        session.permanent = True
        return redirect(url_for(".recover_wait"))
    return page("accounts/recover.html", form=form), form.status


def _own() -> Recovery | None:
    """Return the living request of this device."""
    with house().database.look() as unit:
        return recovery_of_secret(unit, str(session.get(KEPT, "")))


@bp.get("/recover/wait")
@open_to_all(OPEN)
def recover_wait() -> ResponseReturnValue:
    """Show the number to tell the officer, and how far it is."""
    row = _own()
    if row is not None and row.state == RecoveryState.OPEN:
        return redirect(url_for(".recover_password"))
    number = "" if row is None else f"{row.number[:4]} {row.number[4:]}"
    is_second = row is not None and row.state == RecoveryState.WAITING
    return page("accounts/recover_wait.html", row=row, number=number, is_second=is_second)


@bp.route("/recover/password", methods=["GET", "POST"])
@open_to_all(OPEN)
def recover_password() -> ResponseReturnValue:
    """Take the new password on the device that asked."""
    row = _own()
    if row is None or row.state != RecoveryState.OPEN or row.person_id is None:
        return redirect(url_for(".recover_wait"))
    form = NewPasswordForm()
    if form.validate_on_submit():
        with form.catching(), house().database.work(SYSTEM) as w:
            finish_recovery(w, str(session[KEPT]), new=form.new.data or "")
        if not form.wrong:
            session.pop(KEPT, None)
            flash(_("口令已换成新的，请登录"))
            return redirect(url_for(".sign_in"))
    with house().database.look() as unit:
        policy = policy_of(unit, roles_now(unit, row.person_id))
    return page("accounts/recover_password.html", form=form, policy=policy), form.status


@bp.route("/recoveries", methods=["GET", "POST"])
@allowed(P.ACCOUNT_RECOVER)
def recoveries() -> ResponseReturnValue:
    """Let somebody back in whose identity document lies here; list what waits for a second."""
    form = StartRecoveryForm()
    if form.validate_on_submit() and counted(form, Gate.OFFICER, str(own_id())):
        here = url_for(".recoveries")
        with form.catching(), work(once=form.key()) as w:
            start_recovery(w, **form.asked())
            w.reply = here
        if not form.wrong:
            flash(_("已核对。请对方在自己的屏幕上按“看看办好了没有”。"))
            return redirect(here)
    with look() as unit:
        rows = recoveries_waiting(unit)
    status = 429 if form.is_busy else form.status
    return page("accounts/recoveries.html", form=form, rows=rows, act=EmptyForm()), status


@bp.post("/recoveries/<uuid:recovery_id>/confirm")
@allowed(P.ACCOUNT_RECOVER)
def confirm(recovery_id: UUID) -> ResponseReturnValue:
    """Agree as the second officer."""
    here = url_for(".recoveries")
    with work(once=EmptyForm().key()) as w:
        confirm_recovery(w, recovery_id)
        w.reply = here
    flash(_("已确认，对方可以换新口令了"))
    return redirect(here)


@bp.post("/recoveries/<uuid:recovery_id>/stop")
@allowed(P.ACCOUNT_RECOVER)
def stop(recovery_id: UUID) -> ResponseReturnValue:
    """Stop a recovery that is not right."""
    here = url_for(".recoveries")
    with work(once=EmptyForm().key()) as w:
        stop_recovery(w, recovery_id)
        w.reply = here
    flash(_("这次找回已停止"))
    return redirect(here)
