"""JSON doors of the inspections, under /api/v1/inspections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, needed
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.inspections import commands, queries
from aquacert.inspections.rules import Act
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P

bp = Blueprint("inspections_api", __name__, url_prefix="/api/v1/inspections")


@bp.get("/<uuid:declaration_id>")
@allowed(P.INSPECTION_READ)
def show(declaration_id: UUID) -> ResponseReturnValue:
    """Return every batch of a declaration with its check."""
    with look() as unit:
        return answer({"items": [_line(x) for x in queries.checks_of(unit, declaration_id)]})


@bp.post("/<uuid:declaration_id>/start")
@allowed(P.INSPECTION_INSPECT)
def start(declaration_id: UUID) -> ResponseReturnValue:
    """Begin the visit; return the ids of the checks."""
    with work(once=api_key()) as w:
        ids = commands.start_inspection(w, declaration_id)
        w.reply = as_text({"checks": ids})
    return answer({"checks": ids}, 201)


@bp.post("/checks/<uuid:check_id>/findings")
@allowed(P.INSPECTION_INSPECT)
def findings(check_id: UUID) -> ResponseReturnValue:
    """Keep findings: {"answers": {item: "normal"|"abnormal" | tenths | [key, …]}}."""
    answers = needed(body(), "answers")
    if not isinstance(answers, dict):
        raise Invalid(
            "检查结果应该按检查项给出。", answers='按检查项给出，例如 {"group-gut": "normal"}'
        )
    with work(once=api_key()) as w:
        version = commands.keep_findings(w, check_id, answers)
        w.reply = as_text({"kept": len(answers), "version": version})
    return answer({"kept": len(answers), "version": version})


@bp.post("/checks/<uuid:check_id>/verdict")
@allowed(P.INSPECTION_INSPECT)
def verdict(check_id: UUID) -> ResponseReturnValue:
    """Give the verdict: {"outcome": "pass"|"fail", "quantity": integer, "note": text}."""
    values = body()
    outcome = str(needed(values, "outcome"))
    quantity = values.get("quantity")
    if outcome not in {act.value for act in Act}:
        raise Invalid("结论只能是 pass 或 fail。", outcome="pass 或 fail")
    if quantity is not None and (isinstance(quantity, bool) or not isinstance(quantity, int)):
        raise Invalid("数量应该是整数。", quantity="整数，例如 500000")
    with work(once=api_key()) as w:
        commands.give_verdict(w, check_id, Act(outcome), quantity, str(values.get("note", "")))
        w.reply = as_text({"outcome": outcome})
    return answer({"outcome": outcome})


def _line(line: queries.CheckLine) -> dict[str, Any]:
    check = line.check
    return {
        "batch": line.batch.batch_id,
        "number": line.batch.number,
        "species": line.batch.species_code,
        "declared": line.batch.quantity,
        "unit": line.batch.unit,
        "state": line.state.value,
        "check": check.id if check else None,
        "quantity": check.quantity if check else None,
        "suspected": check.suspected if check else [],
        "isolated": bool(check and check.isolated_at),
        "version": check.version if check else None,
    }
