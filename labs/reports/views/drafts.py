"""Doors before a report is there: the ready list, the draft that is signed for, what is stated beside the results."""

import io
from uuid import UUID

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from aquacert.accounts.commands import grant_step_up, spend_step_up
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from labs.bench.rules import OUTCOME_WORDS
from labs.intake.models import Item
from labs.intake.queries import item_by_code, orders_of
from labs.reports import queries
from labs.reports.commands import authorise_report, state_facts
from labs.reports.forms import AuthoriseForm, StatementForm
from labs.reports.rules import ReportState
from labs.reports.views.blueprint import bp
from labs.turnaround.queries import DueLine, due_of


@bp.get("/ready")
@allowed(P.LAB_READ)
def ready() -> ResponseReturnValue:
    """Items every test of which is verified, the first due first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        found = unit.pages(queries.ready_items(unit, words), number)
        due = _due(unit, found.items)
        return page("labs/ready.html", pages=found, q=words, due=due)


@bp.get("/items/<code>")
@allowed(P.LAB_READ)
def draft(code: str) -> ResponseReturnValue:
    """What the report would say, and everything that stands in its way."""
    return _draft(code, AuthoriseForm(formdata=None))


@bp.get("/items/<code>/draft.pdf")
@allowed(P.LAB_READ)
def draft_pdf(code: str) -> ResponseReturnValue:
    """The draft as it would be printed, marked as one."""
    with look() as unit:
        found = queries.draft_report(unit, code)
        data = queries.draft_pdf(unit, found.content, found.digest)
    return send_file(io.BytesIO(data), mimetype=queries.PDF, download_name="draft.pdf")


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


@bp.get("/items/<code>/statement")
@allowed(P.LAB_REVIEW, P.LAB_AUTHORISE)
def statement(code: str) -> ResponseReturnValue:
    """What the report says beside its results: deviations, external providers."""
    with look() as unit:
        held = queries.statement_of(unit, item_by_code(unit, code).id)
    form = StatementForm(formdata=None)
    if held is not None:
        form.deviations.data = held.deviations
        form.sampling_deviations.data = held.sampling_deviations
        form.external.data = "\n".join(f"{name}：{who}" for name, who in held.external.items())
    return _statement(code, form)


@bp.post("/items/<code>/statement")
@allowed(P.LAB_REVIEW, P.LAB_AUTHORISE)
def state(code: str) -> ResponseReturnValue:
    """Keep a statement; the draft shows it."""
    form = StatementForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            state_facts(w, code, **form.said())
            w.reply = url_for(".draft", code=code)
    return _statement(code, form) if form.wrong else redirect(url_for(".draft", code=code))


def _due(unit: Look, items: list[Item]) -> dict[UUID, DueLine]:
    """Return for each item the line of its test that is due first."""
    orders = orders_of(unit, [item.id for item in items])
    lines = due_of(unit, [order.id for held in orders.values() for order in held])
    found: dict[UUID, DueLine] = {}
    for item in items:
        held = [lines[order.id] for order in orders[item.id] if order.id in lines]
        timed = [line for line in held if line.at is not None]
        if held:
            found[item.id] = min(timed, key=lambda line: line.at or unit.now) if timed else held[0]
    return found


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


def _statement(code: str, form: StatementForm) -> tuple[str, int]:
    with look() as unit:
        item = item_by_code(unit, code)
        orders = orders_of(unit, [item.id])[item.id]
        html = page("labs/report_statement.html", item=item, orders=orders, form=form)
    return html, form.status
