"""The papers a declarant adds, and the answer to a supplement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands import answer_supplement, attach_paper, withdraw_paper
from aquacert.declarations.commands.papers import AGAIN, Repeated
from aquacert.declarations.forms import ActForm, PapersForm, SupplementReplyForm, choices
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.slots import slots_of
from aquacert.declarations.rules.grounds import MATERIAL_WORDS, Material
from aquacert.declarations.rules.states import State
from aquacert.declarations.views.blueprint import MAY_DECLARE, bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work


@bp.route("/<uuid:declaration_id>/materials", methods=["GET", "POST"])
@allowed(*MAY_DECLARE)
def materials(declaration_id: UUID) -> ResponseReturnValue:
    """Add photographs or PDF before sending (or before acceptance)."""
    form = PapersForm(material=request.args.get("slot", Material.PRODUCTION_RECORD.value))
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            kept, again = _keep(w, form, declaration_id)
            if not kept:
                raise Invalid("没有存。", files=AGAIN if again else "请先选照片或 PDF。")
            w.reply = url_for(".materials", declaration_id=declaration_id)
        if not form.wrong:
            _say_again(again)
            return redirect(url_for(".materials", declaration_id=declaration_id))
    with look() as unit:
        paper = declaration(unit, declaration_id)
        files = unit.files_of(paper)
        found = slots_of(unit, paper)
    form.material.choices = choices((one.material.value, one.words) for one in found)
    shown = page(
        "declarations/materials.html",
        form=form,
        paper=paper,
        files=files,
        slots=found,
        act=ActForm(formdata=None),
        materials=MATERIAL_WORDS,
    )
    return shown, form.status


@bp.post("/<uuid:declaration_id>/files/<uuid:file_id>/withdraw")
@allowed(*MAY_DECLARE)
def withdraw_file(declaration_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Take a wrong photograph away, as long as the office has not answered."""
    form = ActForm()
    with work(once=form.key()) as w:
        withdraw_paper(w, declaration_id, file_id)
        here = ".supplement" if "supplement" in request.args else ".materials"
        w.reply = url_for(here, declaration_id=declaration_id)
    flash(_("已撤回这份材料；谁撤的、什么时候撤的有记录"))
    return redirect(w.reply)


@bp.route("/<uuid:declaration_id>/supplement", methods=["GET", "POST"])
@allowed(*MAY_DECLARE)
def supplement(declaration_id: UUID) -> ResponseReturnValue:
    """Bring what the office asked for; nothing has to be declared anew."""
    form = SupplementReplyForm()
    with look() as unit:
        paper = declaration(unit, declaration_id)
        asked = paper.asked_items
    if paper.state != State.SUPPLEMENT_REQUESTED.value:
        # Sent already, perhaps by the other tab.
        there = ".sent" if paper.state == State.SUBMITTED.value else ".show"
        return redirect(url_for(there, declaration_id=declaration_id))
    named = [one for one in asked if one != Material.ANSWERS.value] or list(MATERIAL_WORDS)
    form.material.choices = choices((one, MATERIAL_WORDS[Material(one)]) for one in named)
    if form.validate_on_submit():
        with form.catching():
            return _supplement_sent(form, declaration_id)
    with look() as unit:
        paper = declaration(unit, declaration_id)
        files = unit.files_of(paper)
    return (
        page(
            "declarations/supplement.html",
            form=form,
            paper=paper,
            files=files,
            held=_brought(paper, files),
            act=ActForm(formdata=None),
            materials=MATERIAL_WORDS,
        ),
        form.status,
    )


def _brought(paper: Declaration, files: Sequence[StoredFile]) -> Counter[str]:
    """Return how many files came for each material since it was asked for."""
    since = [one for one in files if paper.asked_at is None or one.made_at >= paper.asked_at]
    return Counter(one.name.split("/")[0] for one in since)


def _supplement_sent(form: SupplementReplyForm, declaration_id: UUID) -> ResponseReturnValue:
    """Keep the files; with the last button also answer the office."""
    done = "send" in request.form
    with work(once=form.key()) as w:
        kept, again = _keep(w, form, declaration_id)
        if done:
            ticked = bool(form.statement.data)
            answer_supplement(w, declaration_id, note=form.note.data or "", statement=ticked)
        elif again and not kept:
            raise Invalid("没有存。", files=AGAIN)
        there = ".sent" if done else ".supplement"
        here = w.reply = url_for(there, declaration_id=declaration_id)
    _say_again(again)
    return redirect(here)


def _keep(w: Work, form: PapersForm | SupplementReplyForm, declaration_id: UUID) -> tuple[int, int]:
    """Keep every file that was chosen; return how many, and how many lay there already."""
    kept = again = 0
    for upload in form.files.data or []:
        if upload and upload.filename:
            data, name = upload.read(), upload.filename
            try:
                attach_paper(w, declaration_id, material=form.material.data, data=data, name=name)
                kept += 1
            except Repeated:
                again += 1
    return kept, again


def _say_again(again: int) -> None:
    if again:
        flash(_("有 %(n)s 张已经传过，没有再存", n=again))
