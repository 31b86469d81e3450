"""我在哪里登录着: where this account is signed in, ending it, and 这不是我."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import disown_session, end_session, end_sessions, stop_recovery
from aquacert.accounts.forms import EmptyForm
from aquacert.accounts.queries import ended_sessions, own_session, sessions_of
from aquacert.accounts.queries.recovery import recovery_of_person
from aquacert.accounts.rules.sessions import SessionState
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.own import own_id
from aquacert.http.gates import current_actor, forget_actor, look, signed_in, work
from aquacert.http.pages import page


@bp.get("/sessions")
@signed_in
def sessions() -> ResponseReturnValue:
    """List where this account is signed in, and what ended lately."""
    with look() as unit:
        return page(
            "accounts/sessions.html",
            rows=sessions_of(unit, own_id()),
            ended=ended_sessions(unit, own_id()),
            recovering=recovery_of_person(unit, own_id()),
            this_session=current_actor().session_id,
            form=EmptyForm(),
        )


@bp.post("/sessions/<uuid:session_id>/end")
@signed_in
def end_one(session_id: UUID) -> ResponseReturnValue:
    """End one of the own sign-ins, at once."""
    with work() as w:
        end_session(w, session_id, because=_("本人在别处结束"))
    flash(_("那次登录已结束"))
    return redirect(url_for(".sessions"))


@bp.post("/sessions/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    """End every own sign-in but this one."""
    with work() as w:
        count = end_sessions(
            w, own_id(), because=_("本人结束其他登录"), but=current_actor().session_id
        )
    flash(_("已结束其他 %(n)s 处登录", n=count))
    return redirect(url_for(".sessions"))


@bp.route("/sessions/<uuid:session_id>/not-me", methods=["GET", "POST"])
@signed_in
def not_me(session_id: UUID) -> ResponseReturnValue:
    """Show one sign-in; end it and stop the password when its person says it is not his."""
    form = EmptyForm()
    if form.validate_on_submit():
        with work(once=form.key()) as w:
            disown_session(w, session_id)
            w.reply = url_for(".password")
        forget_actor()
        flash(_("那次登录已结束，原来的口令已停用。请换一个新口令。"))
        return redirect(url_for(".password"))
    with look() as unit:
        row = own_session(unit, session_id)
    return page(
        "accounts/not_me.html",
        form=form,
        row=row,
        is_here=row.id == current_actor().session_id,
        is_over=row.state == SessionState.ENDED,
    ), form.status


@bp.post("/recoveries/<uuid:recovery_id>/refuse")
@signed_in
def refuse_recovery(recovery_id: UUID) -> ResponseReturnValue:
    """Stop a recovery of the own account that somebody else is trying."""
    with work() as w:
        stop_recovery(w, recovery_id)
    flash(_("这次找回已停止"))
    return redirect(url_for(".sessions"))
