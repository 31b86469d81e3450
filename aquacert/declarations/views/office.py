"""The office's answers: accept, supplement, refuse, assign, close."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands import (
    accept_declaration,
    ask_supplement,
    assign_vet,
    close_declaration,
    plan_visit,
    refuse_declaration,
)
from aquacert.declarations.forms import (
    AcceptForm,
    AssignForm,
    CloseForm,
    RefuseForm,
)
from aquacert.declarations.forms.desk import OnceForm, VisitForm
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.office import vets_here
from aquacert.declarations.views.blueprint import bp
from aquacert.declarations.views.desk import queue_page, show_page
from aquacert.declarations.views.panel import vet_options
from aquacert.http.gates import allowed, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.rules.dates import Side, read_moment


@bp.post("/<uuid:declaration_id>/accept")
@allowed(P.DECLARATION_ACCEPT)
def accept(declaration_id: UUID) -> ResponseReturnValue:
    """Accept with the planned visit, and the vet when one is chosen."""
    form = AcceptForm()
    with look() as unit:
        paper = declaration(unit, declaration_id)
        form.vet_id.choices = [("", ""), *vet_options(vets_here(unit, paper))]
    if form.validate_on_submit():
        with form.catching():
            ask_time(form)
            with work(once=form.key()) as w:
                accept_declaration(
                    w,
                    declaration_id,
                    visit_at=moment(w, form.visit_at.data),
                    visit_place=form.visit_place.data or "",
                    vet_id=UUID(form.vet_id.data) if form.vet_id.data else None,
                    seen_at=seen_in(form.seen.data),
                )
                here = w.reply = url_for(".show", declaration_id=declaration_id)
            flash(_("已受理，受理单已出具"))
            return redirect(here)
    return queue_page(form, declaration_id, "accept"), 422


@bp.post("/<uuid:declaration_id>/supplement-request")
@allowed(P.DECLARATION_ACCEPT)
def ask(declaration_id: UUID) -> ResponseReturnValue:
    """Say once what is missing."""
    form = OnceForm()
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                ask_supplement(
                    w,
                    declaration_id,
                    items=form.items.data or (),
                    note=form.note.data or "",
                    sure=bool(form.sure.data),
                    seen_at=seen_in(form.seen.data),
                )
                here = w.reply = url_for(".show", declaration_id=declaration_id)
            flash(_("已一次性告知，时限停表"))
            return redirect(here)
    return queue_page(form, declaration_id, "supplement"), 422


@bp.post("/<uuid:declaration_id>/refuse")
@allowed(P.DECLARATION_ACCEPT)
def refuse(declaration_id: UUID) -> ResponseReturnValue:
    """Refuse on a lawful ground."""
    form = RefuseForm()
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                refuse_declaration(
                    w,
                    declaration_id,
                    ground=form.ground.data or "",
                    reason=form.reason.data or "",
                    seen_at=seen_in(form.seen.data),
                )
                here = w.reply = url_for(".show", declaration_id=declaration_id)
            flash(_("已出具不予受理通知书"))
            return redirect(here)
    return queue_page(form, declaration_id, "refuse"), 422


@bp.post("/<uuid:declaration_id>/assign")
@allowed(P.DECLARATION_ASSIGN)
def assign(declaration_id: UUID) -> ResponseReturnValue:
    """Send an official vet, or another one."""
    form = AssignForm()
    with look() as unit:
        paper = declaration(unit, declaration_id)
        form.vet_id.choices = vet_options(vets_here(unit, paper))
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                assign_vet(w, declaration_id, UUID(form.vet_id.data), form.because.data or "")
                here = w.reply = url_for(".show", declaration_id=declaration_id)
            flash(_("已派官方兽医"))
            return redirect(here)
    with look() as unit:
        return show_page(unit, declaration(unit, declaration_id), form), 422


@bp.post("/<uuid:declaration_id>/close")
@allowed(P.DECLARATION_ACCEPT)
def close(declaration_id: UUID) -> ResponseReturnValue:
    """End an accepted declaration that gets no certificate."""
    form = CloseForm()
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                close_declaration(w, declaration_id, form.because.data or "")
                here = w.reply = url_for(".show", declaration_id=declaration_id)
            flash(_("已办结"))
            return redirect(here)
    with look() as unit:
        return show_page(unit, declaration(unit, declaration_id), form), 422


@bp.post("/<uuid:declaration_id>/visit")
@allowed(P.DECLARATION_ACCEPT, P.DECLARATION_ASSIGN)
def visit(declaration_id: UUID) -> ResponseReturnValue:
    """Say when the official vet comes, or say it anew."""
    form = VisitForm()
    if form.validate_on_submit():
        with form.keeping():
            with work(once=form.key()) as w:
                at = moment(w, form.visit_at.data)
                if at is None:
                    raise Invalid(
                        "请填到场时间。", visit_at="请填到场时间，例如 2026-05-12 13:30。"
                    )
                plan_visit(w, declaration_id, visit_at=at, visit_place=form.visit_place.data or "")
                here = w.reply = url_for(".show", declaration_id=declaration_id)
            flash(_("到场时间已定，已告知货主和兽医"))
            return redirect(here)
    with look() as unit:
        return show_page(unit, declaration(unit, declaration_id), form), form.status


def ask_time(form: AcceptForm) -> None:
    """Ask once when no time of the visit is written: the form says 拟派员于__年__月__日."""
    if not (form.visit_at.data or "").strip() and not form.untimed.data:
        sentence = "到场时间还没填，仍要出具？填上时间，或勾“到场时间待定，先出具”。"
        raise Invalid("到场时间还没填。", visit_at=sentence)


def moment(look: Look, text: str | None) -> datetime | None:
    """Return the planned instant, None when empty; a wrong one is `Invalid` at its field."""
    if not text or not text.strip():
        return None
    return read_moment(text, look.today, "visit_at", Side.AHEAD)


def seen_in(text: str | None) -> datetime | None:
    """Return the declarant's last change that the page showed; None where it says nothing."""
    try:
        said = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return said if said.tzinfo else None
