"""The diary: written on the phone in few taps, read by the farm and its officials, taken along."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from aquacert.hatcheries.commands import end_illness, strike_note, write_again, write_note
from aquacert.hatcheries.documents.diary import diary_docx, diary_xlsx
from aquacert.hatcheries.forms.farms import ActForm
from aquacert.hatcheries.forms.records import NoteForm, RecoverForm, StrikeForm, note_form
from aquacert.hatcheries.queries import (
    diary,
    hatchery,
    illnesses,
    latest,
    looks_back_to,
    note,
    own_hatchery,
    photo,
    ponds,
    withdrawals,
)
from aquacert.hatcheries.queries.extract import diary_paper
from aquacert.hatcheries.rules.diary import BY_PHONE, FIELDS, NOTE_WORDS, Note
from aquacert.hatcheries.views.blueprint import bp, day
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look

NOTE_ICONS = {
    Note.FEED: "again",
    Note.TREATMENT: "flask",
    Note.WATER: "drop",
    Note.DISINFECTION: "shield",
    Note.INTRODUCTION: "truck",
    Note.DISEASE: "warn",
    Note.OTHER: "edit",
}
WORDS = {"words": NOTE_WORDS, "kinds": BY_PHONE, "icons": NOTE_ICONS}
ANY = "any(feed,treatment,water,disinfection,introduction,disease,other)"
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/own/diary")
@allowed(P.HATCHERY_KEEP)
def own_diary() -> ResponseReturnValue:
    """The own diary: what to write, the same as last time, what was written."""
    with look() as unit:
        return _page(unit, own_hatchery(unit).id)


@bp.get("/<uuid:hatchery_id>/diary")
@allowed(P.HATCHERY_READ)
def farm_diary(hatchery_id: UUID) -> ResponseReturnValue:
    """A farm's diary as its officials read it."""
    with look() as unit:
        return _page(unit, hatchery(unit, hatchery_id).id)


@bp.get(f"/own/diary/<{ANY}:kind>")
@allowed(P.HATCHERY_KEEP)
def new_note(kind: str) -> ResponseReturnValue:
    """The form of one kind, filled in as it was last time."""
    choice = Note(kind)
    with look() as unit:
        farm = own_hatchery(unit)
        last = latest(unit, farm.id).get(choice)
        known: dict[str, object] = {"on": unit.today.isoformat()}
        if last and choice is not Note.DISEASE:
            known |= {**last.facts, "ponds": [str(last.pond_id)] if last.pond_id else []}
    return _form_page(choice, note_form(choice)(formdata=None, data=known))


@bp.post(f"/own/diary/<{ANY}:kind>")
@allowed(P.HATCHERY_KEEP)
def keep_note(kind: str) -> ResponseReturnValue:
    """Write an entry, one for each pond that was ticked."""
    choice = Note(kind)
    form = note_form(choice)()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            write_note(
                w,
                own_hatchery(w).id,
                kind=kind,
                typed={name: form[name].data or "" for name in FIELDS[choice]},
                on=day(w, form.on.data, "on"),
                pond_ids=_ids(form.ponds.data or []),
                photos=_uploads(form.photos.data or []),
            )
            w.reply = url_for(".own_diary")
        if not form.wrong:
            flash(_("记下了"))
            return redirect(url_for(".own_diary"))
    return _form_page(choice, form)


@bp.post("/records/<uuid:record_id>/again")
@allowed(P.HATCHERY_KEEP)
def note_again(record_id: UUID) -> ResponseReturnValue:
    """The same as last time, today: one tap."""
    form = ActForm()
    with work(once=form.key()) as w:
        write_again(w, record_id)
        here = w.reply = url_for(".own_diary")
    flash(_("记下了"))
    return redirect(here)


@bp.route("/records/<uuid:record_id>/strike", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def strike(record_id: UUID) -> ResponseReturnValue:
    """Strike a wrong entry; it stays readable."""
    form = StrikeForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            strike_note(w, record_id, form.because.data or "")
            w.reply = url_for(".own_diary")
        if not form.wrong:
            flash(_("划去了"))
            return redirect(url_for(".own_diary"))
    with look() as unit:
        _farm, line = note(unit, record_id)
    return page("hatcheries/strike.html", form=form, line=line, **WORDS), form.status


@bp.route("/records/<uuid:record_id>/recover", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def recover(record_id: UUID) -> ResponseReturnValue:
    """Say how an illness ended."""
    with look() as unit:
        _farm, line = note(unit, record_id)
        form = RecoverForm(data={"on": unit.today.isoformat()})
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            on = day(w, form.on.data, "on")
            end_illness(w, record_id, outcome=form.outcome.data or "", on=on)
            w.reply = url_for(".own_diary")
        if not form.wrong:
            flash(_("记下了"))
            return redirect(url_for(".own_diary"))
    return page("hatcheries/recover.html", form=form, line=line, **WORDS), form.status


@bp.get("/records/<uuid:record_id>/photos/<uuid:file_id>")
@allowed(P.HATCHERY_READ)
def note_photo(record_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A photograph of an entry."""
    with look() as unit:
        file, data = photo(unit, record_id, file_id)
    return send_file(io.BytesIO(data), mimetype=file.media_type)


@bp.get("/<uuid:hatchery_id>/diary/<any(docx,xlsx):form>")
@allowed(P.HATCHERY_READ)
def diary_file(hatchery_id: UUID, form: str) -> ResponseReturnValue:
    """The records that an inspection looks at, as one file."""
    with look() as unit:
        paper = diary_paper(unit, hatchery(unit, hatchery_id))
    data = diary_docx(paper) if form == "docx" else diary_xlsx(paper)
    name = f"{_('水产养殖生产记录')}-{paper.until_on}.{form}"
    return send_file(io.BytesIO(data), mimetype=TYPES[form], as_attachment=True, download_name=name)


def _page(unit: Look, hatchery_id: UUID) -> str:
    farm = hatchery(unit, hatchery_id)
    kind = request.args.get("kind", "")
    kind = kind if kind in {one.value for one in BY_PHONE} else ""
    since = looks_back_to(unit)
    return page(
        "hatcheries/diary.html",
        farm=farm,
        is_own=current_actor().may(P.HATCHERY_KEEP),
        pages=diary(unit, farm.id, kind=kind, number=request.args.get("page", 1, type=int)),
        kind=kind,
        last=latest(unit, farm.id),
        withdrawals=withdrawals(unit, farm.id),
        illnesses=illnesses(unit, farm.id, since),
        since=since,
        act=ActForm(),
        **WORDS,
    )


def _form_page(kind: Note, form: NoteForm) -> ResponseReturnValue:
    with look() as unit:
        farm = own_hatchery(unit)
        found = [one for one in ponds(unit, farm.id) if one.left_on is None]
    shown = page(
        "hatcheries/note.html", form=form, kind=kind, fields=FIELDS[kind], ponds=found, **WORDS
    )
    return shown, form.status


def _ids(typed: list[str]) -> list[UUID]:
    """Return the ids among what was sent; what is none names no pond and is left to the command."""
    found = []
    for text in typed:
        try:
            found.append(UUID(text))
        except ValueError:
            found.append(UUID(int=0))
    return found


def _uploads(files: list[FileStorage]) -> list[tuple[bytes, str]]:
    return [(one.read(), one.filename) for one in files if one and one.filename]
