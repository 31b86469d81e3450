"""Signing in and out: password, one-time code, first generator. Phone pages, plain sentences."""

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from aquacert.accounts.commands import (
    count_guess,
    end_session,
    enrol,
    open_session,
    pass_second_factor,
)
from aquacert.accounts.commands.passwords import matches
from aquacert.accounts.forms import CodeForm, SignInForm
from aquacert.accounts.queries import credentials, pending_secret
from aquacert.accounts.queries.sign_in import Credentials
from aquacert.accounts.rules.sessions import SessionState, local_path
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.glue import Visitor, endpoint_exists, load_visitor, visitor
from aquacert.accounts.views.pictures import code_picture
from aquacert.http.forms import Form
from aquacert.http.gates import (
    current_actor,
    forget_actor,
    house,
    open_to_all,
    signed_in,
)
from aquacert.http.pages import page
from aquacert.kernel.errors import NotSignedIn, TooMany
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM

FIRST_PAGES = (
    (P.DECLARATION_DECLARE, "declarations.home"),
    (P.DECLARATION_DECLARE, "declarations.index"),
    (P.CERTIFICATE_ISSUE, "inspections.index"),
    (P.DECLARATION_ACCEPT, "declarations.index"),
    (P.NUMBERS_KEEP, "certificates.numbers"),
    (P.LAB_READ, "labs.index"),
    (P.ACCOUNT_MANAGE, "accounts.people"),
    (P.MOVEMENT_CHECK, "movements.index"),
    (P.STATISTICS_READ, "supervision.index"),
    (P.ZONE_KEEP, "surveillance.index"),
    (P.INSPECTION_READ, "inspections.index"),
    (P.MOVEMENT_REPORT, "movements.index"),
)
"""Where the day begins, by what somebody may do; the first that exists."""


@bp.route("/sign-in", methods=["GET", "POST"])
@open_to_all("strangers sign in here")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password; a wrong pair and an unknown name answer alike."""
    found = visitor()
    if request.method == "GET" and found is not None:
        return redirect(_onward(found))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            known = _check(form)
        except TooMany as error:
            form.form_errors.append(error.sentence)
            return _sign_in_page(form), error.status
        if known is not None:
            return redirect(_onward(_enter(form, known)))
        form.form_errors.append(_("登录名或口令不对，请再输一次。"))
    return _sign_in_page(form), form.status


def _sign_in_page(form: SignInForm) -> str:
    door = "hatcheries.register"
    register_url = url_for(door) if endpoint_exists(door) else ""
    return page("accounts/sign_in.html", form=form, register_url=register_url)


def _check(form: SignInForm) -> Credentials | None:
    """Return whom the form names if the password is right. Counted first, checked outside a unit."""
    with house().database.work(SYSTEM) as w:
        count_guess(w, username=form.username.data, address=request.remote_addr or "")
    with house().database.look() as look:
        known = credentials(look, form.username.data)
        cost = look.settings.password_cost
    right = matches(cost, known.password_hash if known else None, form.password.data)
    return known if right else None


def _enter(form: SignInForm, known: Credentials) -> Visitor:
    with house().database.work(SYSTEM) as w:
        secret = open_session(
            w,
            known.person_id,
            username=form.username.data,
            password=form.password.data,
            address=request.remote_addr or "",
            agent=request.headers.get("User-Agent", ""),
        )
    return _remember(secret)


def _remember(secret: str) -> Visitor:
    """Put the session's secret into the cookie and return who stands behind it."""
    found = load_visitor(secret)
    if found is None:
        raise NotSignedIn(_("登录没有成功，请再试一次。"))
    session.clear()
    session.permanent = True
    login_user(found)
    forget_actor()
    return found


def _onward(found: Visitor) -> str:
    """Return where a sign-in goes on to: the code, the first generator, or the page asked for."""
    target = local_path(request.args.get("next"))
    if found.standing.state == SessionState.OPEN:
        return target or url_for("accounts.home")
    door = "accounts.first_code" if found.standing.must_enrol else "accounts.second_factor"
    return url_for(door, next=target)


@bp.route("/second-factor", methods=["GET", "POST"])
@open_to_all("the second half of signing in")
def second_factor() -> ResponseReturnValue:
    """Ask for a one-time code."""
    found = visitor()
    if found is None or found.standing.state != SessionState.HALF:
        return redirect(url_for(".sign_in", next=local_path(request.args.get("next"))))
    if found.standing.must_enrol:
        return redirect(_onward(found))
    form = CodeForm()
    if form.validate_on_submit() and (passed := _pass(form, found)):
        return redirect(_onward(passed))
    return page("accounts/second_factor.html", form=form), _status(form)


@bp.route("/first-code", methods=["GET", "POST"])
@open_to_all("the second half of a first sign-in")
def first_code() -> ResponseReturnValue:
    """Let somebody who signs or administers make his one-time code generator."""
    found = visitor()
    if found is None or found.standing.state != SessionState.HALF:
        return redirect(url_for(".sign_in", next=local_path(request.args.get("next"))))
    if not found.standing.must_enrol:
        return redirect(_onward(found))
    form = CodeForm()
    if form.validate_on_submit() and (passed := _pass(form, found)):
        return redirect(_onward(passed))
    secret = _pending(found)
    picture = code_picture(secret, found.actor.label)
    return page("accounts/first_code.html", form=form, secret=secret, picture=picture), _status(
        form
    )


def _pending(found: Visitor) -> str:
    """Return the seed being set up; made on the first look at the page, the same on the next."""
    with house().database.look() as look:
        secret = pending_secret(look, found.standing.person_id)
    if secret is not None:
        return secret
    with house().database.work(found.actor) as w:
        return enrol(w, found.standing.person_id)


def _pass(form: CodeForm, found: Visitor) -> Visitor | None:
    """Return the wholly signed-in visitor, or None with the reason on the form."""
    try:
        with form.catching(), house().database.work(found.actor) as w:
            secret = pass_second_factor(w, found.standing.session_id, form.code.data)
    except TooMany as error:
        form.form_errors.append(error.sentence)
        form.too_many = True
        return None
    return None if form.wrong else _remember(secret)


def _status(form: Form) -> int:
    return TooMany.status if getattr(form, "too_many", False) else form.status


@bp.route("/sign-out", methods=["GET", "POST"])
@open_to_all("whoever is signed in may leave; strangers just see the first page")
def sign_out() -> ResponseReturnValue:
    """Ask once (GET), then end this sign-in (POST)."""
    found = visitor()
    if request.method == "GET" and found is not None:
        return page("accounts/sign_out.html", form=Form())
    if found is not None:
        with house().database.work(found.actor) as w:
            end_session(w, found.standing.session_id)
    logout_user()
    session.clear()
    forget_actor()
    return redirect(url_for(".sign_in"))


@bp.get("/home")
@signed_in
def home() -> ResponseReturnValue:
    """Send everybody to the page the day begins with."""
    actor = current_actor()
    for permission, endpoint in FIRST_PAGES:
        if actor.may(permission) and endpoint_exists(endpoint):
            return redirect(url_for(endpoint))
    return redirect(url_for(".me"))
