"""Stock in workbooks: out, the empty sheet, and in: read, looked at, booked with a moving bar.

The page of a running import asks for itself again by a Refresh header: the bar moves without script.
"""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands.stock import cancel_import, read_sheet, start_import
from aquacert.hatcheries.documents.stockbook import stock_workbook, template
from aquacert.hatcheries.forms import ActForm, SheetForm
from aquacert.hatcheries.parsers.stocksheet import XLSX
from aquacert.hatcheries.queries import hatchery, lots, own_hatchery
from aquacert.hatcheries.queries.ledgers import EntryLine, exported_entries
from aquacert.hatcheries.queries.stocksheet import import_preview, imports_of, stock_import
from aquacert.hatcheries.rules import IMPORT_WORDS, ImportState
from aquacert.hatcheries.rules.stocksheet import COLUMNS, LETTERS
from aquacert.hatcheries.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.permissions import P

REFRESH_SECONDS = 1


@bp.get("/<uuid:hatchery_id>/stock.xlsx")
@allowed(P.HATCHERY_READ)
def stock_xlsx(hatchery_id: UUID) -> ResponseReturnValue:
    """What a farm holds and its whole ledger, as a workbook."""
    with look() as unit:
        farm = hatchery(unit, hatchery_id)
        held = [
            (
                *(one.pond_name, one.number, one.species_name, one.variety, one.life_stage),
                *(one.balance, one.unit, f"{one.opened_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"),
            )
            for one in lots(unit, farm.id)
        ]
        data = stock_workbook(held, (_cells(one) for one in exported_entries(unit, farm.id)))
        name = f"存塘台账-{unit.today:%Y%m%d}.xlsx"
    return _workbook(data, name)


@bp.get("/own/stock/template.xlsx")
@allowed(P.HATCHERY_KEEP)
def stock_template() -> ResponseReturnValue:
    """The empty sheet of movements, with the own lots beside it."""
    with look() as unit:
        farm = own_hatchery(unit)
        own = [
            (one.pond_name, one.number, one.species_name, one.life_stage, one.unit)
            for one in lots(unit, farm.id)
        ]
    return _workbook(template(own), "存塘变动-模板.xlsx")


@bp.route("/own/stock/sheets", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def stock_sheets() -> ResponseReturnValue:
    """Send a workbook of movements; nothing is booked before it was looked at."""
    form = SheetForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            sent = form.file.data
            data = sent.read() if sent else b""
            name = sent.filename or "" if sent else ""
            import_id = read_sheet(w, own_hatchery(w).id, data, name)
            w.reply = url_for(".stock_sheet", stocksheet_id=import_id)
        if not form.wrong:
            return redirect(w.reply or "")
    with look() as unit:
        farm = own_hatchery(unit)
        html = page(
            "hatcheries/stock_sheets.html",
            form=form,
            farm=farm,
            known=imports_of(unit, farm.id),
            words=IMPORT_WORDS,
        )
    return html, form.status


@bp.get("/stock/sheets/<uuid:stocksheet_id>")
@allowed(P.HATCHERY_READ)
def stock_sheet(stocksheet_id: UUID) -> ResponseReturnValue:
    """What a workbook would do, how far it is, or what came of it."""
    with look() as unit:
        row = stock_import(unit, stocksheet_id)
        state = ImportState(row.state)
        html = page(
            "hatcheries/stock_sheet.html",
            sheet=row,
            farm=hatchery(unit, row.hatchery_id),
            state=state.value,
            word=IMPORT_WORDS[state],
            preview=import_preview(unit, row) if state is ImportState.READ else None,
            columns=COLUMNS,
            letters=LETTERS,
            form=ActForm(formdata=None),
        )
    answer = make_response(html)
    if state is ImportState.RUNNING:
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


@bp.post("/stock/sheets/<uuid:stocksheet_id>/start")
@allowed(P.HATCHERY_KEEP)
def start_sheet(stocksheet_id: UUID) -> ResponseReturnValue:
    """Confirm a workbook, or go on with one that stopped."""
    form, here = ActForm(), url_for(".stock_sheet", stocksheet_id=stocksheet_id)
    with form.catching(), work(once=form.key()) as w:
        start_import(w, stocksheet_id)
        w.reply = here
    if form.wrong:
        flash(str(form.form_errors[0]), "error")
    return redirect(here)


@bp.post("/stock/sheets/<uuid:stocksheet_id>/cancel")
@allowed(P.HATCHERY_KEEP)
def cancel_sheet(stocksheet_id: UUID) -> ResponseReturnValue:
    """Stop booking; what is booked stays."""
    form, here = ActForm(), url_for(".stock_sheet", stocksheet_id=stocksheet_id)
    with work(once=form.key()) as w:
        cancel_import(w, stocksheet_id)
        w.reply = here
    flash(_("已取消，没有记的不再记"))
    return redirect(here)


def _cells(one: EntryLine) -> tuple[Any, ...]:
    return (
        *(one.pond, one.lot, one.species, one.position, one.on.isoformat()),
        f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        *(one.word, one.quantity, one.balance, one.unit),
        *(one.certificate_number, one.standing_words, one.reason),
    )


def _workbook(data: bytes, name: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)
