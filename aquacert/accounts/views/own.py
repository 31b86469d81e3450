"""The own account: password, phone, second factor, tokens, elder edition and language."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import (
    bind_code,
    change_password,
    change_phone,
    count_at,
    end_sessions,
    end_token,
    keep_preferences,
    make_own_token,
    print_recovery_codes,
    replace_code,
)
from aquacert.accounts.commands.passwords import own_gate
from aquacert.accounts.forms import (
    CodeForm,
    EmptyForm,
    PasswordForm,
    PhoneForm,
    PreferencesForm,
    TokenForm,
)
from aquacert.accounts.queries import (
    has_code,
    has_factor,
    has_passkey,
    has_step_up,
    passkeys_of,
    person,
    roles_lines,
    sessions_of,
    tokens_of,
)
from aquacert.accounts.queries.actors import roles_now
from aquacert.accounts.queries.passwords import policy_of
from aquacert.accounts.queries.recovery import codes_left
from aquacert.accounts.rules.passkeys import OWN_CODES, OWN_FACTORS, OWN_PHONE, OWN_TOKENS
from aquacert.accounts.rules.throttling import Gate
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.glue import visitor
from aquacert.accounts.views.pictures import code_picture
from aquacert.accounts.views.seeds import seed_for
from aquacert.http.forms import Form
from aquacert.http.gates import current_actor, forget_actor, look, signed_in, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotSignedIn, TooMany


def own_id() -> UUID:
    """Return the id of whoever is signed in."""
    person_id = current_actor().person_id
    if person_id is None:
        raise NotSignedIn
    return person_id


@bp.route("/me", methods=["GET", "POST"])
@signed_in
def me() -> ResponseReturnValue:
    """Show the own account; keep the elder edition and the language."""
    actor = current_actor()
    form = PreferencesForm(elder=actor.elder, locale=actor.locale or "zh_CN")
    if form.validate_on_submit():
        with work(once=form.key()) as w:
            keep_preferences(w, **form.asked())
            w.reply = url_for(".me")
        forget_actor()
        flash(_("已保存"))
        return redirect(url_for(".me"))
    with look() as unit:
        return page(
            "accounts/me.html",
            form=form,
            person=person(unit, own_id()),
            lines=roles_lines(unit, own_id()),
            has_code=has_code(unit, own_id()),
            keys=len(passkeys_of(unit, own_id())),
            codes_left=codes_left(unit, own_id()),
            sessions=len(sessions_of(unit, own_id())),
        ), form.status


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change the own password; every other sign-in ends."""
    form = PasswordForm()
    if form.validate_on_submit() and counted(form, Gate.ACCOUNT, own_gate(own_id())):
        with form.catching(), work() as w:
            change_password(w, **form.asked())
            end_sessions(w, own_id(), because=_("口令已更换"), but=current_actor().session_id)
        if not form.wrong:
            flash(_("口令已更换，其他地方的登录都已结束"))
            return redirect(url_for(".home"))
    found = visitor()
    forced = bool(found and found.standing.must_change_password)
    with look() as unit:
        policy = policy_of(unit, roles_now(unit, own_id()))
    status = 429 if form.is_busy else form.status
    return page("accounts/password.html", form=form, forced=forced, policy=policy), status


def counted(form: Form, gate: Gate, what: str) -> bool:
    """Count a try at a secret before it is judged; False with the reason on the form."""
    try:
        with work() as w:
            count_at(w, gate, what)
    except TooMany as error:
        form.form_errors.append(error.sentence)
        form.is_busy = True
        return False
    return True


@bp.route("/factor", methods=["GET", "POST"])
@signed_in
def factor() -> ResponseReturnValue:
    """Let somebody who need not have a one-time code make one all the same.

    Whoever has a key confirms with it first.
    """
    with look() as unit:
        if has_code(unit, own_id()):
            return page(
                "accounts/factor.html",
                form=CodeForm(),
                act=EmptyForm(),
                secret="",
                picture="",
                left=codes_left(unit, own_id()),
            )
        if has_passkey(unit, own_id()) and not has_step_up(unit, OWN_FACTORS):
            return redirect(url_for(".step_up", digest=OWN_FACTORS, next=url_for(".factor")))
        username = person(unit, own_id()).username
    form, status = CodeForm(), 200
    if form.validate_on_submit():
        try:
            with form.catching(), work() as w:
                bind_code(w, form.code.data)
        except TooMany as error:
            form.form_errors.append(error.sentence)
            status = error.status
        if not form.wrong:
            flash(_("动态口令已绑定，下次登录时要用"))
            return redirect(url_for(".me"))
    secret = seed_for(current_actor(), own_id())
    picture = code_picture(secret, username)
    status = form.status if status == 200 else status
    return page("accounts/factor.html", form=form, secret=secret, picture=picture), status


@bp.post("/factor/replace")
@signed_in
def replace_factor() -> ResponseReturnValue:
    """Begin anew with another authenticator; a fresh second factor or a recovery code confirms."""
    with look() as unit:
        if not has_step_up(unit, OWN_FACTORS):
            return redirect(url_for(".step_up", digest=OWN_FACTORS, next=url_for(".factor")))
    with work() as w:
        replace_code(w)
    return redirect(url_for(".factor"))


@bp.route("/recovery-codes", methods=["GET", "POST"])
@signed_in
def recovery_codes() -> ResponseReturnValue:
    """Say how many codes are left; print ten new ones, shown this once."""
    form, codes = EmptyForm(), []
    here = url_for(".recovery_codes")
    if form.validate_on_submit():
        with look() as unit:
            confirmed = has_step_up(unit, OWN_CODES)
        if not confirmed:
            return redirect(url_for(".step_up", digest=OWN_CODES, next=here))
        with work() as w:
            codes = print_recovery_codes(w)
    with look() as unit:
        return page(
            "accounts/recovery_codes.html",
            form=form,
            codes=codes,
            left=codes_left(unit, own_id()),
            has_any=has_factor(unit, own_id()),
            confirmed=has_step_up(unit, OWN_CODES),
        ), form.status


@bp.route("/phone", methods=["GET", "POST"])
@signed_in
def phone() -> ResponseReturnValue:
    """Change the own phone number: password again, second factor again, and told."""
    here = url_for(".phone")
    with look() as unit:
        if has_factor(unit, own_id()) and not has_step_up(unit, OWN_PHONE):
            return redirect(url_for(".step_up", digest=OWN_PHONE, next=here))
        row = person(unit, own_id())
    form = PhoneForm()
    if form.validate_on_submit() and counted(form, Gate.PHONE, str(own_id())):
        with form.catching(), work() as w:
            change_phone(w, **form.asked())
        if not form.wrong:
            flash(_("手机号已换，以后用新号码登录"))
            return redirect(url_for(".me"))
    status = 429 if form.is_busy else form.status
    signs_in = row.phone_login is not None
    return page("accounts/phone.html", form=form, row=row, signs_in=signs_in), status


@bp.route("/tokens", methods=["GET", "POST"])
@signed_in
def tokens() -> ResponseReturnValue:
    """List the own API tokens; make one, shown this once."""
    form, fresh, here = TokenForm(), "", url_for(".tokens")
    if form.validate_on_submit():
        with look() as unit:
            owes = has_factor(unit, own_id()) and not has_step_up(unit, OWN_TOKENS)
        if owes:
            flash(_("做令牌前先核验一次，核验后回来再点“新建令牌”"), "warning")
            return redirect(url_for(".step_up", digest=OWN_TOKENS, next=here))
        with form.catching(), work() as w:
            fresh = make_own_token(w, form.name.data)
    with look() as unit:
        rows = tokens_of(unit, own_id())
    return page(
        "accounts/tokens.html", form=form, rows=rows, fresh=fresh, act=EmptyForm()
    ), form.status


@bp.post("/tokens/<uuid:token_id>/end")
@signed_in
def stop_token(token_id: UUID) -> ResponseReturnValue:
    """Stop one of the own tokens, at once."""
    with work() as w:
        end_token(w, token_id)
    flash(_("令牌已停用"))
    return redirect(url_for(".tokens"))
