"""Doors of the reviewer: the queue, one result, and many identical negatives at once."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.bench import queries
from labs.bench.models import Result
from labs.bench.rules import OUTCOME_WORDS, RESULT_MOVES, SENTENCES, Outcome, ResultState
from labs.register.forms import EmptyForm, ReasonForm
from labs.review.commands import review_result, review_results, take_back_result
from labs.review.forms import ReviewForm

bp = Blueprint("labs_review", __name__, url_prefix="/labs/review")

MOST_AT_ONCE = 200


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """Results that wait for a second person; one's own stay in the list, locked and explained."""
    return _queue(EmptyForm(formdata=None))


@bp.post("/")
@allowed(P.LAB_REVIEW)
def review_many() -> ResponseReturnValue:
    """Pass the chosen results at once: all of them or none."""
    form = EmptyForm()
    chosen = [UUID(text) for text in request.form.getlist("result")][:MOST_AT_ONCE]
    if not chosen:
        form.form_errors.append("还没有选结果，请先勾选。")
        return _queue(form)
    with form.trying(), work(once=form.key()) as w:
        review_results(w, chosen)
        w.reply = url_for(".index")
    return _queue(form) if form.wrong else redirect(url_for(".index"))


@bp.get("/results/<uuid:result_id>")
@allowed(P.LAB_READ)
def result(result_id: UUID) -> ResponseReturnValue:
    """One result with its wells, controls, rule and earlier versions."""
    return _result(result_id, ReviewForm(formdata=None))


@bp.post("/results/<uuid:result_id>")
@allowed(P.LAB_REVIEW)
def decide(result_id: UUID) -> ResponseReturnValue:
    """Pass one result or send it back."""
    form = ReviewForm()
    if form.validate():
        seen = form.version.data or ""
        with form.trying(), work(once=form.key()) as w:
            review_result(
                w,
                result_id,
                form.verdict.data,
                form.because.data or "",
                version=int(seen) if seen.isdigit() else None,
                outcome=form.outcome.data or None,
            )
            w.reply = url_for(".index")
    return _result(result_id, form) if form.wrong else redirect(url_for(".index"))


@bp.post("/results/<uuid:result_id>/take-back")
@allowed(P.LAB_ENTER)
def take_back(result_id: UUID) -> ResponseReturnValue:
    """Take one's own result back before review."""
    form = ReasonForm()
    with work(once=form.key()) as w:
        take_back_result(w, result_id, form.because.data or "")
        w.reply = url_for("labs_bench.owed")
    return redirect(url_for("labs_bench.owed"))


def _queue(form: EmptyForm) -> tuple[str, int]:
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = unit.pages(queries.results(unit, ResultState.ENTERED), number, 50)
        lines = queries.lines(unit, pages.items)
        html = page(
            "labs/review.html",
            pages=pages,
            lines=lines,
            # Only plain negatives of a valid run, read by an instrument, may pass without being opened.
            alike=[
                line
                for line in lines
                if line.locked is None
                and line.validity.is_valid
                and line.result.outcome == Outcome.NEGATIVE
                and not line.result.is_manual
            ],
            outcomes=OUTCOME_WORDS,
            faults=SENTENCES,
            form=form,
        )
    return html, form.status


def _result(result_id: UUID, form: ReviewForm) -> tuple[str, int]:
    with look() as unit:
        row = unit.get(Result, result_id)
        [line] = queries.lines(unit, [row])
        form.version.data, form.outcome.data = str(row.version), row.outcome
        html = page(
            "labs/result.html",
            line=line,
            row=row,
            versions=queries.lines(unit, queries.versions_of(unit, row)),
            outcomes=OUTCOME_WORDS,
            states=RESULT_MOVES.words,
            faults=SENTENCES,
            form=form,
        )
    return html, form.status
