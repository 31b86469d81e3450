"""JSON doors of movements, under /api/v1/movements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.movements import commands, queries
from aquacert.movements.models import Movement
from aquacert.movements.rules import Report
from aquacert.reference.rules.quantity import parse_quantity

bp = Blueprint("movements_api", __name__, url_prefix="/api/v1/movements")


@bp.get("/")
@allowed(P.MOVEMENT_READ)
def index() -> ResponseReturnValue:
    """Return the visible movements, oldest first."""
    with look() as unit:
        found = unit.page(queries.movements(unit), Movement.id, cursor(), size())
        return listing(found, _shape)


@bp.get("/<uuid:certificate_id>")
@allowed(P.MOVEMENT_READ)
def show(certificate_id: UUID) -> ResponseReturnValue:
    """Return one movement."""
    with look() as unit:
        return answer(_shape(queries.movement(unit, certificate_id)))


@bp.post("/<public_id>/arrival")
@allowed(P.MOVEMENT_REPORT)
def report_arrival(public_id: str) -> ResponseReturnValue:
    """Report an arrival: {"received": 500000, "place_confirmed": true, "note": "", "problem": ""}.

    The first report stands; the answer says what stands.
    """
    values = body()
    confirmed = values.get("place_confirmed", True)
    if not isinstance(confirmed, bool):
        raise Invalid("place_confirmed 应是 true 或 false。", place_confirmed="true 或 false")
    report = Report(
        received=parse_quantity(str(needed(values, "received")), field="received"),
        place_confirmed=confirmed,
        note=str(values.get("note") or ""),
        problem=str(values.get("problem") or ""),
    )
    with work(once=api_key()) as w:
        certificate_id = commands.report_arrival(w, public_id, report)
        shape = _shape(queries.movement_of_subject(w, certificate_id))
        w.reply = as_text(shape)
    return answer(shape)


def _shape(row: Movement) -> dict[str, Any]:
    """Return a movement as JSON; times RFC 3339, quantities exact integers with their unit."""
    return {
        "certificate": row.id,
        "number": row.number,
        "public_id": row.public_id,
        "state": row.state,
        "species_code": row.species_code,
        "quantity": row.quantity,
        "unit": row.unit,
        "origin": row.origin_code,
        "destination": row.destination_code,
        "departs_at": row.departs_at,
        "expected_at": row.expected_at,
        "due_at": row.due_at,
        "arrived_at": row.arrived_at,
        "received": row.received,
        "place_confirmed": row.place_confirmed,
        "has_problem": bool(row.problem),
    }
