"""Doors of a batch: a run's identical negatives, signed all at once or sent back all at once."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from labs.review import queries
from labs.review.commands import return_results, review_batch
from labs.review.forms import ReturnForm, SignForm
from labs.review.views.blueprint import bp
from labs.review.views.shown import offer, rendered
from labs.review.views.signing import signed


@bp.get("/runs/<uuid:run_id>/<uuid:scope_id>")
@allowed(P.LAB_READ)
def batch(run_id: UUID, scope_id: UUID) -> ResponseReturnValue:
    """A run's identical negatives, and what was left out of them and why."""
    return _batch(run_id, scope_id, SignForm(formdata=None), ReturnForm(formdata=None))


@bp.post("/runs/<uuid:run_id>/<uuid:scope_id>")
@allowed(P.LAB_REVIEW)
def sign_batch(run_id: UUID, scope_id: UUID) -> ResponseReturnValue:
    """Sign that all of them pass: all at once, or none."""
    form = SignForm()
    chosen = form.chosen()

    def act(w: Work, digest: str) -> None:
        review_batch(w, run_id, scope_id, chosen, digest=digest)

    blank = ReturnForm(formdata=None)
    return signed(chosen, form, act) or _batch(run_id, scope_id, form, blank)


@bp.post("/runs/<uuid:run_id>/<uuid:scope_id>/return")
@allowed(P.LAB_REVIEW)
def send_batch_back(run_id: UUID, scope_id: UUID) -> ResponseReturnValue:
    """Send the whole batch back with its reason."""
    form = ReturnForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            return_results(w, form.chosen(), form.because.data or "")
            w.reply = url_for(".index")
    if form.wrong:
        return _batch(run_id, scope_id, SignForm(formdata=None), form)
    return redirect(url_for(".index"))


def _batch(run_id: UUID, scope_id: UUID, form: SignForm, back: ReturnForm) -> ResponseReturnValue:
    with look() as unit:
        found = queries.batch_of(unit, run_id, scope_id)
        if found is None:
            if form.wrong or back.wrong:
                return rendered(unit, "labs/review.html", queue=queries.queue(unit)), 409
            return redirect(url_for(".index"))
        rows = [entry.result for entry in found.alike]
        offer(unit, form, rows)
        back.results.data = form.results.data
        html = rendered(
            unit,
            "labs/review_batch.html",
            batch=found,
            record=queries.record_of(unit, rows),
            queue=queries.queue(unit),
            form=form,
            back=back,
        )
    return html, max(form.status, back.status)
