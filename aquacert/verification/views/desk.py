"""What the public doors of one application share: pages, throttles, headers, the line that ages.

No session is opened and no cookie is set by a public page; nothing on it depends on who asks.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, request

from aquacert.certificates import queries as certificates
from aquacert.http.gates import House, house
from aquacert.kernel.clock import SHANGHAI
from aquacert.verification.documents.english import speaker
from aquacert.verification.documents.live import LIVE, Ages, live_line, phrase
from aquacert.verification.documents.page import LANGUAGES, Frame, ask_page, frame
from aquacert.verification.queries.ages import ages
from aquacert.verification.queries.keys import KeyWatch
from aquacert.verification.queries.pages import NOT_ANSWERING, Answer, PublicPages
from aquacert.verification.rules.throttle import Throttle

bp = Blueprint("verification", __name__)
EXTRA = "verification"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCANNING = (
    CSP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    .replace("img-src 'self'", "img-src 'self' blob:")
    .replace("connect-src 'self'", "connect-src 'self' https:")
    + "; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:"
)
"""The scanning page alone may compile WebAssembly (the reader of codes), and no script text.

It asks other provinces for their status lists, at addresses their signed trust lists name.
"""
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
AGES_SECONDS = 10
"""How long the ages of the lists are kept before they are asked for again."""


class Desk:
    """What the public doors of one application share."""

    def __init__(self, home: House) -> None:
        settings = home.settings
        self.keys = KeyWatch(settings.data_dir / "keys")
        self.pages = PublicPages(
            home.database,
            certificates,
            self.keys,
            limit=settings.page_cache_bytes,
            host=urlsplit(settings.public_url).netloc,
        )
        self.asked = Throttle(burst=10, per_minute=10)
        self.placed = Throttle(burst=1, per_minute=1)
        self.bulk = Throttle(burst=6, per_minute=2)
        self.missed = Throttle(burst=60, per_minute=60)
        self.secret = settings.secret
        self.home = home
        host = urlsplit(settings.public_url).netloc
        self.scanning: dict[str, Frame] = {lang: frame(lang, host, "scan") for lang in LANGUAGES}
        self._ages = Ages()
        self._asked_at = float("-inf")
        self._lines: dict[str, tuple[int, bytes]] = {}

    def live(self, lang: str) -> bytes:
        """Return the line that ages, made once a second; old ages stay when nobody answers."""
        now = self.home.database.clock.now()
        second = int(now.timestamp())
        kept = self._lines.get(lang)
        if kept is None or kept[0] != second:
            kept = (second, live_line(lang, now, phrase(self.secret, now), self._known_ages()))
            self._lines[lang] = kept
        return kept[1]

    def stamp(self) -> bytes:
        """Return this moment as the public pages write it."""
        at = self.home.database.clock.now().astimezone(SHANGHAI)
        return f"{at.year}-{at:%m-%d %H:%M:%S}".encode()

    def _known_ages(self) -> Ages:
        if time.monotonic() - self._asked_at >= AGES_SECONDS:
            self._asked_at = time.monotonic()
            try:
                with self.home.database.look() as unit:
                    self._ages = ages(unit)
            except NOT_ANSWERING:
                pass
        return self._ages


def prepare(app: Flask) -> None:
    """Make this process's pages; app.py calls it once."""
    home: House = app.extensions["aquacert"]
    made = home.extras[EXTRA] = Desk(home)
    if home.settings.warm_pages:
        made.pages.start_warming(home.settings.warm_pages)


def desk() -> Desk:
    """Return what the public doors share."""
    found: Desk = house().extras[EXTRA]
    return found


def language() -> str:
    """Return the page's language: Chinese unless English is asked for."""
    return "en" if request.args.get("lang") == "en" else "zh_CN"


def steady() -> float:
    """Return seconds of a clock that never goes back."""
    return time.monotonic()


def caller() -> str:
    """Return whose bucket pays: the address of the connection; forwarded headers can be forged."""
    return request.remote_addr or ""


def send(answer: Answer, lang: str) -> Response:
    """Return the answer with its headers; no cookie, nothing to be kept by anybody."""
    body = answer.body.replace(LIVE, desk().live(lang), 1)
    return Response(body, answer.status, HEADERS)


def send_form(
    lang: str,
    wrong: tuple[str, str] | None = None,
    number: str = "",
    code: str = "",
    *,
    status: int = 200,
) -> Response:
    """Return the page to scan or to type a number, with what was typed still in it."""
    title = speaker(lang)("扫码查验").encode()
    stamp = desk().stamp()
    body = desk().scanning[lang].join(title, ask_page(lang, number, code, wrong), stamp)
    headers = {**HEADERS, "Content-Security-Policy": SCANNING}
    return Response(body.replace(LIVE, desk().live(lang), 1), status, headers)
