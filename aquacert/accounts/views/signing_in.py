"""Signing in and out: password, one-time code or key, the first of them. Phone pages."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from aquacert.accounts.commands import (
    ask_assertion,
    ask_registration,
    count_guess,
    end_session,
    open_session,
    pass_second_factor,
    pass_with_first_passkey,
)
from aquacert.accounts.commands.passwords import matches
from aquacert.accounts.forms import CodeForm, EnterForm, PasskeyForm, SignInForm
from aquacert.accounts.queries import credentials, has_code, has_passkey
from aquacert.accounts.queries.passkeys import site
from aquacert.accounts.queries.recovery import codes_left
from aquacert.accounts.queries.sessions import other_phone
from aquacert.accounts.queries.sign_in import Credentials
from aquacert.accounts.rules.passkeys import Purpose
from aquacert.accounts.rules.sessions import SessionState, local_path
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.glue import Visitor, endpoint_exists, load_visitor, visitor
from aquacert.accounts.views.passkeys import challenge
from aquacert.accounts.views.pictures import code_picture
from aquacert.accounts.views.seeds import seed_for
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
from aquacert.kernel.work import Work

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
    """Ask for a one-time code, or a key."""
    found = visitor()
    if found is None or found.standing.state != SessionState.HALF:
        return _from_the_start()
    if found.standing.must_enrol:
        return redirect(_onward(found))
    form, session_id = EnterForm(), found.standing.session_id
    if form.validate_on_submit():
        asked = form.asked()
        passed = _pass(form, found, lambda w: pass_second_factor(w, session_id, **asked))
        if passed:
            return redirect(_onward(passed))
    with house().database.look() as look:
        by_code = has_code(look, found.standing.person_id)
        by_key = site(look) is not None and has_passkey(look, found.standing.person_id)
        other = other_phone(look, session_id)
        left = codes_left(look, found.standing.person_id)
    form.code.data = ""
    html = page(
        "accounts/second_factor.html",
        form=form,
        by_code=by_code,
        by_key=by_key,
        other=other,
        codes_left=left,
    )
    return html, _status(form)


@bp.post("/second-factor/challenge")
@open_to_all("the second half of signing in: the script asks what a key is to answer")
def second_factor_challenge() -> ResponseReturnValue:
    """Ask one of the person's keys to open this half-open session."""
    found = visitor()
    if found is None or found.standing.state != SessionState.HALF or found.standing.must_enrol:
        raise NotSignedIn

    def ask() -> dict[str, object]:
        with house().database.work(found.actor) as w:
            return ask_assertion(w, Purpose.SIGN_IN)

    return challenge(Form(), ask)


@bp.route("/first-code", methods=["GET", "POST"])
@open_to_all("the second half of a first sign-in")
def first_code() -> ResponseReturnValue:
    """Let somebody who signs or administers make his one-time code generator, or register a key."""
    found = _newcomer()
    if found is None:
        return _from_the_start()
    form, session_id = CodeForm(), found.standing.session_id
    if form.validate_on_submit():
        code = form.code.data or ""
        if passed := _pass(form, found, lambda w: pass_first_code(w, session_id, code)):
            return redirect(_onward(passed))
    return _first_code_page(found, form, PasskeyForm(formdata=None)), _status(form)


@bp.post("/first-code/passkey")
@open_to_all("the second half of a first sign-in, with a key")
def first_code_passkey() -> ResponseReturnValue:
    """Register somebody's first second factor, a key, and let him in."""
    found = _newcomer()
    if found is None:
        return _from_the_start()
    form, session_id = PasskeyForm(), found.standing.session_id
    if form.validate_on_submit():
        asked = form.asked()
        if passed := _pass(form, found, lambda w: pass_with_first_passkey(w, session_id, **asked)):
            return redirect(_onward(passed))
    return _first_code_page(found, CodeForm(formdata=None), form), _status(form)


@bp.post("/first-code/challenge")
@open_to_all("the second half of a first sign-in: the script asks what a key is to answer")
def first_code_challenge() -> ResponseReturnValue:
    """Ask for somebody's first key."""
    found = _newcomer()
    if found is None:
        raise NotSignedIn

    def ask() -> dict[str, object]:
        with house().database.work(found.actor) as w:
            return ask_registration(w)

    return challenge(Form(), ask)


def _newcomer() -> Visitor | None:
    """Return the visitor if he has given his password and has no second factor yet."""
    found = visitor()
    if found is None or found.standing.state != SessionState.HALF:
        return None
    return found if found.standing.must_enrol else None


def _from_the_start() -> ResponseReturnValue:
    """Send on whoever is further than he thinks, and everybody else to the sign-in page."""
    found, target = visitor(), local_path(request.args.get("next"))
    if found is not None and found.standing.state == SessionState.HALF:
        return redirect(_onward(found))
    return redirect(url_for(".sign_in", next=target))


def _first_code_page(found: Visitor, form: CodeForm, key_form: PasskeyForm) -> str:
    with house().database.look() as look:
        place = site(look)
    secret = seed_for(found.actor, found.standing.person_id)
    return page(
        "accounts/first_code.html",
        form=key_form if key_form.wrong else form,
        code_form=form,
        key_form=key_form,
        secret=secret,
        picture=code_picture(secret, found.actor.label),
        by_key=place is not None,
    )


def _pass(form: Form, found: Visitor, enter: Callable[[Work], str]) -> Visitor | None:
    """Return the wholly signed-in visitor, or None with the reason on the form."""
    try:
        with form.catching(), house().database.work(found.actor) as w:
            secret = enter(w)
    except TooMany as error:
        form.form_errors.append(error.sentence)
        form.too_many = True
        return None
    return None if form.wrong else _remember(secret)


def pass_first_code(w: Work, session_id: UUID, code: str) -> str:
    """Open a half-open session by the first code; a vet without a factor has no other session."""
    return pass_second_factor(w, session_id, code, end_other=True)


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
