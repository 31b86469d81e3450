"""JSON doors of the bench, under /api/v1/labs: what is owed, files, results."""

import base64
import binascii
from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from labs.bench import queries
from labs.bench.commands import Verdict, import_run, review_result
from labs.bench.models import Result
from labs.bench.rules import ResultState
from labs.register.queries import own_lab

bp = Blueprint("labs_bench_api", __name__, url_prefix="/api/v1/labs")


@bp.get("/owed")
@allowed(P.LAB_READ)
def owed() -> ResponseReturnValue:
    """Return the tests that no result answers yet."""
    with look() as unit:
        items = [
            {
                "blind_code": test.item.blind_code,
                "disease": test.order.disease_code,
                "method": test.order.method_code,
                "received_at": test.item.received_at,
                "returned": test.returned,
            }
            for test in queries.owed_tests(unit)
        ]
        return answer({"items": items, "next": None})


@bp.post("/imports")
@allowed(P.LAB_ENTER)
def imports() -> ResponseReturnValue:
    """Import an instrument's file: {"name": text, "content": base64, "keep_good": bool}."""
    values = body()
    try:
        data = base64.b64decode(str(needed(values, "content")), validate=True)
    except binascii.Error:
        raise Invalid("文件内容应为 base64。", content="应为 base64") from None
    with work(once=api_key()) as w:
        keep_good = values.get("keep_good") is True
        done = import_run(w, own_lab(w), data, str(needed(values, "name")), keep_good=keep_good)
        shown = {
            "file": done.file_id,
            "runs": list(done.run_ids),
            "results": done.results,
            "refused": done.refused,
            "repeat": done.is_repeat,
        }
        w.reply = as_text(shown)
    return answer(shown, 200 if done.is_repeat else 201)


@bp.get("/results")
@allowed(P.LAB_READ)
def results() -> ResponseReturnValue:
    """Return the laboratory's results."""
    with look() as unit:
        statement = queries.results(unit, *ResultState)
        return listing(unit.page(statement, Result.id, after=cursor(), size=size()), _result)


@bp.post("/results/<uuid:result_id>/review")
@allowed(P.LAB_REVIEW)
def review(result_id: UUID) -> ResponseReturnValue:
    """Review a result: {"verdict": "pass|return", "because": text, "version": integer}."""
    values = body()
    verdict = needed(values, "verdict")
    if verdict not in set(Verdict):
        raise Invalid("复核意见只能是 pass 或 return。", verdict="pass 或 return")
    version = values.get("version")
    with work(once=api_key()) as w:
        seen = version if isinstance(version, int) else None
        review_result(w, result_id, verdict, str(values.get("because") or ""), version=seen)
        shown = _result(w.get(Result, result_id))
        w.reply = as_text(shown)
    return answer(shown)


def _result(row: Result) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": row.version,
        "outcome": row.outcome,
        "state": row.state,
        "tested_on": row.tested_on,
        "entered_at": row.entered_at,
        "verified_at": row.verified_at,
    }
