"""The declaration as a task list, one short page for each part; every field kept as it is typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands import discard_change, save_fields, settle_clash
from aquacert.declarations.commands.drafts import EDITABLE
from aquacert.declarations.forms import ActForm, DeclareForm
from aquacert.declarations.models import Declaration
from aquacert.declarations.parsers import purpose_asks
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.catches import read_back
from aquacert.declarations.queries.home import StockLine, lot_choices
from aquacert.declarations.queries.machine import earliest
from aquacert.declarations.queries.review import answers_of
from aquacert.declarations.queries.tasks import departure_choices, lead_rule, task_page
from aquacert.declarations.rules.answers import (
    MODE_WORDS,
    PURPOSE_WORDS,
    SITES,
    SOURCE_WORDS,
    YES_WORDS,
    flat,
)
from aquacert.declarations.rules.asks import asks_of
from aquacert.declarations.rules.moments import departures
from aquacert.declarations.rules.parts import (
    PART_WORDS,
    STANDING_WORDS,
    Part,
    Piece,
    names_of,
    next_piece,
    piece_of,
    read_key,
)
from aquacert.declarations.rules.typed import posted, shown_before
from aquacert.declarations.views.blueprint import MAY_DECLARE, bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

WORDS = {
    "modes": MODE_WORDS,
    "purposes": PURPOSE_WORDS,
    "sources": SOURCE_WORDS,
    "sites": SITES,
    "yes_words": YES_WORDS,
    "part_words": PART_WORDS,
    "standings": STANDING_WORDS,
}


@bp.get("/<uuid:declaration_id>/tasks")
@allowed(*MAY_DECLARE)
def tasks(declaration_id: UUID) -> ResponseReturnValue:
    """Every part with its standing; what cannot start yet is grey."""
    with look() as unit:
        paper = declaration(unit, declaration_id)
        if paper.state not in EDITABLE:
            return redirect(url_for(".show", declaration_id=declaration_id))
        found = task_page(unit, paper)
        earliest_at, rule = lead_rule(unit, paper)
        clashes = json.loads(paper.clashes) if paper.clashes else {}
        return page(
            "declarations/tasks.html",
            form=ActForm(),
            paper=paper,
            found=found,
            values=flat(found.review.answers),
            clashes=clashes,
            clash_pieces={name: piece_of(name) for name in clashes},
            earliest_at=earliest_at,
            lead=rule,
            **WORDS,
        )


@bp.post("/<uuid:declaration_id>/rows")
@allowed(*MAY_DECLARE)
def rows(declaration_id: UUID) -> ResponseReturnValue:
    """Add or take away a batch or a lorry."""
    form = ActForm()
    with work(once=form.key()) as w:
        row, shown = request.form.get("row", ""), request.form.get("rows", "")
        save_fields(w, declaration_id, {}, row=row, shown=shown)
        here = w.reply = url_for(".tasks", declaration_id=declaration_id)
    return redirect(here)


@bp.post("/<uuid:declaration_id>/clash")
@allowed(*MAY_DECLARE)
def clash(declaration_id: UUID) -> ResponseReturnValue:
    """Choose between what two windows typed into one field."""
    form = ActForm()
    name, take = request.form.get("name", ""), request.form.get("take") == "1"
    with work(once=form.key()) as w:
        settle_clash(w, declaration_id, name, take=take)
        here = w.reply = url_for(".tasks", declaration_id=declaration_id)
    return redirect(here)


@bp.post("/<uuid:declaration_id>/discard")
@allowed(*MAY_DECLARE)
def discard(declaration_id: UUID) -> ResponseReturnValue:
    """Leave what was sent as it is."""
    form = ActForm()
    with work(once=form.key()) as w:
        discard_change(w, declaration_id)
        here = w.reply = url_for(".show", declaration_id=declaration_id)
    flash(_("没有改，照已提交的办"))
    return redirect(here)


@bp.get("/<uuid:declaration_id>/part/<part>")
@allowed(*MAY_DECLARE)
def part(declaration_id: UUID, part: str) -> ResponseReturnValue:
    """One short page of the form."""
    with look() as unit:
        paper = declaration(unit, declaration_id)
        if paper.state not in EDITABLE:
            return redirect(url_for(".show", declaration_id=declaration_id))
        piece = _piece(paper, part)
        if piece.part is Part.PAPERS:
            return redirect(url_for(".materials", declaration_id=declaration_id))
        if piece.part is Part.CHECK:
            return redirect(url_for(".check", declaration_id=declaration_id))
        return _part_page(unit, paper, piece)


@bp.post("/<uuid:declaration_id>/part/<part>")
@allowed(*MAY_DECLARE)
def keep_part(declaration_id: UUID, part: str) -> ResponseReturnValue:
    """Keep the page as typed, also when it is wrong; lead on, or back with what is wrong."""
    # No key: saving the same fields twice is saving them once, and a page taken back in the
    # browser must keep what is typed into it then.
    with work(once=None) as w:
        clashes = save_fields(
            w, declaration_id, posted(request.form), shown_before(request.form.get("was", ""))
        )
        here = _after(w, declaration(w, declaration_id), part, clashed=bool(clashes))
    if clashes:
        flash(_("两个窗口里填得不一样，都留着，请选一个"))
    return redirect(here)


@bp.post("/<uuid:declaration_id>/part/<part>/keep")
@allowed(*MAY_DECLARE)
def keep(declaration_id: UUID, part: str) -> ResponseReturnValue:
    """Keep what is being typed; the page's script calls this after each field."""
    with work(once=None) as w:
        clashes = save_fields(
            w, declaration_id, posted(request.form), shown_before(request.form.get("was", ""))
        )
        paper = declaration(w, declaration_id)
        piece = _piece(paper, part)
        return _kept(w, paper, piece, clashes)


def _kept(unit: Look, paper: Declaration, piece: Piece, clashes: Mapping[str, str]) -> Response:
    return jsonify(
        saved=f"{unit.now.astimezone(SHANGHAI):%H:%M:%S}",
        was=_shown(paper, piece),
        read=read_back(unit, paper, _shown(paper, piece)),
        clash=dict(clashes),
    )


def _after(unit: Look, paper: Declaration, key: str, *, clashed: bool) -> str:
    """Return where saving a part leads: to its faults, back to the check page, or to the next."""
    piece = read_key(key, answers_of(paper))
    to_list = url_for(".tasks", declaration_id=paper.id)
    if piece is None or clashed or request.form.get("later"):
        return to_list
    found = task_page(unit, paper)
    if set(_shown(paper, piece)) & set(found.review.faults):
        back = request.args.get("back")
        return url_for(".part", declaration_id=paper.id, part=key, faults=1, back=back)
    if request.args.get("back") == "check" or piece.part is Part.AGAIN:
        return url_for(".check", declaration_id=paper.id)
    onward = next_piece(found.tasks, piece)
    if onward is None:
        return to_list
    return url_for(".part", declaration_id=paper.id, part=onward.key)


def _part_page(unit: Look, paper: Declaration, piece: Piece) -> str:
    found = task_page(unit, paper)
    names = _shown(paper, piece)
    faults = {name: said for name, said in found.review.faults.items() if name in names}
    if not request.args.get("faults"):
        faults = {name: said for name, said in faults.items() if names[name].strip()}
    return page(
        "declarations/part.html",
        form=DeclareForm(),
        paper=paper,
        piece=piece,
        answers=found.review.answers,
        was=json.dumps(names, ensure_ascii=False),
        faults=faults,
        back=request.args.get("back", ""),
        **part_choices(unit, paper),
    )


def part_choices(
    unit: Look, paper: Declaration | None, lots: list[StockLine] | None = None
) -> dict[str, Any]:
    """Return what the parts of the form choose from; `paper` None: nothing is kept yet."""
    declared_at = (paper.submitted_at if paper else None) or unit.now
    rule = reference.rule(unit, "declaration.lead_time", legal_day(declared_at))
    soonest = earliest(unit, declared_at)
    if lots is None and paper is not None:
        lots = lot_choices(unit, paper.hatchery_id, but_not=paper.id)
    return {
        "lots": lots or [],
        "provinces": [one.name_zh for one in reference.children(unit, None)],
        "departures": departure_choices(unit, paper) if paper else departures(soonest, ""),
        "asks": {
            key.value: asks_of(purpose_asks(), key.value, legal_day(declared_at))
            for key in PURPOSE_WORDS
        },
        "earliest_at": soonest,
        "lead": rule,
        "wild": reference.rule(unit, "declaration.wild_after_capture", legal_day(declared_at)),
        **WORDS,
    }


def _piece(paper: Declaration, key: str) -> Piece:
    found = read_key(key, answers_of(paper))
    if found is None:
        raise NotFound
    return found


def _shown(paper: Declaration, piece: Piece) -> dict[str, str]:
    """Return the fields of a part as they stand, under their names."""
    answers = answers_of(paper)
    values = flat(answers)
    return {name: values.get(name, "") for name in names_of(piece, answers)}
