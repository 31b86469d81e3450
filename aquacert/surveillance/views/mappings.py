"""Mappings at the desk: what each column is, seen on the file's own rows; versions and their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.work import Look
from aquacert.surveillance.commands.mappings import (
    bring_in,
    guessed,
    keep_draft,
    retire_mapping,
    save_mapping,
)
from aquacert.surveillance.forms import EmptyForm
from aquacert.surveillance.forms.mapping import SAYS_NOTHING, SaveForm, spec_asked
from aquacert.surveillance.models import FeedDraft
from aquacert.surveillance.parsers.shape import CODE_SENTENCES, BadRow
from aquacert.surveillance.queries.mappings import (
    draft_of,
    draft_peek,
    effect_of,
    mapping_and_version,
    mapping_lines,
    mapping_of,
    newest_version,
    versions_of,
)
from aquacert.surveillance.rules.datum import DATUM_WORDS
from aquacert.surveillance.rules.mapping.changes import changes
from aquacert.surveillance.rules.mapping.days import ORDER_WORDS, SENTENCES, Doubt
from aquacert.surveillance.rules.mapping.fields import FIELDS, KIND_WORDS, NEEDED, Shape
from aquacert.surveillance.rules.mapping.guess import field_of
from aquacert.surveillance.rules.mapping.spec import SEPARATORS, Spec, spec_of
from aquacert.surveillance.views.blueprint import bp
from aquacert.surveillance.views.feeds import IMPORT

FIXED = {
    "event": ("country", "admin1", "locality", "disease", "species_text", "status", "water"),
    "sample": ("country", "admin1", "locality", "disease", "species_text", "lab", "method"),
    "figure": ("element", "period", "country", "admin1", "disease", "org_unit", "unit"),
}
"""Fields that one value may fill for a whole file."""


@bp.get("/mappings")
@allowed(IMPORT)
def mappings() -> ResponseReturnValue:
    """Every mapping that was saved."""
    with look() as unit:
        return page("surveillance/mappings.html", lines=mapping_lines(unit), kinds=KIND_WORDS)


@bp.get("/mappings/<uuid:mapping_id>")
@allowed(IMPORT)
def mapping(mapping_id: UUID) -> ResponseReturnValue:
    """One mapping: what its versions read, and what each changed."""
    number = request.args.get("version", type=int)
    with look() as unit:
        row = mapping_of(unit, mapping_id)
        lines = versions_of(unit, mapping_id)
        shown = next((one for one in lines if one.version.number == number), lines[0])
        return page(
            "surveillance/mapping.html",
            row=row,
            lines=lines,
            shown=shown,
            spec=spec_of(shown.version.spec),
            **_words(shown.version.spec["kind"]),
            form=EmptyForm(),
        )


@bp.post("/mappings/<uuid:mapping_id>/retire")
@allowed(IMPORT)
def retire(mapping_id: UUID) -> ResponseReturnValue:
    """Offer a mapping no more."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        retire_mapping(w, mapping_id)
        w.reply = url_for(".mappings")
    flash(_("已停用；以前按它读的文件不受影响。"), "ok")
    return redirect(w.reply or url_for(".mappings"))


@bp.get("/feeds/drafts/<uuid:draft_id>")
@allowed(IMPORT)
def draft(draft_id: UUID) -> ResponseReturnValue:
    """A table that is being mapped: its columns, what is proposed, what comes of it."""
    with look() as unit:
        row = draft_of(unit, draft_id)
        if row.version_id is not None:
            found = mapping_and_version(unit, row.version_id)
            if found is not None:
                return redirect(url_for(".mapping", mapping_id=found[0].id))
        return _draft_page(unit, row, spec_of(row.spec), SaveForm(formdata=None))


@bp.post("/feeds/drafts/<uuid:draft_id>")
@allowed(IMPORT)
def change_draft(draft_id: UUID) -> ResponseReturnValue:
    """Keep what was chosen so far and show what comes of it."""
    with work() as w:
        row = draft_of(w, draft_id)
        keep_draft(w, draft_id, _asked(w, row))
    return redirect(url_for(".draft", draft_id=draft_id))


@bp.post("/feeds/drafts/<uuid:draft_id>/save")
@allowed(IMPORT)
def save_draft(draft_id: UUID) -> ResponseReturnValue:
    """Save the mapping and receive the table by it; nothing acts until the import."""
    form = SaveForm()
    with look() as unit:
        row = draft_of(unit, draft_id)
        spec = _asked(unit, row)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            row = draft_of(w, draft_id)
            seen = draft_peek(w, row, spec)[1]
            named = {"name": form.name.data or "", "note": form.note.data or ""}
            save_mapping(w, draft_id, spec, seen.heads, **named)
            w.reply = _next(row) or url_for(".feed", file_id=bring_in(w, draft_id))
        if not form.wrong:
            flash(_("对照已保存。"), "ok")
            return redirect(w.reply or url_for(".feeds"))
    with look() as unit:
        return _draft_page(unit, draft_of(unit, draft_id), spec, form), form.status


def _next(row: FeedDraft) -> str | None:
    """A draft made to mend a file's rows leads back to them."""
    return url_for(".quarantine", file=row.file_id) if row.file_id else None


def _asked(unit: Look, row: FeedDraft) -> Spec:
    """Return the mapping that was sent; another sheet, header row or kind is guessed anew."""
    before = spec_of(row.spec)
    kind = request.form.get("kind", before.kind)
    sheet = request.form.get("sheet", before.sheet)
    header_row = request.form.get("header_row", before.header_row, type=int)
    kind = kind if kind in FIELDS else before.kind
    at = replace(before, sheet=sheet, header_row=min(max(header_row, 1), 200))
    _data, seen = draft_peek(unit, row, at)
    if (kind, sheet, header_row) != (before.kind, before.sheet, before.header_row):
        return guessed(seen, kind, sheet)
    return spec_asked(request.form, seen, before)


def _draft_page(unit: Look, row: FeedDraft, spec: Spec, form: SaveForm) -> str:
    data, seen = draft_peek(unit, row, spec)
    effect = effect_of(unit, data, spec, seen.heads)
    old = newest_version(unit, row.mapping_id) if row.mapping_id else None
    columns = {one.name: one for one in spec.columns}
    return page(
        "surveillance/mapping_draft.html",
        row=row,
        seen=seen,
        spec=spec,
        columns=columns,
        guesses={one: field_of(spec.kind, one) for one in seen.heads},
        effect=effect,
        shown_fields=_shown_fields(spec, effect.shown),
        mapping=mapping_of(unit, row.mapping_id) if row.mapping_id else None,
        changed=changes(spec_of(old.spec), spec) if old else [],
        fixed=[
            FIELDS[spec.kind][name]
            for name in FIXED[spec.kind]
            if name not in {one.field for one in spec.columns}
        ],
        form=form,
        **_words(spec.kind),
    )


def _shown_fields(spec: Spec, shown: Sequence[tuple[int, object]]) -> list[str]:
    """Return the fields to show of the first rows: those that the mapping gives, in its order."""
    given = [*dict.fromkeys(one.field for one in spec.columns), *spec.constants]
    carried = {name for _line, one in shown if isinstance(one, dict) for name in one}
    return [name for name in given if name in carried][:9]


def _words(kind: str) -> dict[str, object]:
    return {
        "fields": FIELDS.get(kind, {}),
        "kinds": KIND_WORDS,
        "needed": NEEDED.get(kind, frozenset()),
        "orders": ORDER_WORDS,
        "doubts": SENTENCES,
        "doubtful": set(Doubt),
        "separators": SEPARATORS,
        "datums": DATUM_WORDS,
        "codes": CODE_SENTENCES,
        "shapes": Shape,
        "nothing": SAYS_NOTHING,
        "is_bad": lambda one: isinstance(one, BadRow),
    }
