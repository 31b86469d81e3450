"""The blueprint of the room and its place in the rail."""

from __future__ import annotations

from flask import Blueprint, Flask

from aquacert.http.house import EXTENSION
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.surveillance import queries
from aquacert.surveillance.queries.express import express_waiting
from aquacert.surveillance.views.register import register

bp = Blueprint("surveillance", __name__, url_prefix="/surveillance")


def prepare(app: Flask) -> None:
    """Count what waits in the rail, reports as urgent; open the public register's doors."""
    app.register_blueprint(register)
    app.extensions[EXTENSION].rail["surveillance"] = _rail


def _rail(look: Look) -> tuple[int, int]:
    told = express_waiting(look) if look.actor.may(P.EXPRESS_RECEIVE) else 0
    wait, urgent = queries.waiting(look) if look.actor.may(P.ZONE_KEEP) else (0, 0)
    return wait + told, urgent + told
