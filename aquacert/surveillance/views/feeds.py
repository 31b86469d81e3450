"""Feed files at the desk: upload, preview by a dry run, import, how far a long one came."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.surveillance import queries
from aquacert.surveillance.commands.feeds import receive_feed, start_import
from aquacert.surveillance.commands.mappings import lay_out
from aquacert.surveillance.forms import EmptyForm
from aquacert.surveillance.forms.mapping import AUTO, NEW, UploadForm
from aquacert.surveillance.models import FeedFile, FileState
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.parsers.shape import CODE_SENTENCES
from aquacert.surveillance.queries.feednames import check_signed
from aquacert.surveillance.queries.feeds import raw_bytes
from aquacert.surveillance.queries.mappings import mapping_and_version
from aquacert.surveillance.queries.quarantine import groups_of, heads_of, waiting_count
from aquacert.surveillance.queries.reading import asked_of, preview, with_mapping
from aquacert.surveillance.queries.recognising import Way, fitting, is_table, ways
from aquacert.surveillance.rules.events import FIELD_WORDS
from aquacert.surveillance.views.blueprint import bp

IMPORT = P.EVENT_IMPORT
NOBODY_READS = "没有一种已有的读法读得懂这个文件。"
SEVERAL = "有几种读法都说得通，请在下面选一种。"


@bp.get("/feeds")
@allowed(IMPORT)
def feeds() -> ResponseReturnValue:
    """Every feed file with its counts; bring in another."""
    return _feeds_page(UploadForm(formdata=None))


@bp.post("/feeds")
@allowed(IMPORT)
def receive() -> ResponseReturnValue:
    """Keep a file and show what importing it would do; a table nobody mapped is laid out."""
    form = UploadForm()
    with look() as unit:
        _offer(unit, form)
    if form.validate():
        data, name = form.sent()
        with form.catching(), work(once=form.key()) as w:
            w.reply = _taken_in(w, form, data, name)
        if not form.wrong:
            return redirect(w.reply or url_for(".feeds"))
    return _feeds_page(form)


@bp.get("/feeds/<uuid:file_id>")
@allowed(IMPORT)
def feed(file_id: UUID) -> ResponseReturnValue:
    """One file: what it would do or did, how far it came, and the rows set aside."""
    with look() as unit:
        row = queries.feed_file(unit, file_id)
        waits = row.state == FileState.RECEIVED.value
        is_running = waits and row.started_at is not None
        is_long = waits and not row.rows
        plan = None
        if waits and not (is_running or is_long):
            plan = preview(unit, raw_bytes(unit, row), with_mapping(unit, asked_of(row)))
        return page(
            "surveillance/feed.html",
            row=row,
            plan=plan,
            counts=plan.counts if plan else row,
            changed=plan.additions if plan else [],
            is_running=is_running,
            is_long=is_long,
            groups=groups_of(unit, file_id)[:12],
            waiting=waiting_count(unit, file_id),
            heads=heads_of(unit, row) if not is_long else [],
            mapped=mapping_and_version(unit, row.mapping_id),
            format=FORMATS.get(row.format),
            codes=CODE_SENTENCES,
            fields=FIELD_WORDS,
            form=EmptyForm(),
        )


@bp.post("/feeds/<uuid:file_id>/import")
@allowed(IMPORT)
def import_feed(file_id: UUID) -> ResponseReturnValue:
    """Import a file that was previewed; a long one goes on in the background."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        found = start_import(w, file_id)
        w.reply = url_for(".feed", file_id=file_id)
    if found is None:
        flash(_("已开始导入，进度在本页。"), "ok")
    else:
        flash(_("已导入：新增 %(a)s，更新 %(b)s", a=found.created, b=found.updated), "ok")
    return redirect(url_for(".feed", file_id=file_id))


def _taken_in(w: Work, form: UploadForm, data: bytes, name: str) -> str:
    """Receive the file the chosen way, or lay it out to be mapped; return where to go on."""
    chosen = form.way.data
    if chosen == NEW:
        return url_for(".draft", draft_id=lay_out(w, data, name))
    fit = _chosen(w, form, data, name)
    if fit is None:
        draft_id = lay_out(w, data, name)
        flash(_("第一次见到这种表格：请说明每一列是什么。"))
        return url_for(".draft", draft_id=draft_id)
    ask = with_mapping(w, fit.asked(name))
    check_signed(w, ask)
    return url_for(".feed", file_id=receive_feed(w, data, ask))


def _chosen(w: Work, form: UploadForm, data: bytes, name: str) -> Way | None:
    """Return the way to read a file by; None: nobody mapped such a table yet."""
    from aquacert.kernel.errors import Invalid

    if form.way.data != AUTO:
        return next(one for one in ways(w) if one.value == form.way.data)
    found = fitting(w, data, name)
    if len(found) > 1:
        titles = "；".join(one.title for one in found)
        raise Invalid(SEVERAL, way=f"{SEVERAL}（{titles}）")
    if not found and not is_table(data, name):
        raise Invalid(NOBODY_READS, file=NOBODY_READS)
    return found[0] if found else None


def _offer(look: Look, form: UploadForm) -> None:
    form.way.choices = [
        SelectChoice(AUTO, _("自动认")),
        *(SelectChoice(one.value, _(one.title)) for one in ways(look)),
        SelectChoice(NEW, _("没见过的表格，我来说明每一列")),
    ]


def _feeds_page(form: UploadForm) -> ResponseReturnValue:
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        _offer(unit, form)
        pages = unit.pages(queries.feed_files(unit), number)
        return page(
            "surveillance/feeds.html",
            pages=pages,
            titles={one.id: _title(unit, one) for one in pages.items},
            age=queries.feed_age(unit),
            waiting=waiting_count(unit),
            form=form,
        ), form.status


def _title(look: Look, row: FeedFile) -> str:
    """Return what people call the way a file was read."""
    mapped = mapping_and_version(look, row.mapping_id)
    if mapped is not None:
        return mapped[0].name
    known = FORMATS.get(row.format)
    return known.title if known else row.format
