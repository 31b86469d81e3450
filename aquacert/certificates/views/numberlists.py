"""Doors of the list of segments: template, upload, look, book."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.certificates.numbers import commands
from aquacert.certificates.numbers.documents import template
from aquacert.certificates.numbers.forms import BookForm, UploadForm
from aquacert.certificates.views.blueprint import bp
from aquacert.certificates.views.numbers import workbook
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P

LARGEST_FILE = 5 * 2**20


@bp.get("/numbers/import/template.xlsx")
@allowed(P.NUMBERS_KEEP)
def number_template() -> ResponseReturnValue:
    """The empty list to fill in."""
    return workbook(template(), "segments.xlsx")


@bp.route("/numbers/import", methods=["GET", "POST"])
@allowed(P.NUMBERS_KEEP)
def import_numbers() -> ResponseReturnValue:
    """Send a list; the same file again leads to the same page."""
    form = UploadForm()
    if request.method == "POST" and form.validate():
        data = form.file.data.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            form.file.errors = ["文件太大，最多 5 MB。"]
        else:
            with form.catching(), work(once=form.key()) as w:
                import_id = commands.read_list(w, data, form.file.data.filename or "list.xlsx")
                w.reply = url_for(".import_list", import_id=import_id)
            if not form.wrong and not form.form_errors:
                return redirect(w.reply or url_for(".import_numbers"))
    wrong = form.wrong or bool(form.form_errors)
    return page("certificates/numbers_import.html", form=form), 422 if wrong else 200


@bp.route("/numbers/import/<uuid:import_id>", methods=["GET", "POST"])
@allowed(P.NUMBERS_KEEP)
def import_list(import_id: UUID) -> ResponseReturnValue:
    """Each row with what is wrong with it; book the good ones, all or none, once."""
    form = BookForm()
    if request.method == "POST" and form.validate():
        back = url_for(".import_list", import_id=import_id)
        with form.catching(), work(once=form.key()) as w:
            commands.book_list(w, import_id, form.rows.data or [])
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    with look() as unit:
        found, rows = commands.judge_list(unit, import_id)
    wrong = form.wrong or bool(form.form_errors)
    chosen = set(form.rows.data or []) if request.method == "POST" else None
    return page(
        "certificates/numbers_list.html", form=form, found=found, rows=rows, chosen=chosen
    ), 422 if wrong else 200
