"""Public doors: the page behind the QR code, the form for a number, the trust documents.

No session is opened and no cookie is set here; nothing on these pages depends on who asks.
"""

from __future__ import annotations

import hmac
import time
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from aquacert.certificates import queries as certificates
from aquacert.http.gates import House, house, open_to_all
from aquacert.kernel.errors import NotFound
from aquacert.trust.qr import check_code, is_public_id, tidy_code
from aquacert.verification.documents.english import speaker
from aquacert.verification.documents.page import ask_page, middle
from aquacert.verification.documents.spoken import unknown_sheet
from aquacert.verification.queries.keys import KeyWatch, TrustDocument, trust_document
from aquacert.verification.queries.pages import NOT_ANSWERING, Answer, PublicPages
from aquacert.verification.rules.throttle import Throttle
from aquacert.verification.rules.verdict import Verdict

bp = Blueprint("verification", __name__)
EXTRA = "verification"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
NOTHING = ("没有查到", "编号和校验码对不上，或者没有这张证。请照着证明再输一次。")
TOO_FAST = ("查得太快了", "为了安全，请过一分钟再查。")
SILENT = ("暂时无法核验", "核验服务器没有回应，请过一会儿再试。")
OPEN = "任何人都可以查验检疫证明"
LARGEST_LIST = 9_999_499
"""YYYYQNN of the last quarter a date can name; beyond it no database need be asked."""


class Desk:
    """What the public doors of one application share."""

    def __init__(self, home: House) -> None:
        settings = home.settings
        self.pages = PublicPages(
            home.database,
            certificates,
            KeyWatch(settings.data_dir / "keys"),
            limit=settings.page_cache_bytes,
            host=urlsplit(settings.public_url).netloc,
        )
        self.asked = Throttle(burst=10, per_minute=10)
        self.missed = Throttle(burst=60, per_minute=60)
        self.trust: TrustDocument | None = None


def prepare(app: Flask) -> None:
    """Make this process's pages; app.py calls it once."""
    home: House = app.extensions["aquacert"]
    home.extras[EXTRA] = Desk(home)


def desk() -> Desk:
    """Return what the public doors share."""
    found: Desk = house().extras[EXTRA]
    return found


@bp.get("/c/<public_id>")
@open_to_all(OPEN)
def certificate(public_id: str) -> ResponseReturnValue:
    """Answer a scanned code; extra query words and small letters are no hindrance."""
    here, lang = desk(), language()
    code = public_id if is_public_id(public_id) else tidy_code(public_id)
    if not is_public_id(code):
        return send(here.pages.dress(Verdict.UNKNOWN, middle(unknown_sheet(lang), lang), lang))
    if here.missed.is_dry(caller(), time.monotonic()):
        return send_form(lang, TOO_FAST, status=429)
    answer = here.pages.answer(code, lang)
    if answer.verdict is Verdict.UNKNOWN:
        here.missed.allows(caller(), time.monotonic())
    elif request.method == "GET":
        house().tally.count("scans", code)
    return send(answer)


@bp.get("/verify")
@open_to_all(OPEN)
def verify() -> ResponseReturnValue:
    """Ask for number and check code; a good pair leads to the certificate's page."""
    number = request.args.get("number", "").replace(" ", "").strip()[:20]
    code = tidy_code(request.args.get("code", ""))[:12]
    if not number and not code:
        return send_form(language())
    if len(number) != 10 or not number.isascii() or not number.isdigit() or len(code) != 6:
        return send_form(language(), NOTHING, number, code, status=422)
    if not desk().asked.allows(caller(), time.monotonic()):
        return send_form(language(), TOO_FAST, number, code, status=429)
    try:
        with house().database.look() as unit:
            found = certificates.public_id_of_number(unit, number)
    except NOT_ANSWERING:
        return send_form(language(), SILENT, number, code)
    expected = check_code(found) if found else "------"
    if not hmac.compare_digest(expected.encode(), code.encode()) or found is None:
        return send_form(language(), NOTHING, number, code, status=404)
    tail = "?lang=en" if language() == "en" else ""
    return redirect(f"/c/{found}{tail}", code=303)


@bp.get("/trust/list.json")
@open_to_all("信任名单是公开文件")
def trust_list() -> ResponseReturnValue:
    """Publish every public key of this installation, signed by its root."""
    here, now = desk(), house().database.clock.now()
    if here.trust is None or here.trust.version != int(now.timestamp()) // 60:
        here.trust = trust_document(house().keys, now)
    response = Response(here.trust.text, content_type="application/json; charset=utf-8")
    response.set_etag(here.trust.etag)
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response.make_conditional(request)


@bp.get("/trust/keys/<kid>.json")
@open_to_all("信任名单是公开文件")
def trust_keys(kid: str) -> ResponseReturnValue:
    """Publish the issuing keys of one identifier: the little that a phone needs of the list."""
    if len(kid) != 8 or not all(digit in "0123456789abcdef" for digit in kid):
        raise NotFound("没有这把密钥。")
    rows = desk().pages.keys_of(bytes.fromhex(kid))
    response = jsonify(keys=rows)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@bp.get("/trust/status/<int:number>")
@open_to_all("状态清单是公开文件")
def status_list(number: int) -> ResponseReturnValue:
    """Publish one status list as last signed."""
    if number > LARGEST_LIST:
        raise NotFound("没有这份状态清单。")
    with house().database.look() as unit:
        found = certificates.listing(unit, number)
    response = Response(found.token, content_type="application/statuslist+cwt")
    response.set_etag(found.etag)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response.make_conditional(request)


def language() -> str:
    """Return the page's language: Chinese unless English is asked for."""
    return "en" if request.args.get("lang") == "en" else "zh_CN"


def caller() -> str:
    """Return whose bucket pays: the address of the connection; forwarded headers can be forged."""
    return request.remote_addr or ""


def send(answer: Answer) -> Response:
    """Return the answer with its headers; no cookie, nothing to be kept by anybody."""
    return Response(answer.body, answer.status, HEADERS)


def send_form(
    lang: str,
    wrong: tuple[str, str] | None = None,
    number: str = "",
    code: str = "",
    *,
    status: int = 200,
) -> Response:
    """Return the form for a number and its check code, with what was typed still in it."""
    own = ask_page(lang, number, code, wrong)
    title = speaker(lang)("用编号查验").encode()
    return Response(desk().pages.whole(title, own, lang), status, HEADERS)
