"""Feed files at the desk: upload, preview by a dry run, import, rows set aside."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.surveillance import commands, queries
from aquacert.surveillance.forms import EmptyForm, FileForm
from aquacert.surveillance.models import FileState
from aquacert.surveillance.parsers.empresi import CODE_SENTENCES
from aquacert.surveillance.queries.feeds import raw_bytes
from aquacert.surveillance.rules.events import FIELD_WORDS
from aquacert.surveillance.views.blueprint import bp

IMPORT = P.EVENT_IMPORT


@bp.get("/feeds")
@allowed(IMPORT)
def feeds() -> ResponseReturnValue:
    """Every feed file with its counts; bring in another."""
    return _feeds_page(FileForm(formdata=None))


@bp.post("/feeds")
@allowed(IMPORT)
def receive() -> ResponseReturnValue:
    """Keep a file and show what importing it would do."""
    form = FileForm()
    if form.validate():
        data, name = form.sent()
        with form.catching(), work(once=form.key()) as w:
            file_id = commands.receive_empresi(w, data, name)
            w.reply = url_for(".feed", file_id=file_id)
        if not form.wrong:
            return redirect(w.reply or url_for(".feeds"))
    return _feeds_page(form)


@bp.get("/feeds/<uuid:file_id>")
@allowed(IMPORT)
def feed(file_id: UUID) -> ResponseReturnValue:
    """One file: what it would do or did, and the rows set aside."""
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        row = queries.feed_file(unit, file_id)
        waits = row.state == FileState.RECEIVED.value
        plan = queries.preview_empresi(unit, raw_bytes(unit, row)) if waits else None
        return page(
            "surveillance/feed.html",
            row=row,
            plan=plan,
            counts=plan.counts if plan else row,
            changed=plan.additions[:20] if plan else [],
            bad=unit.pages(queries.set_aside(unit, file_id), number),
            codes=CODE_SENTENCES,
            fields=FIELD_WORDS,
            form=EmptyForm(),
        )


@bp.post("/feeds/<uuid:file_id>/import")
@allowed(IMPORT)
def import_feed(file_id: UUID) -> ResponseReturnValue:
    """Import a file that was previewed."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        found = commands.import_received(w, file_id)
        w.reply = url_for(".feed", file_id=file_id)
    flash(_("已导入：新增 %(a)s，更新 %(b)s", a=found.created, b=found.updated), "ok")
    return redirect(url_for(".feed", file_id=file_id))


def _feeds_page(form: FileForm) -> ResponseReturnValue:
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        return page(
            "surveillance/feeds.html",
            pages=unit.pages(queries.feed_files(unit), number),
            age=queries.feed_age(unit),
            form=form,
        ), form.status
