"""Doors of one result: look at it, sign it, send it back."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.accounts.queries.people import person_label
from aquacert.http.gates import allowed, look, work
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from labs.bench.models import Result
from labs.pools.models import Pool
from labs.pools.queries import cost_of
from labs.review import queries
from labs.review.commands import return_results, review_result
from labs.review.forms import ReturnForm, SignForm
from labs.review.models import Signature
from labs.review.views.blueprint import bp
from labs.review.views.shown import offer, rendered
from labs.review.views.signing import signed


@bp.get("/results/<uuid:result_id>")
@allowed(P.LAB_READ)
def result(result_id: UUID) -> ResponseReturnValue:
    """One result with its wells, controls, rule and earlier versions."""
    return _result(result_id, SignForm(formdata=None), ReturnForm(formdata=None))


@bp.post("/results/<uuid:result_id>")
@allowed(P.LAB_REVIEW)
def sign(result_id: UUID) -> ResponseReturnValue:
    """Sign that one result passes."""
    form = SignForm()
    saw = form.outcome.data or None

    def act(w: Work, digest: str) -> None:
        review_result(w, result_id, outcome=saw, digest=digest)

    return signed([result_id], form, act) or _result(result_id, form, ReturnForm(formdata=None))


@bp.post("/results/<uuid:result_id>/return")
@allowed(P.LAB_REVIEW)
def send_back(result_id: UUID) -> ResponseReturnValue:
    """Send one result back with its reason."""
    form = ReturnForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            return_results(w, [result_id], form.because.data or "")
            w.reply = url_for(".index")
    if form.wrong:
        return _result(result_id, SignForm(formdata=None), form)
    return redirect(url_for(".index"))


def _result(result_id: UUID, form: SignForm, back: ReturnForm) -> tuple[str, int]:
    with look() as unit:
        row = unit.get(Result, result_id)
        [entry] = queries.entries(unit, [row], with_charts=True)
        offer(unit, form, [row])
        form.outcome.data = row.outcome
        pool = unit.session.get(Pool, row.by_pool_id or row.item_id)
        html = rendered(
            unit,
            "labs/result.html",
            entry=entry,
            row=row,
            diff=queries.diff_of(unit, row),
            pool=pool,
            cost=None if pool is None else cost_of(unit, pool),
            signatures=_signatures(unit, row),
            record=queries.record_of(unit, [row]),
            queue=queries.queue(unit),
            form=form,
            back=back,
        )
    return html, max(form.status, back.status)


def _signatures(unit: Look, row: Result) -> list[tuple[Signature, str]]:
    """Return the signatures under a result, oldest first, with who signed."""
    return [(one, person_label(unit, one.person_id)) for one in queries.signatures_of(unit, row.id)]
