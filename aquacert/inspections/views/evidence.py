"""Doors of the evidence: one check's pictures side by side, what persons make of them, second looks."""

from __future__ import annotations

import hashlib
import io
import tempfile
from pathlib import Path
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from aquacert.accounts import queries as accounts
from aquacert.declarations.queries import facts as papers
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.inspections.commands.clips import SaidOfClip, add_clip
from aquacert.inspections.commands.judging import give_second_verdict, judge_flag
from aquacert.inspections.forms.evidence import ClipForm, FlagForm, SecondLookForm
from aquacert.inspections.models import SecondLook
from aquacert.inspections.queries import checks_of, sheet
from aquacert.inspections.queries import evidence as queries
from aquacert.inspections.rules import SLOT_WORDS, STATE_WORDS
from aquacert.inspections.rules.evidence import (
    CLIP_WORDS,
    SECOND_WORDS,
    SENTENCES,
    ClipKind,
    FlagState,
    SecondVerdict,
)
from aquacert.inspections.rules.evidence import STATE_WORDS as FLAG_WORDS
from aquacert.inspections.views.blueprint import INSPECT, bp
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.rules.dates import Side, read_moment

JUDGE = P.EVIDENCE_JUDGE
WORDS = {
    "sentences": SENTENCES,
    "flag_words": FLAG_WORDS,
    "second_words": SECOND_WORDS,
    "clip_words": CLIP_WORDS,
    "slots": SLOT_WORDS,
    "words": STATE_WORDS,
}


@bp.get("/checks/<uuid:check_id>/evidence")
@allowed(P.INSPECTION_READ)
def evidence(check_id: UUID) -> ResponseReturnValue:
    """One check's pictures and clips, and every flag with what it resembles beside it."""
    return _evidence_page(check_id)


@bp.get("/flags/<uuid:flag_id>/other")
@allowed(P.INSPECTION_READ)
def other_picture(flag_id: UUID) -> ResponseReturnValue:
    """The picture that a flagged one resembles."""
    with look() as unit:
        file = queries.flag_other(unit, flag_id)
        return send_file(io.BytesIO(unit.read_file(file)), mimetype=file.media_type)


@bp.route("/flags/<uuid:flag_id>", methods=["GET", "POST"])
@allowed(JUDGE)
def flag(flag_id: UUID) -> ResponseReturnValue:
    """One flag, the pictures side by side; clear or confirm it: nothing follows by itself."""
    form = FlagForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            check_id = judge_flag(w, flag_id, FlagState(form.state.data), form.because.data or "")
            w.reply = url_for(".evidence", check_id=check_id)
        if not form.wrong:
            flash(_("已记下"))
            return redirect(w.reply or url_for(".flags"))
    with look() as unit:
        line = queries.flag_line(unit, queries.flag_of(unit, flag_id))
        shown = sheet(unit, line.flag.check_id)
        html = page(
            "inspections/evidence_flag.html",
            line=line,
            sheet=shown,
            paper=papers.declaration(unit, shown.check.declaration_id),
            form=form,
            own=shown.check.vet_id == unit.actor.person_id,
            **WORDS,
        )
    return html, form.status


@bp.post("/checks/<uuid:check_id>/clips")
@allowed(INSPECT)
def keep_clip(check_id: UUID) -> ResponseReturnValue:
    """Register a clip: whole when its file is sent, else by its hash."""
    form = ClipForm()
    here = url_for(".evidence", check_id=check_id)
    if form.validate():
        folder = tempfile.TemporaryDirectory()
        with form.catching(), folder, work(once=form.key()) as w:
            said, path = _said(w, form, Path(folder.name))
            add_clip(w, check_id, said, path)
            w.reply = here
        if not form.wrong:
            flash(_("录像已登记"))
            return redirect(here)
    return _evidence_page(check_id, clip=form)


@bp.get("/clips/<uuid:clip_id>")
@allowed(P.INSPECTION_READ)
def clip(clip_id: UUID) -> ResponseReturnValue:
    """A clip that was kept whole."""
    with look() as unit:
        file = queries.clip_file(unit, clip_id)
        place = unit.home.files.path(file.sha256)
    return send_file(place, mimetype=file.media_type, download_name=file.name, conditional=True)


@bp.get("/flags")
@allowed(JUDGE)
def flags() -> ResponseReturnValue:
    """Flags that nobody has looked at."""
    with look() as unit:
        pages = unit.pages(queries.waiting_flags(unit), request.args.get("page", 1, type=int))
        lines = queries.flag_lines(unit, pages.items)
        return page("inspections/evidence_flags.html", pages=pages, lines=lines, **WORDS)


@bp.get("/second-look")
@allowed(JUDGE)
def second_looks() -> ResponseReturnValue:
    """Finished visits that chance chose: to look at, or looked at."""
    done = request.args.get("done") == "1"
    with look() as unit:
        chosen = queries.second_looks(unit, waiting=not done)
        pages = unit.pages(chosen, request.args.get("page", 1, type=int))
        lines = [
            (row, papers.declaration(unit, row.declaration_id), _who(unit, row), _agreed(unit, row))
            for row in pages.items
        ]
        return page(
            "inspections/evidence_looks.html",
            pages=pages,
            lines=lines,
            done=done,
            today=unit.today,
            **WORDS,
        )


@bp.route("/second-look/<uuid:look_id>", methods=["GET", "POST"])
@allowed(JUDGE)
def second_look(look_id: UUID) -> ResponseReturnValue:
    """The evidence of a whole visit, and what the second look came to."""
    form = SecondLookForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            said = SecondVerdict(form.verdict.data)
            give_second_verdict(w, look_id, said, form.because.data or "")
            w.reply = url_for(".second_looks")
        if not form.wrong:
            flash(_("抽看结论已记下"))
            return redirect(url_for(".second_looks"))
    with look() as unit:
        row = queries.second_look(unit, look_id)
        lines = checks_of(unit, row.declaration_id)
        html = page(
            "inspections/evidence_look.html",
            row=row,
            paper=papers.declaration(unit, row.declaration_id),
            parts_of=[queries.evidence_of(unit, line.check.id) for line in lines if line.check],
            who=_who(unit, row),
            form=form,
            today=unit.today,
            **WORDS,
        )
    return html, form.status


def _evidence_page(check_id: UUID, *, clip: ClipForm | None = None) -> ResponseReturnValue:
    with look() as unit:
        shown = queries.evidence_of(unit, check_id)
        html = page(
            "inspections/evidence.html",
            shown=shown,
            paper=papers.declaration(unit, shown.sheet.check.declaration_id),
            clip_form=clip or ClipForm(formdata=None),
            may_judge=current_actor().may(JUDGE),
            mine=shown.sheet.check.vet_id == unit.actor.person_id,
            **WORDS,
        )
    return html, clip.status if clip else 200


def _said(unit: Look, form: ClipForm, folder: Path) -> tuple[SaidOfClip, Path | None]:
    """Return what is said of a clip, and where its bytes lie if they were sent."""
    kind, sent = ClipKind(form.kind.data), form.chosen()
    typed = (form.taken_at.data or "").strip()
    at = read_moment(typed, unit.today, "taken_at", Side.PAST) if typed else None
    kept_at = form.kept_at.data or ""
    if sent is None:
        digits = (form.size.data or "").replace(",", "").strip()
        size = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
        said = SaidOfClip(kind, form.sha256.data or "", size, taken_at=at, kept_at=kept_at)
        return said, None
    path, digest = _saved(sent, folder)
    media = sent.mimetype or ""
    return SaidOfClip(kind, digest, path.stat().st_size, media, at, kept_at), path


def _saved(sent: FileStorage, folder: Path) -> tuple[Path, str]:
    """Write an upload down piece by piece; return its place and digest."""
    path = folder / "clip"
    sent.save(path)
    with path.open("rb") as file:
        return path, hashlib.file_digest(file, "sha256").hexdigest()


def _who(unit: Look, row: SecondLook) -> str:
    return accounts.person_name(unit, row.vet_id)


def _agreed(unit: Look, row: SecondLook) -> tuple[int, int]:
    return queries.agreement_of(unit, row.vet_id)
