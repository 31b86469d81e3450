"""JSON doors of the register, under /api/v1/labs."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer
from aquacert.http.gates import allowed, look
from aquacert.kernel.permissions import P
from labs.register import queries
from labs.register.models import LabScope

bp = Blueprint("labs_register_api", __name__, url_prefix="/api/v1/labs")


@bp.get("/")
@allowed(P.LAB_READ, P.LAB_REGISTER, P.SAMPLE_TAKE)
def labs() -> ResponseReturnValue:
    """Return every designated laboratory."""
    with look() as unit:
        return answer({"items": [_shape(line) for line in queries.labs(unit)], "next": None})


@bp.get("/<uuid:lab_id>")
@allowed(P.LAB_READ, P.LAB_REGISTER, P.SAMPLE_TAKE)
def lab(lab_id: UUID) -> ResponseReturnValue:
    """Return one laboratory with what it may test."""
    with look() as unit:
        scopes = [_scope(row) for row in queries.scopes_of(unit, lab_id)]
        return answer({**_shape(queries.lab(unit, lab_id)), "scope": scopes})


def _shape(line: queries.LabLine) -> dict[str, Any]:
    return {
        "id": line.lab_id,
        "code": line.code,
        "name_zh": line.name_zh,
        "address": line.address,
        "state": line.state,
        "accredited_until_on": line.accredited_until_on,
    }


def _scope(row: LabScope) -> dict[str, Any]:
    return {
        "disease": row.disease_code,
        "method": row.method_code,
        "standard": row.method_standard,
        "decision_rule": row.decision_rule,
        "from_on": row.from_on,
        "until_on": row.until_on,
    }
