"""The installable app at the pond: page, manifest, service worker, words. It holds nobody's data.

What a vet needs for the day comes from /field/day.json, what he did goes to /field/sync: both ask
who he is. The shell does not, so that it opens without a network and without a session.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from aquacert.http.gates import open_to_all
from aquacert.http.pages import LANGUAGES, page
from aquacert.inspections.views.blueprint import field
from aquacert.inspections.views.fieldwords import words

STATIC = Path(__file__).parents[2] / "http" / "static"
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
MANIFEST = {
    "id": "/field/",
    "name": "水产苗种现场检疫",
    "short_name": "现场检疫",
    "lang": "zh-CN",
    "start_url": "/field/",
    "scope": "/field/",
    "display": "standalone",
    "orientation": "portrait",
    "background_color": "#f3f7f8",
    "theme_color": "#08535b",
    "icons": [
        {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"},
        {"src": "/static/icon-192.png", "sizes": "192x192", "type": "image/png"},
        {
            "src": "/static/icon-512.png",
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "any maskable",
        },
    ],
}


@field.get("/")
@open_to_all(OPEN)
def shell() -> str:
    """The one page of the app; its script draws every screen."""
    return page("field/shell.html", version=shell_version())


@field.get("/manifest.webmanifest")
@open_to_all(OPEN)
def manifest() -> Response:
    """Say how the app is installed (W3C Web App Manifest)."""
    response = jsonify(MANIFEST)
    response.content_type = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


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
    text = _read("js/field-worker.js").decode()
    files = ", ".join(f'"/static/{name}"' for name in SHELL)
    text = text.replace("%VERSION%", shell_version()).replace('"%FILES%"', files)
    response = Response(text, content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/field/"
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=1)
def shell_version() -> str:
    """Return the mark of this release's app: any changed file or sentence makes another."""
    digest = hashlib.sha256()
    for name in (*SHELL, "js/field-worker.js"):
        digest.update(_read(name))
    for language in LANGUAGES:
        with force_locale(language):
            digest.update(json.dumps(words(), sort_keys=True).encode())
    digest.update(TEMPLATE.read_bytes())
    return digest.hexdigest()[:12]


def _read(name: str) -> bytes:
    path = STATIC / name
    return path.read_bytes() if path.is_file() else b""
