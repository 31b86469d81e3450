"""Rows set aside at the desk: grouped by what is wrong, mended or dropped, read again, sent back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.work import Look, Work
from aquacert.surveillance import queries
from aquacert.surveillance.commands.feeds import ImportCounts
from aquacert.surveillance.commands.mappings import add_code, lay_out
from aquacert.surveillance.commands.quarantine import drop_rows, mend_cell, replay_rows
from aquacert.surveillance.documents.setasides import Aside, set_asides_csv
from aquacert.surveillance.forms import EmptyForm
from aquacert.surveillance.forms.mapping import SAYS_NOTHING, CodeForm, DropForm, MendForm
from aquacert.surveillance.models import FeedSetAside
from aquacert.surveillance.parsers.shape import CODE_SENTENCES, Code
from aquacert.surveillance.queries.feeds import raw_bytes
from aquacert.surveillance.queries.mappings import mapping_and_version, newest_version
from aquacert.surveillance.queries.quarantine import (
    AsideRow,
    alike,
    aside_row,
    first_rows,
    groups_of,
    heads_for,
    heads_of,
    waiting_count,
    waiting_rows,
)
from aquacert.surveillance.rules.mapping.spec import bare, spec_of
from aquacert.surveillance.views.blueprint import bp
from aquacert.surveillance.views.feeds import IMPORT

MOST_OUT = 20_000
"""Rows set aside in one file for a spreadsheet."""


@bp.get("/quarantine")
@allowed(IMPORT)
def quarantine() -> ResponseReturnValue:
    """What waits over all files, or of one; rows alike are one line."""
    file_id = request.args.get("file", type=UUID)
    with look() as unit:
        return page(
            "surveillance/quarantine.html",
            file=queries.feed_file(unit, file_id) if file_id else None,
            groups=groups_of(unit, file_id),
            waiting=waiting_count(unit, file_id),
            codes=CODE_SENTENCES,
        )


@bp.get("/quarantine/<uuid:aside_id>")
@allowed(IMPORT)
def aside(aside_id: UUID) -> ResponseReturnValue:
    """One row set aside beside its header, and the rows alike."""
    with look() as unit:
        return _aside_page(unit, aside_id)


@bp.post("/quarantine/<uuid:aside_id>/mend")
@allowed(IMPORT)
def mend_row(aside_id: UUID) -> ResponseReturnValue:
    """Put another value into the cell and read the row (or all alike) again."""
    form = MendForm()
    at = request.form.get("at", -1, type=int)
    counts = ImportCounts()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            rows = _meant(w, aside_id, together=form.alike.data)
            counts = mend_cell(w, rows, at, form.value.data or "")
            w.reply = url_for(".quarantine")
        if not form.wrong:
            return _told(counts, aside_id)
    with look() as unit:
        return _aside_page(unit, aside_id, mend=form), 422


@bp.post("/quarantine/<uuid:aside_id>/replay")
@allowed(IMPORT)
def replay_row(aside_id: UUID) -> ResponseReturnValue:
    """Read the row and all alike again, by the mapping as it stands now."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        counts = replay_rows(w, _meant(w, aside_id, together=True))
        w.reply = url_for(".quarantine")
    return _told(counts, aside_id)


@bp.post("/quarantine/<uuid:aside_id>/code")
@allowed(IMPORT)
def teach_code(aside_id: UUID) -> ResponseReturnValue:
    """Let the mapping know the written value from now on, and read all rows alike again."""
    form = CodeForm()
    counts = ImportCounts()
    with look() as unit:
        form.code.choices = _codes(unit, aside_row(unit, aside_id))
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            row = aside_row(w, aside_id)
            found = mapping_and_version(w, row.file.mapping_id)
            if found is not None:
                code = "" if form.code.data == SAYS_NOTHING else form.code.data
                add_code(w, found[0].id, row.aside.column_name, row.aside.value, code)
            counts = replay_rows(w, alike(w, row))
            w.reply = url_for(".quarantine")
        if not form.wrong:
            return _told(counts, aside_id)
    with look() as unit:
        return _aside_page(unit, aside_id, code=form), 422


@bp.post("/quarantine/<uuid:aside_id>/drop")
@allowed(IMPORT)
def drop_row(aside_id: UUID) -> ResponseReturnValue:
    """Drop the row (or all alike) for a reason; it stays to be read."""
    form = DropForm()
    count = 0
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            rows = _meant(w, aside_id, together=form.alike.data)
            count = drop_rows(w, rows, form.because.data or "")
            w.reply = url_for(".quarantine")
        if not form.wrong:
            flash(_("已丢弃 %(n)s 行，理由已留痕。", n=count), "ok")
            return redirect(url_for(".quarantine"))
    with look() as unit:
        return _aside_page(unit, aside_id, drop=form), 422


@bp.post("/feeds/<uuid:file_id>/remap")
@allowed(IMPORT)
def remap(file_id: UUID) -> ResponseReturnValue:
    """Begin another version of the mapping that a file was read by, on that file's own rows."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        row = queries.feed_file(w, file_id)
        found = mapping_and_version(w, row.mapping_id)
        begun = lay_out(w, raw_bytes(w, row), row.name, found[0].id if found else None, row.id)
        w.reply = url_for(".draft", draft_id=begun)
    return redirect(w.reply or url_for(".feed", file_id=file_id))


@bp.get("/quarantine.csv")
@allowed(IMPORT)
def quarantine_csv() -> ResponseReturnValue:
    """What waits, as a table for a spreadsheet, with the rows as received."""
    file_id = request.args.get("file", type=UUID)
    with look() as unit:
        file = queries.feed_file(unit, file_id) if file_id else None
        asides = unit.scalars(waiting_rows(unit, file_id).limit(MOST_OUT))
        heads = heads_of(unit, file) if file else []
        rows = [_written_out(one, heads) for one in first_rows(unit, asides, MOST_OUT)]
        text = set_asides_csv(rows, heads, _)
        name = f"quarantine-{unit.today:%Y-%m-%d}.csv"
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


_SENTENCES = {one.value: words for one, words in CODE_SENTENCES.items()}


def _written_out(one: AsideRow, heads: Sequence[str]) -> Aside:
    it = one.aside
    cells = one.cells if heads and one.cells is not None else [one.raw]
    why = _SENTENCES.get(it.code, it.code)
    return Aside(one.file.name, it.line, it.code, why, it.column_name, it.value, cells)


def _meant(w: Work, aside_id: UUID, *, together: bool) -> Sequence[FeedSetAside]:
    row = aside_row(w, aside_id)
    return alike(w, row) if together else [row.aside]


def _told(counts: ImportCounts, aside_id: UUID) -> ResponseReturnValue:
    """Say how the rows fared; what still cannot be read is shown again."""
    good = counts.created + counts.updated + counts.unchanged + counts.stale
    if counts.quarantined:
        flash(
            _("读进 %(a)s 行，还有 %(b)s 行读不懂，原因见下。", a=good, b=counts.quarantined),
            "wait",
        )
        return redirect(url_for(".aside", aside_id=aside_id))
    flash(
        _("读进 %(a)s 行：新增 %(b)s，更新 %(c)s", a=good, b=counts.created, c=counts.updated), "ok"
    )
    return redirect(url_for(".quarantine"))


def _aside_page(
    unit: Look,
    aside_id: UUID,
    *,
    mend: MendForm | None = None,
    drop: DropForm | None = None,
    code: CodeForm | None = None,
) -> str:
    row = aside_row(unit, aside_id)
    rows = alike(unit, row)
    heads = heads_for(unit, row)
    wrong = [at for at, head in enumerate(heads) if bare(head) == bare(row.aside.column_name)]
    codes = _codes(unit, row)
    code = code or CodeForm(formdata=None)
    code.code.choices = codes
    return page(
        "surveillance/aside.html",
        row=row,
        rows=first_rows(unit, rows),
        count=len(rows),
        cells=list(enumerate(zip(heads, row.cells or [], strict=False))),
        at=wrong[0] if wrong else None,
        mend_at=_chosen_cell(len(heads)),
        codes=CODE_SENTENCES,
        mend=mend or MendForm(formdata=None, data={"value": _cell_value(row, wrong, heads)}),
        drop=(drop or DropForm(formdata=None)).apart("drop"),
        code=code.apart("code") if len(codes) > 1 else None,
        mapped=mapping_and_version(unit, row.file.mapping_id),
        form=EmptyForm(),
    )


def _chosen_cell(count: int) -> int | None:
    """Return the cell that the reader of the page wants to change; None: the one that is wrong."""
    at = request.values.get("at", -1, type=int)
    return at if 0 <= at < count else None


def _cell_value(row: AsideRow, wrong: Sequence[int], heads: Sequence[str]) -> str:
    chosen = _chosen_cell(len(heads))
    at = chosen if chosen is not None else (wrong[0] if wrong else None)
    return row.cells[at] if at is not None and row.cells else row.aside.value


def _codes(unit: Look, row: AsideRow) -> list[SelectChoice]:
    """Return what the value of a code list's column can mean; [] for any other fault."""
    found = mapping_and_version(unit, row.file.mapping_id)
    if found is None or row.aside.code != Code.CHOICE.value:
        return []
    spec = spec_of(newest_version(unit, found[0].id).spec)
    name = bare(row.aside.column_name)
    one = next((one for one in spec.columns if bare(one.name) == name), None)
    known = spec.field_of(one) if one else None
    if known is None or not known.codes:
        return []
    return [
        SelectChoice("", _("请选")),
        *(SelectChoice(code, _(word)) for code, word in known.codes.items()),
        SelectChoice(SAYS_NOTHING, _("当作没说（空白）")),
    ]
