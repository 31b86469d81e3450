"""Farms that look alike: the queue, a pair side by side, what was said of pairs."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands import merge_hatcheries, tell_apart
from aquacert.hatcheries.commands.registration import renamed
from aquacert.hatcheries.forms import ApartForm, MergeForm
from aquacert.hatcheries.queries.twins import (
    judged_pages,
    judgement,
    names_of,
    pair,
    twin_lines,
    twin_side,
)
from aquacert.hatcheries.rules import STATE_KINDS, STATE_WORDS, grade
from aquacert.hatcheries.rules.kinds import State
from aquacert.hatcheries.rules.twins import OUTCOME_WORDS, SENTENCES, Outcome
from aquacert.hatcheries.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.reference.rules.masking import mask_name


@bp.get("/twins")
@allowed(P.HATCHERY_MERGE)
def twins() -> ResponseReturnValue:
    """The queue of pairs that may be one farm, most alike first."""
    with look() as unit:
        pages = twin_lines(unit, request.args.get("page", 1, type=int))
    return page("hatcheries/twins.html", pages=pages, sentences=SENTENCES, states=STATE_WORDS)


@bp.get("/twins/judged")
@allowed(P.HATCHERY_MERGE)
def judged() -> ResponseReturnValue:
    """What was said of pairs: who, when, why, what moved."""
    with look() as unit:
        pages = judged_pages(unit, request.args.get("page", 1, type=int))
        names = names_of(unit, [key for row in pages.items for key in (row.one_id, row.other_id)])
    return page("hatcheries/twins_judged.html", pages=pages, names=names, outcomes=OUTCOME_WORDS)


@bp.get("/twins/<uuid:one_id>/<uuid:other_id>")
@allowed(P.HATCHERY_MERGE)
def twin(one_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Two farms side by side."""
    return _pair_page(one_id, other_id)


@bp.post("/twins/<uuid:one_id>/<uuid:other_id>/apart")
@allowed(P.HATCHERY_MERGE)
def apart(one_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Say that they are two."""
    form = ApartForm()
    if form.validate_on_submit():
        with form.keeping(), work(once=form.key()) as w:
            tell_apart(w, one_id, other_id, form.because.data)
            w.reply = url_for(".twins")
        if not form.wrong:
            flash(_("已记下：不是同一家，以后不再提示这一对"))
            return redirect(url_for(".twins"))
    return _pair_page(one_id, other_id, parting=form)


@bp.post("/twins/<uuid:one_id>/<uuid:other_id>/merge")
@allowed(P.HATCHERY_MERGE)
def merge(one_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Let one go up in the other."""
    form = MergeForm()
    form.survivor.choices = [(str(key), "") for key in (one_id, other_id)]
    if form.validate_on_submit():
        kept = UUID(form.survivor.data)
        gone = other_id if kept == one_id else one_id
        here = url_for(".choose", hatchery_id=kept)
        with form.keeping(), renamed(because="why"), work(once=form.key()) as w:
            merge_hatcheries(w, kept, gone, form.why.data, coming=form.coming.data or ())
            w.reply = here
        if not form.wrong:
            flash(_("已合并，原来的链接都会转到这里"))
            return redirect(here)
    return _pair_page(one_id, other_id, merging=form)


def _pair_page(
    one_id: UUID,
    other_id: UUID,
    parting: ApartForm | None = None,
    merging: MergeForm | None = None,
) -> ResponseReturnValue:
    with look() as unit:
        line = pair(unit, one_id, other_id)
        sides = [twin_side(unit, farm) for farm in (line.one, line.other)]
        said = judgement(unit, one_id, other_id)
        form = merging or MergeForm(formdata=None)
        first, second = (side.farm for side in sides)
        form.survivor.choices = [
            (str(farm.id), words)
            for farm, words in (
                (first, _("甲：%(name)s", name=first.name)),
                (second, _("乙：%(name)s", name=second.name)),
            )
            if farm.state == State.APPROVED.value
        ]
        form.coming.choices = [
            (str(one.id), words % {"name": mask_name(one.name or "")})
            for side, words in zip(sides, (_("甲：%(name)s"), _("乙：%(name)s")), strict=True)
            for one in side.people
        ]
        return page(
            "hatcheries/twin.html",
            line=line,
            sides=sides,
            said=said,
            sentences=SENTENCES,
            states=STATE_WORDS,
            kinds=STATE_KINDS,
            grades=[grade(side.farm.level, side.farm.kind) for side in sides],
            is_merged=any(side.farm.state == State.MERGED.value for side in sides),
            outcomes=OUTCOME_WORDS,
            merged=Outcome.MERGED.value,
            parting=parting or ApartForm(formdata=None),
            merging=form,
        ), max((one.status for one in (parting, merging) if one is not None), default=200)
