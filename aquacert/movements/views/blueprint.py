"""The blueprint that the doors of this room hang in, and what they share."""

from __future__ import annotations

from flask import Blueprint, Flask

from aquacert.http.gates import House, house
from aquacert.kernel.work import Look
from aquacert.movements.queries import Case, case, waiting
from aquacert.trust.trustlist import TrustList

bp = Blueprint("movements", __name__, url_prefix="/movements")


def prepare(app: Flask) -> None:
    """Let the rail count the loads on the road and the late ones."""
    home: House = app.extensions["aquacert"]
    home.rail["movements"] = waiting


def case_in_hand(unit: Look, public_id: str) -> Case:
    """Return the certificate of a scanned code, its signature verified in this process."""
    return case(unit, public_id, TrustList(house().keys.public_keys()))
