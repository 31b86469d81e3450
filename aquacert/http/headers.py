"""Headers of every answer, limits of every request, and the counters behind /metrics."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from aquacert.kernel.memory import give_back

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
)
FIXED = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
TLS_ONLY = "max-age=31536000"
"""A browser that came once comes by TLS for a year (RFC 6797; ASVS 5.0 V3.4.1)."""
OPEN = "open_because"
"""What `gates.open_to_all` writes on a door."""
REQUESTS = Counter("aquacert_requests", "Requests by endpoint and status", ["endpoint", "status"])
SECONDS = Histogram("aquacert_request_seconds", "Time to answer", ["endpoint"])


def dress(app: Flask) -> None:
    """Give every answer of `app` its headers and count it."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        if app.config.get("SESSION_COOKIE_SECURE"):  # production: always behind TLS
            response.headers["Strict-Transport-Security"] = TLS_ONLY
        if request.endpoint != "static":
            keep(response, is_open=hasattr(app.view_functions.get(request.endpoint or ""), OPEN))
        endpoint = request.endpoint or "none"
        REQUESTS.labels(endpoint, response.status_code).inc()
        started = g.get("started")
        if started is not None:
            SECONDS.labels(endpoint).observe(time.perf_counter() - started)
        give_back()
        return response


def keep(response: Response, *, is_open: bool) -> None:
    """Let no cache keep what only some may see, files too; open doors may say how long (ASVS V14.3.2)."""
    if is_open:
        response.headers.setdefault("Cache-Control", "no-store")
    else:
        response.headers["Cache-Control"] = "no-store"
