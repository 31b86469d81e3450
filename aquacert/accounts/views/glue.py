"""Who is asking: Flask-Login over our own session table, and bearer tokens for programs.

The cookie holds a random secret and nothing else; the row behind it decides at every request, so
ending a sign-in or a role works at once.
"""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask, current_app, redirect, request, url_for  # noqa: TID251
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from aquacert.accounts.commands import keep_preferences, touch_session
from aquacert.accounts.queries import (
    SessionStanding,
    actor_for,
    has_passkey,
    person_name,
    session_standing,
    token_actor,
    unread_count,
)
from aquacert.accounts.queries.organisations import capability_is_on
from aquacert.accounts.queries.passkeys import site
from aquacert.accounts.queries.telephone import TelephoneLine, dial, telephone_of
from aquacert.accounts.rules.capabilities import Capability, off_sentence
from aquacert.accounts.rules.roles import TRADE
from aquacert.accounts.rules.sessions import SessionState
from aquacert.accounts.views.offices import public
from aquacert.http.gates import current_actor, house, register_actor_loader
from aquacert.http.pages import LANGUAGES
from aquacert.http.problems import wants_json
from aquacert.http.sentences import said
from aquacert.kernel.errors import NotAllowed, NotSignedIn
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import ANONYMOUS, SYSTEM, Actor
from aquacert.kernel.work import Look
from aquacert.reference.queries import division_path
from aquacert.reference.rules.masking import mask_name

BEARER = "Bearer "
YEAR = 31_536_000
WITHOUT_COOKIE = frozenset({"verification", "public_log", "labs_public"})
"""Rooms whose open pages set no cookie."""
MAY_PASS = frozenset({"accounts.password"})
"""Doors for somebody who must first choose a new password."""


class Visitor(UserMixin):  # type: ignore[misc]
    """A session as Flask-Login knows it: its id is the session's secret."""

    def __init__(self, secret: str, standing: SessionStanding, actor: Actor) -> None:
        self.id = secret
        self.standing = standing
        self.actor = actor


def prepare(app: Flask) -> None:
    """Let `app` know who is signed in, and give its pages what the frames show of them."""
    manager = LoginManager()
    manager.session_protection = None  # the session table knows more than a hash of the browser
    manager.user_loader(load_visitor)
    manager.init_app(app, add_context_processor=False)
    app.config.update(SESSION_REFRESH_EACH_REQUEST=False)
    register_actor_loader(app, load_actor)
    app.jinja_env.globals.update(vet_line=vet_line, switched_off=switched_off)
    app.jinja_env.filters["dial"] = dial
    app.register_blueprint(public)
    app.before_request(keep_choice)
    app.before_request(ask_new_password)
    app.context_processor(furnish)


def load_visitor(secret: str) -> Visitor | None:
    """Return who stands behind a session's secret, or None if the session is over."""
    with house().database.look() as look:
        standing = session_standing(look, secret)
        if standing is None:
            return None
        try:
            actor = actor_for(look, standing.person_id, standing.session_id)
        except NotSignedIn:
            return None
    if standing.state == SessionState.OPEN and standing.is_worth_touching:
        with house().database.work(SYSTEM) as w:
            touch_session(w, standing.session_id)
    return Visitor(secret, standing, actor)


def visitor() -> Visitor | None:
    """Return the visitor of this request, half signed in or wholly; None for a stranger."""
    return cast("Visitor", current_user) if current_user.is_authenticated else None


def load_actor() -> Actor:
    """Return who asks: the person of a token, of an open session, or nobody."""
    header = request.headers.get("Authorization", "")
    if request.path.startswith("/api/") and header.startswith(BEARER):
        with house().database.look() as look:
            return token_actor(look, header.removeprefix(BEARER).strip())
    found = visitor()
    if found is None or found.standing.state != SessionState.OPEN:
        return ANONYMOUS
    return found.actor


def keep_choice() -> ResponseReturnValue | None:
    """Keep ?elder= and ?lang= with the account, and go on to the page without them.

    A stranger's choice is kept in a cookie of his device. Only the pages that anybody reads to check
    a certificate, a report or the log set none: they take the choice from the address.
    """
    wants = request.method == "GET" and bool({"elder", "lang"} & request.args.keys())
    if not wants or (_is_open() and request.blueprint in WITHOUT_COOKIE):
        return None
    lang = request.args.get("lang")
    locale = lang if lang in LANGUAGES else None
    elder = elder_asked()
    actor = current_actor()
    if actor.is_known:
        with house().database.work(actor) as w:
            keep_preferences(w, elder=elder, locale=locale)
    rest = {k: v for k, v in request.args.items() if k not in {"elder", "lang"}}
    answer = redirect(_same_page(rest))
    if locale:
        _keep_cookie(answer, "lang", locale)
    if elder is not None:
        _keep_cookie(answer, "elder", "1" if elder else "0")
    return answer


def elder_asked() -> bool | None:
    """Return what the address says of the elder edition; None when it says nothing."""
    return request.args["elder"] == "1" if "elder" in request.args else None


def _keep_cookie(answer: Response, name: str, value: str) -> None:
    secure = house().settings.is_production
    answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=secure)


def _is_open() -> bool:
    """Say whether strangers may open the door asked for."""
    view = current_app.view_functions.get(request.endpoint or "")
    return view is None or request.endpoint == "static" or hasattr(view, "open_because")


def _same_page(arguments: dict[str, str]) -> str:
    # Words of the query must not become arguments of url_for itself (endpoint, _scheme, _method).
    here = url_for(request.endpoint or "home", **(request.view_args or {}))
    return f"{here}?{urlencode(arguments)}" if arguments else here


def ask_new_password() -> ResponseReturnValue | None:
    """Send somebody with a first or an old password to the page where it is changed."""
    if _is_open() or request.endpoint in MAY_PASS or current_actor().is_token:
        return None
    found = visitor()
    if found and found.standing.state == SessionState.OPEN and found.standing.must_change_password:
        if wants_json():
            raise NotAllowed("请先在网页上换一个新口令。")
        return redirect(url_for("accounts.password"))
    return None


def is_trade(actor: Actor) -> bool:
    """Say whether somebody works for a farm or a carrier: his pages are made for the phone."""
    return bool(actor.roles) and actor.roles <= {str(role) for role in TRADE}


def furnish() -> dict[str, Any]:
    """Return what the frames show of the person: masked name, role, place, unread messages."""
    actor = current_actor() if request.endpoint != "static" else ANONYMOUS
    if actor.person_id is None:
        asked = elder_asked()
        kept = request.cookies.get("elder") == "1"
        return {"elder": kept if asked is None else asked, "frame": "_parts/phone.html"}
    with house().database.look(actor) as look:
        path = division_path(look, actor.county) if actor.county else ()
        return {
            "frame": "_parts/phone.html" if is_trade(actor) else "_parts/desk.html",
            "trade": is_trade(actor),
            "actor_name": mask_name(person_name(look, actor.person_id)),
            "role_name": actor.label,
            "inbox_unread": unread_count(look),
            "has_own_passkey": has_own_passkey,
            "tab_places": tab_places(actor),
            "jurisdiction": [{"name": place.name_zh, "code": place.code} for place in path],
        }


def vet_line() -> TelephoneLine | None:
    """Return whom somebody of a farm or a carrier rings; None for everybody else."""
    actor = current_actor()
    if not actor.county or not is_trade(actor):
        return None
    with house().database.look(actor) as look:
        assigned = house().extras.get("assigned_office", nowhere)
        return telephone_of(look, actor.county, assigned(look))


def switched_off(name: str) -> str:
    """Return the sentence for what the place of whoever asks has not switched on; "" where it has."""
    actor = current_actor()
    if not actor.county:
        return ""
    with house().database.look(actor) as look:
        is_on = capability_is_on(look, name, actor.county)
    return "" if is_on else said(off_sentence(Capability(name)))


def nowhere(_look: Look) -> UUID | None:
    """Stand in for the room that knows which office a farm is assigned to."""
    return None


def has_own_passkey() -> bool:
    """Say whether the person asking can confirm with a key here; only pages that offer it ask."""
    person_id = current_actor().person_id
    if person_id is None:
        return False
    with house().database.look() as look:
        return site(look) is not None and has_passkey(look, person_id)


def tab_places(actor: Actor) -> list[tuple[str, str, str, str]]:
    """Return the four places at the foot of a phone page: key, words, address, icon."""
    inbox = ("inbox", _("消息"), url_for("accounts.inbox"), "bell")
    if actor.may(P.INSPECTION_INSPECT):
        return [
            ("visits", _("现场"), _door("inspections.index"), "loupe"),
            ("sampling", _("采样"), _door("sampling.index"), "drop"),
            ("ready", _("签发"), _door("certificates.ready"), "cert"),
            inbox,
        ]
    me = ("me", _("我的"), url_for("accounts.me"), "user")
    if not actor.may(P.DECLARATION_READ):
        return [
            ("movements", _("运输"), _door("movements.index"), "truck"),
            ("certificates", _("证书"), _door("certificates.index"), "cert"),
            inbox,
            me,
        ]
    return [
        ("home", _("首页"), url_for("accounts.home"), "home"),
        ("declarations", _("申报"), _door("declarations.own_list"), "list"),
        inbox,
        me,
    ]


def _door(endpoint: str) -> str:
    return url_for(endpoint) if endpoint_exists(endpoint) else "/"


def endpoint_exists(endpoint: str) -> bool:
    """Say whether the application has this door (rooms above may be absent in a test)."""
    return endpoint in current_app.view_functions
