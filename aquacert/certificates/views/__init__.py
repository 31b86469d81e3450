"""Doors of the certificates: ready loads, signing, certificates, numbers."""

from flask import Flask

from aquacert.certificates.views import (
    checks,
    copies,
    log,
    numberacts,
    numberlists,
    numbers,
    peers,
    recalls,
    seals,
    show,
    sign,
    signmany,
    stops,
    switches,
)
from aquacert.certificates.views.blueprint import bp

__all__ = [
    "bp",
    "checks",
    "copies",
    "log",
    "numberacts",
    "numberlists",
    "numbers",
    "peers",
    "prepare",
    "recalls",
    "seals",
    "show",
    "sign",
    "signmany",
    "stops",
    "switches",
]


def prepare(app: Flask) -> None:
    """Furnish the frame and hang in the public doors; app.py calls it once."""
    switches.furnish(app)
    stops.furnish(app)
    app.register_blueprint(log.public)
