"""Doors of the crosswalk: names that wait, proposals and decisions, the whole table and its files."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotAllowed
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.crosswalk import Proposal, approve, propose, reject, withdraw
from aquacert.surveillance.documents.crosswalk import crosswalk_csv, crosswalk_workbook
from aquacert.surveillance.forms.crosswalk import HELD, DecisionForm, ProposalForm
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.queries import crosswalk as queries
from aquacert.surveillance.queries.strangers import waiting_species
from aquacert.surveillance.rules.crosswalk import (
    STATE_WORDS,
    SUBJECT_WORDS,
    SYSTEM_WORDS,
    State,
    Subject,
    System,
)
from aquacert.surveillance.rules.events import REALM_WORDS, Realm
from aquacert.surveillance.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
DONE = {"approve": "已核准", "reject": "已记下：不予核准", "withdraw": "已撤回"}
WORDS = {
    "states": STATE_WORDS,
    "subjects": SUBJECT_WORDS,
    "systems": SYSTEM_WORDS,
    "realms": REALM_WORDS,
}


@bp.get("/names")
@allowed(P.OBSERVATION_READ)
def names() -> ResponseReturnValue:
    """Names that map to nothing, those on which most hangs first, and proposals that wait."""
    with look() as unit:
        return page(
            "surveillance/names.html",
            waiting=queries.waiting_names(unit),
            strangers=waiting_species(unit),
            asked=unit.scalars(queries.later_rows(unit, State.PROPOSED)),
            disease_names=queries.code_names(unit),
            feeds={name: one.title for name, one in FORMATS.items()},
            may_propose=unit.actor.may(P.CROSSWALK_PROPOSE),
            **WORDS,
        )


@bp.get("/names/table")
@allowed(P.EVENT_READ)
def names_table() -> ResponseReturnValue:
    """The whole crosswalk, base and later rows, found by any word."""
    q = request.args.get("q", "")
    with look() as unit:
        rows = queries.whole(unit, q)
        return page(
            "surveillance/names_table.html",
            rows=rows[:SHOWN],
            total=len(rows),
            q=q,
            disease_names=queries.code_names(unit),
            **WORDS,
        )


@bp.get("/names/table.<any(csv,xlsx):form>")
@allowed(P.EVENT_READ)
def names_file(form: str) -> ResponseReturnValue:
    """The whole crosswalk as a file, with every version."""
    with look() as unit:
        rows = queries.whole(unit, request.args.get("q", ""))
        name = f"{_('名称对照表')} {unit.today:%Y-%m-%d}.{form}"
    data = crosswalk_csv(rows) if form == "csv" else crosswalk_workbook(rows)
    kind = "text/csv" if form == "csv" else XLSX
    return send_file(io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)


@bp.get("/names/new")
@allowed(P.CROSSWALK_PROPOSE)
def new_name() -> ResponseReturnValue:
    """Say what a name means; the name comes from the queue."""
    written = request.args.get("written", "")
    with look() as unit:
        subject = request.args.get("subject", "")
        data = {
            "written": written,
            "system": "",
            "code": request.args.get("code", ""),
            "subject": subject if subject in set(Subject) else Subject.DISEASE.value,
        }
        form = ProposalForm(formdata=None, data=data)
        return _form_page(unit, form)


@bp.post("/names/new")
@allowed(P.CROSSWALK_PROPOSE)
def propose_name() -> ResponseReturnValue:
    """Keep the proposal; another person decides."""
    form = ProposalForm()
    with look() as unit:
        _offer(unit, form)
        if not form.validate_on_submit():
            return _form_page(unit, form), 422
    with form.catching(), work(once=form.key()) as w:
        row_id = propose(w, _proposal(form))
        w.reply = url_for(".name", row_id=row_id)
    if not form.wrong:
        flash(_("已提出，等另一个人核准。"), "ok")
        return redirect(w.reply or url_for(".names"))
    with look() as unit:
        return _form_page(unit, form), form.status


@bp.get("/names/<uuid:row_id>")
@allowed(P.OBSERVATION_READ)
def name(row_id: UUID) -> ResponseReturnValue:
    """One row with every version of its name, and what may be done with it."""
    with look() as unit:
        return _show(unit, row_id, DecisionForm(formdata=None))


@bp.post("/names/<uuid:row_id>/<any(approve,reject,withdraw):act>")
@allowed(P.CROSSWALK_APPROVE, P.CROSSWALK_PROPOSE)
def decide_name(row_id: UUID, act: str) -> ResponseReturnValue:
    """Approve or reject somebody else's proposal, or take a row back."""
    if act != "withdraw":
        _must_approve()
    form = DecisionForm()
    if form.validate_on_submit():
        count = 0
        with form.catching(), work(once=form.key()) as w:
            count = _decided(w, row_id, act, form.because.data or "")
            w.reply = url_for(".name", row_id=row_id)
        if not form.wrong:
            done = _(DONE[act])
            said = _("%(done)s，%(n)s 起事件重新判读。", done=done, n=count) if count else done
            flash(said, "ok")
            return redirect(url_for(".name", row_id=row_id))
    with look() as unit:
        return _show(unit, row_id, form), form.status


def _decided(w: Work, row_id: UUID, act: str, because: str) -> int:
    """Do what was decided; return how many events read differently."""
    if act == "reject":
        reject(w, row_id, because)
        return 0
    return approve(w, row_id, because) if act == "approve" else withdraw(w, row_id, because)


def _must_approve() -> None:
    if not current_actor().may(P.CROSSWALK_APPROVE):
        raise NotAllowed


def _show(unit: Look, row_id: UUID, form: DecisionForm) -> str:
    row = queries.row_of(unit, row_id)
    actor = unit.actor
    is_own = actor.person_id == row.proposed_by_id
    waits = row.state == State.PROPOSED.value
    return page(
        "surveillance/name.html",
        row=row,
        versions=queries.versions_of(unit, row),
        meaning=_meaning(unit, row.disease_code, row.species_code),
        form=form,
        may_decide=waits and not is_own and actor.may(P.CROSSWALK_APPROVE),
        may_withdraw=(waits and is_own)
        or (row.state == State.APPROVED.value and actor.may(P.CROSSWALK_APPROVE)),
        is_own=is_own and waits,
        **WORDS,
    )


def _meaning(unit: Look, disease: str | None, species: str | None) -> str:
    if disease:
        return reference.disease(unit, disease).name_zh
    return reference.species(unit, species).name_zh if species else ""


def _form_page(unit: Look, form: ProposalForm) -> str:
    _offer(unit, form)
    written = form.written.data or ""
    return page(
        "surveillance/name_new.html",
        form=form,
        suggested=queries.suggestions(unit, written) if written else (),
        disease_names=queries.code_names(unit),
    )


def _offer(unit: Look, form: ProposalForm) -> None:
    """Offer every disease of the catalogue and every species."""
    diseases = [
        SelectChoice(code, f"{_(word)} {code}", optgroup=_("疫病"))
        for code, word in queries.code_names(unit).items()
    ]
    species = [
        SelectChoice(one.code, f"{_(one.name_zh)} {one.code}", optgroup=_("品种"))
        for one in unit.scalars(reference.all_species(unit))
    ]
    form.code.choices = [
        SelectChoice("", _("请选择")),
        SelectChoice(HELD, _("不在本国名录：只留存")),
        *diseases,
        *species,
    ]


def _proposal(form: ProposalForm) -> Proposal:
    code = form.code.data or ""
    return Proposal(
        written=form.written.data or "",
        grounds=form.grounds.data or "",
        realm=Realm(form.realm.data),
        code=None if code == HELD else code,
        subject=Subject(form.subject.data),
        system=System(form.system.data or ""),
    )
