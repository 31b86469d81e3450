"""A farm's workbook of declarations: template, upload, row report, drafts, sending with progress."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands.bulk import draft_bulk, read_bulk, send_bulk, upload_bulk
from aquacert.declarations.documents.workbook import XLSX, bulk_template
from aquacert.declarations.forms import ActForm
from aquacert.declarations.forms.desk import BulkForm, BulkSendForm
from aquacert.declarations.models import Bulk
from aquacert.declarations.queries.bulk import (
    bulk_rows,
    count_states,
    lot_names,
    own_bulks,
    progress,
)
from aquacert.declarations.rules.bulk import MOST_DRAFTS, MOST_ROWS, BulkState
from aquacert.declarations.views.blueprint import bp
from aquacert.declarations.views.papers import download
from aquacert.hatcheries.queries import own_hatchery
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P

STATE_WORDS = {
    BulkState.READ: "已读入，还没有存成草稿",
    BulkState.DRAFTED: "已存成草稿，还没有提交",
    BulkState.SENDING: "正在提交",
    BulkState.DONE: "已办完",
}


@bp.route("/bulk", methods=["GET", "POST"])
@allowed(P.DECLARATION_DECLARE)
def bulk() -> ResponseReturnValue:
    """Download the template; hand in the filled one."""
    form = BulkForm()
    if form.validate_on_submit():
        with form.catching():
            file = form.file.data
            if not file or not file.filename:
                raise Invalid("还没有选文件。", file=_("请先选填好的模板。"))
            with look() as unit:
                workbook = read_bulk(unit, file.read())
            with work(once=form.key()) as w:
                bulk_id = upload_bulk(w, workbook)
                here = w.reply = url_for(".bulk_show", bulk_id=bulk_id)
            return redirect(here)
    with look() as unit:
        kept = own_bulks(unit)
    shown = page(
        "declarations/bulk.html",
        form=form,
        kept=kept,
        states=STATE_WORDS,
        most_rows=MOST_ROWS,
        most_drafts=MOST_DRAFTS,
    )
    return shown, form.status


@bp.get("/bulk/template.xlsx")
@allowed(P.DECLARATION_DECLARE)
def bulk_blank() -> ResponseReturnValue:
    """The empty workbook with the farm's own lots and species."""
    with look() as unit:
        names = lot_names(unit, own_hatchery(unit).id)
    species = list(dict.fromkeys(lot.species_name for lot in names.values()))
    return download(bulk_template(list(names), species), _("批量申报模板.xlsx"), XLSX)


@bp.get("/bulk/<uuid:bulk_id>")
@allowed(P.DECLARATION_DECLARE)
def bulk_show(bulk_id: UUID) -> ResponseReturnValue:
    """The row report, the preview, and how far sending is."""
    return bulk_page(bulk_id)


@bp.post("/bulk/<uuid:bulk_id>/drafts")
@allowed(P.DECLARATION_DECLARE)
def bulk_drafts(bulk_id: UUID) -> ResponseReturnValue:
    """Make one draft of each good declaration."""
    form = ActForm()
    here = url_for(".bulk_show", bulk_id=bulk_id)
    with work(once=form.key()) as w:
        count = draft_bulk(w, bulk_id, only_good=request.form.get("only") == "good")
        w.reply = here
    flash(_("已存成 %(n)s 份草稿", n=count))
    return redirect(here)


@bp.post("/bulk/<uuid:bulk_id>/send")
@allowed(P.DECLARATION_DECLARE)
def bulk_send(bulk_id: UUID) -> ResponseReturnValue:
    """Send them all in the background."""
    form = BulkSendForm()
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                send_bulk(w, bulk_id, statement=bool(form.statement.data))
                here = w.reply = url_for(".bulk_show", bulk_id=bulk_id)
            return redirect(here)
    return bulk_page(bulk_id, form), 422


def bulk_page(bulk_id: UUID, form: BulkSendForm | None = None) -> str:
    """Return one workbook's page; while it is being sent, it comes again by itself."""
    wrong = request.args.get("wrong") == "1"
    with look() as unit:
        row = unit.get(Bulk, bulk_id)
        number = request.args.get("page", 1, type=int)
        return page(
            "declarations/bulk_show.html",
            bulk=row,
            pages=bulk_rows(unit, bulk_id, number, wrong=wrong),
            wrong=wrong,
            counts={str(key): n for key, n in count_states(unit, bulk_id).items()},
            progress=progress(unit, bulk_id),
            form=form or BulkSendForm(formdata=None),
            act=ActForm(formdata=None),
            states=STATE_WORDS,
        )
