"""Doors of the queue: what waits, what went back, what changed, and the technician's own way back."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.kernel.permissions import P
from labs.bench.models import Result
from labs.register.forms import ReasonForm
from labs.review import queries
from labs.review.commands import take_back_result
from labs.review.views.blueprint import bp
from labs.review.views.shown import rendered


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """What waits for a second person; one's own stay in the list, locked and explained."""
    with look() as unit:
        return rendered(unit, "labs/review.html", queue=queries.queue(unit))


@bp.get("/returned")
@allowed(P.LAB_READ)
def returned() -> ResponseReturnValue:
    """Results that went back to the bench, with the reason, until a new version answers."""
    with look() as unit:
        pages = unit.pages(queries.returned(unit), request.args.get("page", 1, type=int), 50)
        lines = queries.entries(unit, pages.items)
        return rendered(unit, "labs/review_returned.html", pages=pages, lines=lines)


@bp.get("/results/<uuid:result_id>/changes")
@allowed(P.LAB_READ)
def changes(result_id: UUID) -> ResponseReturnValue:
    """What changed between the versions of a result, field by field."""
    with look() as unit:
        diff = queries.diff_of(unit, unit.get(Result, result_id))
        return rendered(unit, "labs/review_changed.html", diffs=[diff], is_stale=False)


@bp.post("/results/<uuid:result_id>/take-back")
@allowed(P.LAB_ENTER)
def take_back(result_id: UUID) -> ResponseReturnValue:
    """Take one's own result back before review."""
    form = ReasonForm()
    with work(once=form.key()) as w:
        take_back_result(w, result_id, form.because.data or "")
        w.reply = url_for("labs_bench.owed")
    return redirect(url_for("labs_bench.owed"))
