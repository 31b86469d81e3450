"""The blueprint of the declarations and what its pages share."""

from __future__ import annotations

from flask import Blueprint, Flask

from aquacert.declarations.models import Load
from aquacert.declarations.queries import counts, overdue_count
from aquacert.http.house import EXTENSION
from aquacert.http.personal import holds
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Look

bp = Blueprint("declarations", __name__, url_prefix="/declarations")
holds(
    "load",
    lambda look, load_id: look.get(Load, load_id),
    P.DECLARATION_READ,
    carrier_name="承运人",
    carrier_phone="承运人电话",
    destination_name="收货单位",
)
MAY_DECLARE = (P.DECLARATION_DECLARE, P.DECLARATION_PROXY)
"""The owner's people, or who may fill in for him; the command looks whose paper it is."""
DESK = (
    P.DECLARATION_ACCEPT,
    P.DECLARATION_ASSIGN,
    P.DECLARATION_PROXY,
    P.INSPECTION_READ,
    P.STATISTICS_READ,
)


def prepare(app: Flask) -> None:
    """Let the rail count the open and the overdue declarations."""
    app.extensions[EXTENSION].rail["declarations"] = _rail


def is_desk(actor: Actor) -> bool:
    """Say whether this person works at a desk (an official), not at a farm."""
    return any(actor.may(one) for one in DESK)


def _rail(look: Look) -> tuple[int, int]:
    if not is_desk(look.actor):
        return 0, 0
    return counts(look)["waiting"], overdue_count(look)
