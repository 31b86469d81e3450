"""Pages: what every template may use, and the language a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, render_template, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from jinja2 import pass_eval_context
from jinja2.filters import do_join
from jinja2.nodes import EvalContext

from aquacert.http.help import Help, help_for
from aquacert.http.house import current_actor, house
from aquacert.http.personal import may_see_plain, personal
from aquacert.http.sentences import MARKS, said, worded
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.permissions import P

LANGUAGES = {"zh_CN": "中文", "en": "English"}
ROAD = (
    ("hatcheries", "苗种场", "hatcheries.index", (P.HATCHERY_READ,)),
    ("declarations", "申报", "declarations.index", (P.DECLARATION_READ,)),
    ("inspections", "检疫", "inspections.index", (P.INSPECTION_READ,)),
    ("sampling", "采样", "sampling.index", (P.SAMPLE_READ,)),
    ("labs", "实验室", "labs.index", (P.LAB_READ,)),
    ("certificates", "证书", "certificates.index", (P.CERTIFICATE_READ,)),
    ("movements", "运输", "movements.index", (P.MOVEMENT_READ,)),
    ("surveillance", "监测", "surveillance.index", (P.EVENT_READ,)),
    ("supervision", "监管", "supervision.index", (P.STATISTICS_READ, P.AUDIT_READ)),
)
"""The left rail: the certificate's road. key, label, endpoint, needs."""


@dataclass(frozen=True)
class RailItem:
    """One stop of the road as this person sees it."""

    key: str
    label: str
    url: str
    open_count: int
    red_count: int
    locked: bool


def page(template: str, **context: Any) -> str:  # noqa: ANN401 (template context)
    """Render a template with everything `furnish` offers."""
    return render_template(template, **context)


def chosen_locale() -> str:
    """Return the language: ?lang, the account's choice, the cookie, else Chinese."""
    for choice in (request.args.get("lang"), current_locale(), request.cookies.get("lang")):
        if choice in LANGUAGES:
            return choice
    return "zh_CN"


def current_locale() -> str | None:
    """Return the signed-in person's language, without asking the database for public pages."""
    actor = g.get("actor")
    return actor.locale if actor is not None else None


def furnish(app: Flask) -> None:
    """Set up languages and the template context."""
    Babel(
        app,
        default_locale="zh_CN",
        default_timezone="Asia/Shanghai",
        locale_selector=chosen_locale,
        default_translation_directories="http/translations",
    )
    app.jinja_env.globals["gettext"] = worded
    app.jinja_env.globals.update(page_help=page_help, personal_seen=personal, vet_line=no_line)
    app.jinja_env.globals["may_see_plain"] = may_see_plain
    app.jinja_env.filters["local"] = local
    app.jinja_env.filters["thousands"] = thousands
    app.jinja_env.filters["join"] = joined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def context() -> dict[str, Any]:
        actor = current_actor()
        now = house().database.clock.now()
        return {
            "actor": actor,
            "may": actor.may,
            "settings": house().settings,
            "now": now,
            "today": legal_day(now),
            "rail": Rail(),
            "locale": str(get_locale()),
            "elder": actor.elder,
            "demo": house().settings.is_demo,
            "languages": LANGUAGES,
        }


def page_help() -> Help | None:
    """Return the help of the page that is shown, in the reader's language."""
    return help_for(request.endpoint or "", str(get_locale()))


def no_line() -> None:
    """Say that no telephone of an office is known: accounts puts the real question here."""


class Rail:
    """The road, counted only when a template walks it (phone and public pages do not)."""

    def __iter__(self) -> Iterator[RailItem]:
        """Walk the stops of the road as the present person sees them."""
        return iter(rail())


def rail() -> list[RailItem]:
    """Return the road with this person's open and overdue work; locked where they may not go."""
    actor = current_actor()
    items = []
    with house().database.look(actor) as unit:
        for key, label, endpoint, needs in ROAD:
            locked = not any(actor.may(need) for need in needs)
            counter = house().rail.get(key)
            opened, red = counter(unit) if counter and not locked else (0, 0)
            items.append(RailItem(key, _(label), _url(endpoint), opened, red, locked))
    return items


def _url(endpoint: str) -> str:
    from flask import current_app, url_for

    return url_for(endpoint) if endpoint in current_app.view_functions else "#"


def local(instant: Any, form: str = "%Y-%m-%d %H:%M") -> str:  # noqa: ANN401
    """Return an instant as people in China read it, in the reader's language; empty for None."""
    if instant is None:
        return ""
    if str(get_locale()).startswith("en"):
        form = form.replace("%-m月%-d日", "%m-%d")
    return str(instant.astimezone(SHANGHAI).strftime(form))


@pass_eval_context
def joined(
    context: EvalContext, words: Iterable[Any], mark: str = "", attribute: str | None = None
) -> str:
    """Return words in a row; those with the Chinese comma between them in the reader's language."""
    if mark in MARKS and str(get_locale()).startswith("en"):
        words = (said(word) if type(word) is str else word for word in words)
        mark = MARKS[mark]
    row: str = do_join(context, words, mark, attribute)
    return row


def thousands(number: int | None) -> str:
    """Return digits in groups of three with thin spaces: 1 680 000."""
    return f"{number:,}".replace(",", "\u2009") if number is not None else ""
