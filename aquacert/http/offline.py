"""Apps that open without a network: manifest, service worker, and the mark of their release.

A worker's file names what it keeps as `"%FILES%"` and its release as `%VERSION%`; both are filled
in as it is served, so that any changed file is a new release to every device.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Response, jsonify

STATIC = Path(__file__).parent / "static"
ICONS = (
    {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"},
    {"src": "/static/icon-192.png", "sizes": "192x192", "type": "image/png"},
    {
        "src": "/static/icon-512.png",
        "sizes": "512x512",
        "type": "image/png",
        "purpose": "any maskable",
    },
)


@dataclass(frozen=True)
class OfflineApp:
    """One installable app under `scope`, which is its address too."""

    scope: str
    name: str
    short_name: str
    background: str
    theme: str
    shell: tuple[str, ...]
    """Files under static/ that it needs with no network."""
    worker: str
    """The worker's own file under static/."""
    upright: bool = False

    def manifest(self) -> Response:
        """Say how the app is installed (W3C Web App Manifest)."""
        said: dict[str, object] = {
            "id": self.scope,
            "name": self.name,
            "short_name": self.short_name,
            "lang": "zh-CN",
            "start_url": self.scope,
            "scope": self.scope,
            "display": "standalone",
            "background_color": self.background,
            "theme_color": self.theme,
            "icons": ICONS,
        }
        response = jsonify(said | ({"orientation": "portrait"} if self.upright else {}))
        response.content_type = "application/manifest+json"
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    def script(self, version: str) -> Response:
        """Give the service worker with the release of what it keeps; it covers the scope."""
        files = ", ".join(f'"/static/{name}"' for name in self.shell)
        text = (STATIC / self.worker).read_text("utf-8")
        text = text.replace("%VERSION%", version).replace('"%FILES%"', files)
        response = Response(text, content_type="text/javascript; charset=utf-8")
        response.headers["Service-Worker-Allowed"] = self.scope
        response.headers["Cache-Control"] = "no-cache"
        return response

    def version(self, more: Iterable[bytes] = ()) -> str:
        """Return the mark of this release: any changed file, or anything of `more`, makes another."""
        digest = hashlib.sha256()
        for name in (*self.shell, self.worker):
            path = STATIC / name
            digest.update(path.read_bytes() if path.is_file() else name.encode())
        for one in more:
            digest.update(one)
        return digest.hexdigest()[:12]
