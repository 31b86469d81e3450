"""Doors of worksheets: choose owed tests, look at the plate, move, print, run, drop."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.bench.forms import SheetRunForm, id_or_none
from labs.bench.queries import dues_of
from labs.bench.rules import SHEET_MOVES
from labs.bench.views.equipping import offer_equipment
from labs.plates import queries
from labs.plates.commands import (
    drop_place,
    drop_worksheet,
    make_worksheet,
    move_place,
    run_worksheet,
)
from labs.plates.forms import ChooseForm, MoveForm
from labs.plates.rules import COLUMNS
from labs.register.forms import ReasonForm
from labs.register.queries import own_lab

bp = Blueprint("labs_plates", __name__, url_prefix="/labs/plates")


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """Worksheets, newest first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        pages = unit.pages(queries.worksheets(unit, words), number, 50)
        return page(
            "labs/worksheets.html",
            pages=pages,
            sheets=queries.sheets(unit, pages.items),
            states=SHEET_MOVES.words,
            q=words,
        )


@bp.get("/new")
@allowed(P.LAB_ENTER)
def new() -> ResponseReturnValue:
    """Choose an assay, then the tests, the first due first."""
    return _new(ChooseForm(formdata=None))


@bp.post("/new")
@allowed(P.LAB_ENTER)
def make() -> ResponseReturnValue:
    """Make a worksheet of the chosen tests."""
    form = ChooseForm()
    chosen = [key for text in request.form.getlist("order") if (key := id_or_none(text))]
    scope_id = id_or_none(form.scope.data)
    if form.validate() and scope_id is not None:
        with form.trying(), work(once=form.key()) as w:
            sheet_id = make_worksheet(w, own_lab(w), scope_id, chosen, _size(form.size.data))
            w.reply = url_for(".show", sheet_id=sheet_id)
        if not form.wrong:
            return redirect(w.reply or "")
    return _new(form)


@bp.get("/<uuid:sheet_id>")
@allowed(P.LAB_READ)
def show(sheet_id: UUID) -> ResponseReturnValue:
    """One worksheet."""
    return _show(sheet_id, MoveForm(formdata=None))


@bp.post("/<uuid:sheet_id>/move")
@allowed(P.LAB_ENTER)
def move(sheet_id: UUID) -> ResponseReturnValue:
    """Move a well, or take its sample off."""
    form = MoveForm()
    if form.validate():
        source, target = form.source.data or "", (form.target.data or "").strip()
        version = form.version.data or 0
        with form.trying(), work(once=form.key()) as w:
            if target:
                move_place(w, sheet_id, source, target, version=version)
            else:
                drop_place(w, sheet_id, source, version=version)
            w.reply = url_for(".show", sheet_id=sheet_id)
    return _show(sheet_id, form) if form.wrong else redirect(url_for(".show", sheet_id=sheet_id))


@bp.get("/<uuid:sheet_id>/paper")
@allowed(P.LAB_READ)
def paper(sheet_id: UUID) -> ResponseReturnValue:
    """The plate map for the bench, to be printed."""
    with look() as unit:
        return page("labs/worksheet_paper.html", sheet=queries.sheet(unit, sheet_id))


@bp.post("/<uuid:sheet_id>/run")
@allowed(P.LAB_ENTER)
def run(sheet_id: UUID) -> ResponseReturnValue:
    """Begin the worksheet's run."""
    form = SheetRunForm()
    with form.trying(), work(once=form.key()) as w:
        run_id = run_worksheet(w, sheet_id, **form.equipment())
        w.reply = url_for("labs_bench.run", run_id=run_id)
    if form.wrong:
        return _show(sheet_id, MoveForm(formdata=None), form)
    return redirect(w.reply or "")


@bp.post("/<uuid:sheet_id>/drop")
@allowed(P.LAB_ENTER)
def drop(sheet_id: UUID) -> ResponseReturnValue:
    """Drop a worksheet."""
    form = ReasonForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            drop_worksheet(w, sheet_id, form.because.data or "")
            w.reply = url_for(".index")
    if form.wrong:
        return _show(sheet_id, MoveForm(formdata=None), drop_form=form)
    return redirect(url_for(".index"))


def _size(text: str | None) -> int:
    """Return the plate's size; what is none is the usual one."""
    size = int(text) if text is not None and text.isdecimal() and len(text) < 4 else 96
    return size if size in COLUMNS else 96


def _new(form: ChooseForm) -> tuple[str, int]:
    """Show the assays, and the tests of the chosen one."""
    size = _size(request.values.get("size"))
    with look() as unit:
        assays = queries.assays(unit, own_lab(unit), size)
        wanted = id_or_none(request.values.get("scope"))
        chosen = next((a for a in assays if a.scope.id == wanted), assays[0] if assays else None)
        tests = [] if chosen is None else queries.choices(unit, chosen.scope)
        form.scope.data = "" if chosen is None else str(chosen.scope.id)
        form.size.data = str(size)
        html = page(
            "labs/new_worksheet.html",
            assays=assays,
            chosen=chosen,
            tests=tests,
            dues=dues_of(unit, [test.order for test in tests]),
            size=size,
            form=form,
        )
    return html, form.status


def _show(
    sheet_id: UUID,
    move_form: MoveForm,
    run_form: SheetRunForm | None = None,
    drop_form: ReasonForm | None = None,
) -> tuple[str, int]:
    """Show one worksheet with what may be done to it."""
    run_form = run_form or SheetRunForm(formdata=None)
    drop_form = drop_form or ReasonForm(formdata=None)
    with look() as unit:
        sheet = queries.sheet(unit, sheet_id)
        offer_equipment(unit, run_form, sheet.row.lab_id, sheet.scope.disease_code)
        if not move_form.wrong:
            move_form.version.data = sheet.row.version
        html = page(
            "labs/worksheet.html",
            sheet=sheet,
            states=SHEET_MOVES.words,
            move_form=move_form,
            run_form=run_form,
            drop_form=drop_form,
        )
    return html, max(move_form.status, run_form.status, drop_form.status)
