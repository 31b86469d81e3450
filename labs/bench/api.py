"""JSON doors of the bench, under /api/v1/labs: what is owed, files, results.

Review has no door here: it is a person's own act, and a token alone never signs.
"""

import base64
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from labs.bench import queries
from labs.bench.commands import import_run
from labs.bench.models import Result
from labs.bench.rules import ResultState
from labs.intake.models import AssayOrder
from labs.register.queries import own_lab

bp = Blueprint("labs_bench_api", __name__, url_prefix="/api/v1/labs")


@bp.get("/owed")
@allowed(P.LAB_READ)
def owed() -> ResponseReturnValue:
    """Return the tests that no result answers yet."""
    with look() as unit:
        found = unit.page(queries.owed_orders(unit), AssayOrder.id, after=cursor(), size=size())
        tests = {test.order.id: test for test in queries.owed_tests(unit, found.items)}
        return listing(found, lambda order: _owed(tests[order.id]))


@bp.post("/imports")
@allowed(P.LAB_ENTER)
def imports() -> ResponseReturnValue:
    """Import an instrument's file: {"name": text, "content": base64, "keep_good": bool}."""
    values = body()
    try:
        data = base64.b64decode(str(needed(values, "content")), validate=True)
    except ValueError:  # not base64, or not even ASCII
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


def _owed(test: queries.OwedTest) -> dict[str, Any]:
    return {
        "blind_code": test.item.blind_code,
        "disease": test.order.disease_code,
        "method": test.order.method_code,
        "received_at": test.item.received_at,
        "returned": test.returned,
    }


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
