"""The own passkeys and security keys: listed, added, removed; and challenges for the script."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import (
    ask_assertion,
    ask_registration,
    grant_step_up,
    register_passkey,
    remove_passkey,
)
from aquacert.accounts.commands.challenges import NO_SITE
from aquacert.accounts.forms import ChallengeForm, PasskeyForm, SecondFactorForm
from aquacert.accounts.models import Passkey
from aquacert.accounts.queries import has_factor, has_step_up, passkeys_of
from aquacert.accounts.queries.passkeys import site
from aquacert.accounts.rules.passkeys import OWN_FACTORS, Purpose, removal
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.own import own_id
from aquacert.accounts.views.step_up import DIGEST
from aquacert.http.forms import Form
from aquacert.http.gates import look, signed_in, work
from aquacert.http.pages import page
from aquacert.kernel.errors import (
    AquaCertError,
    Invalid,
    NotAllowed,
    NotAllowedNow,
    NotFound,
    TooMany,
)


@bp.get("/passkeys")
@signed_in
def passkeys() -> ResponseReturnValue:
    """List the own keys."""
    with look() as unit:
        rows, place = passkeys_of(unit, own_id()), site(unit)
    return page("accounts/passkeys.html", rows=rows, no_site="" if place else NO_SITE)


@bp.route("/passkeys/new", methods=["GET", "POST"])
@signed_in
def new_passkey() -> ResponseReturnValue:
    """Add a key; whoever has a second factor confirms with it first."""
    with look() as unit:
        place = site(unit)
        if has_factor(unit, own_id()) and not has_step_up(unit, OWN_FACTORS):
            return redirect(url_for(".step_up", digest=OWN_FACTORS, next=url_for(".new_passkey")))
    form = PasskeyForm()
    if form.validate_on_submit():
        try:
            with form.catching(), work() as w:
                register_passkey(w, **form.asked())
        except (NotAllowed, NotAllowedNow) as error:
            form.form_errors.append(error.sentence)
        if not form.wrong:
            flash(_("钥匙已登记，下次登录和签字时可以用"))
            return redirect(url_for(".passkeys"))
    no_site = "" if place else NO_SITE
    return page("accounts/new_passkey.html", form=form, no_site=no_site), form.status


@bp.route("/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
@signed_in
def remove_key(passkey_id: UUID) -> ResponseReturnValue:
    """Remove one of the own keys, confirmed with a living second factor."""
    with look() as unit:
        row = unit.get(Passkey, passkey_id)
    if row.person_id != own_id():
        raise NotFound
    form, digest = SecondFactorForm(), removal(passkey_id)
    status = 422
    if form.validate_on_submit():
        try:
            with form.catching(), work() as w:
                grant_step_up(w, **form.given(), digest=digest)
                remove_passkey(w, passkey_id)
        except (NotAllowedNow, TooMany) as error:
            form.form_errors.append(error.sentence)
            status = error.status
        if not form.wrong:
            flash(_("钥匙已移除"))
            return redirect(url_for(".passkeys"))
    form.code.data = ""
    html = page("accounts/remove_passkey.html", form=form, row=row, digest=digest)
    return html, status if form.wrong else 200


@bp.post("/passkeys/challenge")
@signed_in
def passkey_challenge() -> ResponseReturnValue:
    """Ask one of the own keys to confirm what the page shows, by its digest."""
    form = ChallengeForm()

    def ask() -> dict[str, Any]:
        digest = form.digest.data or ""
        if not DIGEST.fullmatch(digest):
            raise Invalid(_("没有说明要确认的是哪一份，请刷新页面。"))
        with work() as w:
            return ask_assertion(w, Purpose.STEP_UP, digest=digest)

    return challenge(form, ask)


@bp.post("/passkeys/new/challenge")
@signed_in
def new_passkey_challenge() -> ResponseReturnValue:
    """Ask for a new key."""

    def ask() -> dict[str, Any]:
        with work() as w:
            return ask_registration(w)

    return challenge(Form(), ask)


def challenge(form: Form, ask: Callable[[], dict[str, Any]]) -> ResponseReturnValue:
    """Answer the script in JSON: what the browser is to ask, or the sentence to show."""
    if not form.validate_on_submit():
        return {"sentence": _("页面放得太久了，请刷新后再试。")}, 422
    try:
        return ask()
    except AquaCertError as error:
        return {"sentence": _(error.sentence)}, error.status
