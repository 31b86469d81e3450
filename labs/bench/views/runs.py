"""Doors of the technician: tests owed, runs, one run."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.bench import queries
from labs.bench.commands import open_run
from labs.bench.forms import RunForm
from labs.bench.views.blueprint import bp
from labs.bench.views.equipping import offer_equipment
from labs.bench.views.page import run_page
from labs.register.queries import own_lab


@bp.get("/")
@allowed(P.LAB_READ)
def owed() -> ResponseReturnValue:
    """Tests that no result answers yet, the first due first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        pages = unit.pages(queries.owed_orders(unit, words), number, 50)
        return page(
            "labs/owed.html",
            pages=pages,
            tests=queries.owed_tests(unit, pages.items),
            dues=queries.dues_of(unit, pages.items),
            files=queries.staged_files(unit),
            q=words,
        )


@bp.get("/runs")
@allowed(P.LAB_READ)
def runs() -> ResponseReturnValue:
    """Runs, newest first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        return page("labs/runs.html", pages=unit.pages(queries.runs(unit, words), number), q=words)


@bp.route("/runs/new", methods=["GET", "POST"])
@allowed(P.LAB_ENTER)
def new_run() -> ResponseReturnValue:
    """Open a run for entry by hand, without a worksheet."""
    form = RunForm()
    with look() as unit:
        offer_equipment(unit, form, own_lab(unit))
    if form.validate_on_submit():
        with form.trying(), work(once=form.key()) as w:
            run_id = open_run(w, own_lab(w), **form.asked())
            w.reply = url_for(".run", run_id=run_id)
        if not form.wrong:
            return redirect(w.reply or "")
    return page("labs/new_run.html", form=form), form.status


@bp.get("/runs/<uuid:run_id>")
@allowed(P.LAB_READ)
def run(run_id: UUID) -> ResponseReturnValue:
    """One run: its plate or its wells, whether it is valid, and entry by hand while it is open to it."""
    return run_page(run_id)
