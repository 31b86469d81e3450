"""Doors of the reports: what can be authorised, the preview that is signed for, reports and their .docx."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from aquacert.accounts.commands import grant_step_up, spend_step_up
from aquacert.accounts.queries.people import person_label
from aquacert.http.gates import allowed, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from labs.bench.queries import owed_orders, results
from labs.bench.rules import OUTCOME_WORDS, ResultState
from labs.intake.models import Item
from labs.intake.queries import consignments, item_by_code
from labs.intake.rules import ConsignmentState
from labs.register.forms import ReasonForm
from labs.reports import queries
from labs.reports.commands import authorise_report, withdraw_report
from labs.reports.forms import AuthoriseForm
from labs.reports.models import Report
from labs.reports.rules import MOVES, ReportState

bp = Blueprint("labs_reports", __name__, url_prefix="/labs/reports")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/ready")
@allowed(P.LAB_READ)
def ready() -> ResponseReturnValue:
    """Items every test of which is verified."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        found = unit.pages(queries.ready_items(unit, words), number)
        return page("labs/ready.html", pages=found, q=words)


@bp.get("/items/<code>")
@allowed(P.LAB_READ)
def draft(code: str) -> ResponseReturnValue:
    """What the report would say, and everything that stands in its way."""
    return _draft(code, AuthoriseForm(formdata=None))


@bp.post("/items/<code>")
@allowed(P.LAB_AUTHORISE)
def authorise(code: str) -> ResponseReturnValue:
    """Authorise with the second factor exactly what was previewed."""
    form = AuthoriseForm()
    digest = form.digest.data or ""
    if form.validate():
        with form.trying(), work() as w:
            grant_step_up(w, **form.given(), digest=digest)
    if not form.wrong:
        with form.trying(), work(once=form.key()) as w:
            spend_step_up(w, digest)
            report_id = authorise_report(w, code, digest=digest)
            w.reply = url_for(".show", report_id=report_id)
    # The second of two clicks finds the code used up by the first: both get the one report.
    if form.wrong and (done := _authorised(code, digest)):
        return redirect(done)
    return _draft(code, form) if form.wrong else redirect(w.reply or "")


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """Reports, newest first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        found = unit.pages(queries.reports(unit, words), number)
        return page(
            "labs/reports.html", pages=found, q=words, words=MOVES.words, outcomes=OUTCOME_WORDS
        )


@bp.get("/<uuid:report_id>")
@allowed(P.LAB_READ)
def show(report_id: UUID) -> ResponseReturnValue:
    """One report as it was authorised."""
    return _show(report_id, ReasonForm(formdata=None))


@bp.post("/<uuid:report_id>/withdraw")
@allowed(P.LAB_AUTHORISE)
def withdraw(report_id: UUID) -> ResponseReturnValue:
    """Withdraw a report, with its reason."""
    form = ReasonForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            withdraw_report(w, report_id, form.because.data or "")
            w.reply = url_for(".show", report_id=report_id)
    return _show(report_id, form) if form.wrong else redirect(url_for(".show", report_id=report_id))


@bp.get("/<uuid:report_id>.docx")
@allowed(P.LAB_READ)
def docx(report_id: UUID) -> ResponseReturnValue:
    """The report as a Word file."""
    with look() as unit:
        name, data = queries.report_file(unit, queries.report(unit, report_id).id)
        return send_file(io.BytesIO(data), mimetype=DOCX, as_attachment=True, download_name=name)


def _authorised(code: str, digest: str) -> str:
    """Return the address of the standing report with exactly this content; "" when there is none."""
    with look() as unit:
        item_by_code(unit, code)
        found = queries.report_for(unit, code)
        same = found is not None and (found.digest, found.state) == (digest, ReportState.AUTHORISED)
        return url_for(".show", report_id=found.report_id) if found is not None and same else ""


def _draft(code: str, form: AuthoriseForm) -> tuple[str, int]:
    with look() as unit:
        found = queries.draft_report(unit, code)
        # What is confirmed is what this page shows: the digest is always that of this moment.
        form.digest.data, form.code.data = found.digest, ""
        html = page("labs/draft.html", draft=found, form=form, outcomes=OUTCOME_WORDS)
    return html, form.status


def _show(report_id: UUID, form: ReasonForm) -> tuple[str, int]:
    with look() as unit:
        row = unit.get(Report, report_id)
        hand = row.authorised_by_id
        html = page(
            "labs/report.html",
            report=row,
            content=row.content,
            authoriser=person_label(unit, hand) if hand else "",
            older=unit.session.get(Report, row.supersedes_id) if row.supersedes_id else None,
            is_standing=row.standing == ReportState.AUTHORISED,
            words=MOVES.words,
            outcomes=OUTCOME_WORDS,
            form=form,
        )
    return html, form.status


def counts(unit: Look) -> dict[str, int]:
    """Return how much waits at each stage of this person's laboratory."""
    stages: dict[str, Select[Any]] = {
        "consignments": consignments(unit, "", ConsignmentState.ANNOUNCED),
        "owed": owed_orders(unit),
        "review": results(unit, ResultState.ENTERED),
        "ready": queries.ready_items(unit),
    }
    return {
        name: unit.session.scalar(select(func.count()).select_from(asked.order_by(None).subquery()))
        or 0
        for name, asked in stages.items()
    }


def rail(unit: Look) -> tuple[int, int]:
    """Return the open work of the laboratory for the rail; red = damaged items still under test."""
    waiting = counts(unit)
    odd = unit.session.scalar(
        select(func.count())
        .select_from(Item)
        .where(unit.visible(Item), Item.state == "received", Item.condition != "good")
    )
    return sum(waiting.values()), odd or 0


@bp.app_context_processor
def offer_counts() -> dict[str, Callable[[], dict[str, int]]]:
    """Offer the stages' counts to the laboratory's tabs; asked only where they are shown."""

    def lab_counts() -> dict[str, int]:
        with look() as unit:
            return counts(unit)

    return {"lab_counts": lab_counts}


def prepare(app: Flask) -> None:
    """Let the rail count the laboratory's work."""
    with app.app_context():
        house().rail["labs"] = rail
