"""The installable app at the pond: page, manifest, service worker, words. It holds nobody's data.

What a vet needs for the day comes from /field/day.json, what he did goes to /field/sync: both ask
who he is. The shell does not, so that it opens without a network and without a session.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from aquacert.http.gates import open_to_all
from aquacert.http.offline import OfflineApp
from aquacert.http.pages import LANGUAGES, page
from aquacert.inspections.views.blueprint import field
from aquacert.inspections.views.fieldwords import words

TEMPLATE = Path(__file__).parents[3] / "templates" / "field" / "shell.html"
OPEN = "the app's shell: no data, and it must open where there is no network to sign in by"
MODULES = (
    "app",
    "bar",
    "camera",
    "check",
    "conflict",
    "day",
    "dom",
    "files",
    "net",
    "queue",
    "store",
    "sync",
    "verdict",
    "visit",
    "words",
)
SHELL = (
    "css/tokens.css",
    "css/field.css",
    *(f"js/field/{name}.js" for name in MODULES),
    "icon.svg",
    "icon-192.png",
)
"""Files that the app needs with no network."""
APP = OfflineApp(
    scope="/field/",
    name="水产苗种现场检疫",
    short_name="现场检疫",
    background="#f3f7f8",
    theme="#08535b",
    shell=SHELL,
    worker="js/field-worker.js",
    upright=True,
)


@field.get("/")
@open_to_all(OPEN)
def shell() -> str:
    """The one page of the app; its script draws every screen."""
    return page("field/shell.html", version=shell_version())


@field.get("/manifest.webmanifest")
@open_to_all(OPEN)
def manifest() -> Response:
    """Say how the app is installed (W3C Web App Manifest)."""
    return APP.manifest()


@field.get("/words/<any(zh_CN,en):language>.json")
@open_to_all(OPEN)
def field_words(language: str) -> ResponseReturnValue:
    """Give every sentence of the app in one language, by its key."""
    with force_locale(language):
        text = json.dumps(words(), ensure_ascii=False, separators=(",", ":"))
    response = Response(text, mimetype="application/json")
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:16])
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response.make_conditional(request)


@field.get("/worker.js")
@open_to_all(OPEN)
def worker() -> Response:
    """Give the service worker, with the version of what it keeps; its scope covers /field/."""
    return APP.script(shell_version())


@lru_cache(maxsize=1)
def shell_version() -> str:
    """Return the mark of this release's app: any changed file or sentence makes another."""
    return APP.version((*_sentences(), TEMPLATE.read_bytes()))


def _sentences() -> Iterator[bytes]:
    for language in LANGUAGES:
        with force_locale(language):
            yield json.dumps(words(), sort_keys=True).encode()
