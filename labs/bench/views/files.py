"""Doors of the import: send a file, look at what it would do, take it or leave it."""

from uuid import UUID

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from labs.bench import queries
from labs.bench.commands import commit_file, discard_file, stage_file
from labs.bench.documents import refusals_csv
from labs.bench.forms import FileForm, TakeForm
from labs.bench.models import InstrumentFile, Worksheet
from labs.bench.queries.plan import ImportPlan, plan_of_file
from labs.bench.rules import FileState
from labs.bench.views.blueprint import bp
from labs.bench.views.equipping import offer_equipment
from labs.instruments.queries import live_profiles
from labs.instruments.rules import ROLE_WORDS
from labs.instruments.rules.profiles import FIELD_WORDS
from labs.register.forms import EmptyForm
from labs.register.queries import own_lab


@bp.route("/files/new", methods=["GET", "POST"])
@allowed(P.LAB_ENTER)
def new_file() -> ResponseReturnValue:
    """Send an instrument's file; nothing is taken before the preview. `?worksheet=` names the plate it is of."""
    form = FileForm()
    sheet_id = _asked_sheet()
    if form.validate_on_submit():
        sent = form.file.data
        with form.trying(), work(once=form.key()) as w:
            sheet = None if sheet_id is None else w.get(Worksheet, sheet_id).id
            file_id = stage_file(
                w, own_lab(w), sent.read(), sent.filename or "", worksheet_id=sheet
            )
            w.reply = url_for(".file", file_id=file_id)
            # The same bytes again are the same file: then nothing changes and nothing is to explain.
        if not form.wrong:
            return redirect(w.reply or "")
    with look() as unit:
        return page(
            "labs/new_file.html",
            form=form,
            staged=queries.staged_files(unit),
            sheet=None if sheet_id is None else unit.get(Worksheet, sheet_id),
            profiles=live_profiles(unit, own_lab(unit)),
        ), form.status


def _asked_sheet() -> UUID | None:
    """Return the worksheet the address names; None when it names none."""
    try:
        return UUID(request.args.get("worksheet", ""))
    except ValueError:
        return None


@bp.get("/files/<uuid:file_id>")
@allowed(P.LAB_READ)
def file(file_id: UUID) -> ResponseReturnValue:
    """What a file would do, row by row."""
    return _preview(file_id, TakeForm(formdata=None))


@bp.get("/files/<uuid:file_id>/refusals.csv")
@allowed(P.LAB_READ)
def refusals(file_id: UUID) -> ResponseReturnValue:
    """The rows that would not be taken, all of them, as CSV."""
    with look() as unit:
        row = unit.get(InstrumentFile, file_id)
        data = refusals_csv(plan_of_file(unit, row).refusals)
    headers = {"Content-Disposition": f'attachment; filename="refusals-{row.sha256[:8]}.csv"'}
    return Response(data, mimetype="text/csv", headers=headers)


@bp.post("/files/<uuid:file_id>/take")
@allowed(P.LAB_ENTER)
def take(file_id: UUID) -> ResponseReturnValue:
    """Take a file's good rows."""
    form = TakeForm()
    with form.trying(), work(once=form.key()) as w:
        used = form.equipment()
        done = commit_file(
            w,
            file_id,
            keep_good=bool(form.keep_good.data),
            instrument_id=used["instrument_id"],
            lot_id=used["lot_id"],
        )
        w.reply = url_for(".run", run_id=done.run_ids[0])
    return _preview(file_id, form) if form.wrong else redirect(w.reply or "")


@bp.post("/files/<uuid:file_id>/leave")
@allowed(P.LAB_ENTER)
def leave(file_id: UUID) -> ResponseReturnValue:
    """Leave a file."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        discard_file(w, file_id)
        w.reply = url_for(".owed")
    return redirect(url_for(".owed"))


def _preview(file_id: UUID, form: TakeForm) -> tuple[str, int]:
    with look() as unit:
        row = unit.get(InstrumentFile, file_id)
        plan = plan_of_file(unit, row) if row.state == FileState.STAGED else None
        if plan is not None:
            offer_equipment(unit, form, row.lab_id, _disease(plan))
        html = page(
            "labs/file.html",
            file=row,
            plan=plan,
            sheet=_sheet(unit, plan),
            runs=queries.runs_of_file(unit, file_id),
            roles=ROLE_WORDS,
            columns=FIELD_WORDS,
            form=form,
            leave_form=EmptyForm(formdata=None),
        )
    return html, form.status


def _sheet(unit: Look, plan: ImportPlan | None) -> Worksheet | None:
    """Return the worksheet whose places named the samples."""
    if plan is None or plan.worksheet_id is None:
        return None
    return unit.get(Worksheet, plan.worksheet_id)


def _disease(plan: ImportPlan) -> str | None:
    """Return the one disease that a file's samples are tested for; None when there are several."""
    found = {well.order.disease_code for well in plan.wells if well.order is not None}
    return found.pop() if len(found) == 1 else None
