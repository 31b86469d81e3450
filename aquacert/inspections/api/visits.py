"""JSON doors of the inspections, under /api/v1/inspections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, needed
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.inspections import commands, queries
from aquacert.inspections.rules import Act, Course
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
    """Begin the visit, with {"checks": {batch: id}} made by a device; return the checks' ids."""
    wanted = _ids(body().get("checks") or {}) if request.get_data() else {}
    with work(once=api_key()) as w:
        ids = commands.start_inspection(w, declaration_id, wanted)
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
    """Give the verdict: {"outcome": "pass"|"fail", "quantity": integer, "note": text}.

    With "version", as the check was read: refused (409) when it was changed since.
    """
    values = body()
    outcome = str(needed(values, "outcome"))
    quantity = values.get("quantity")
    if outcome not in {act.value for act in Act}:
        raise Invalid("结论只能是 pass 或 fail。", outcome="pass 或 fail")
    if quantity is not None and (isinstance(quantity, bool) or not isinstance(quantity, int)):
        raise Invalid("数量应该是整数。", quantity="整数，例如 500000")
    seen, note = values.get("version"), str(values.get("note", ""))
    if seen is not None and (isinstance(seen, bool) or not isinstance(seen, int)):
        raise Invalid("版本应该是整数。", version="整数，照读到的 version 填")
    with work(once=api_key()) as w:
        commands.give_verdict(w, check_id, Act(outcome), quantity, note, seen=seen)
        w.reply = as_text({"outcome": outcome})
    return answer({"outcome": outcome})


@bp.post("/checks/<uuid:check_id>/suspicion")
@allowed(P.INSPECTION_INSPECT)
def suspicion(check_id: UUID) -> ResponseReturnValue:
    """Record a suspicion: {"diseases": [code], "course": "sampling"|"isolate", "because": text}."""
    values = body()
    diseases, course = needed(values, "diseases"), values.get("course", Course.SAMPLING.value)
    if not isinstance(diseases, list) or not all(isinstance(one, str) for one in diseases):
        raise Invalid("病种应该是代码的列表。", diseases='代码的列表，例如 ["WSD"]')
    if not isinstance(course, str) or course not in {one.value for one in Course}:
        raise Invalid("办法只能是 sampling 或 isolate。", course="sampling 或 isolate")
    because = str(values.get("because") or "")
    with work(once=api_key()) as w:
        commands.suspect(w, check_id, diseases, course=Course(course), because=because)
        w.reply = as_text({"suspected": diseases, "course": course})
    return answer({"suspected": diseases, "course": course})


def _ids(asked: Any) -> dict[UUID, UUID]:  # noqa: ANN401 (what came as JSON)
    try:
        return {UUID(batch): UUID(check) for batch, check in dict(asked).items()}
    except (AttributeError, TypeError, ValueError):
        raise Invalid("编号不对。", checks='{"批次编号": "查验编号"}，都是 UUID') from None


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
