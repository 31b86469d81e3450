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
    refuse_declaration,
)
from aquacert.declarations.forms import (
    AcceptForm,
    AnswerForm,
    AssignForm,
    CloseForm,
    RefuseForm,
    choices,
)
from aquacert.declarations.forms.desk import OnceForm
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.office import vet_choices
from aquacert.declarations.views.blueprint import bp
from aquacert.declarations.views.desk import queue_page, show_page
from aquacert.http.gates import allowed, look, work
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.rules.dates import Side, read_moment


@bp.post("/<uuid:declaration_id>/accept")
@allowed(P.DECLARATION_ACCEPT)
def accept(declaration_id: UUID) -> ResponseReturnValue:
    """Accept with the planned visit, and the vet when one is chosen."""
    form = AcceptForm()
    with look() as unit:
        paper = declaration(unit, declaration_id)
        form.vet_id.choices = choices([("", ""), *vet_choices(unit, paper)])
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                accept_declaration(
                    w,
                    declaration_id,
                    visit_at=_moment(w, form.visit_at.data),
                    visit_place=form.visit_place.data or "",
                    vet_id=UUID(form.vet_id.data) if form.vet_id.data else None,
                    seen_at=_seen(form),
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
                    seen_at=_seen(form),
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
                    seen_at=_seen(form),
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
        form.vet_id.choices = choices(vet_choices(unit, paper))
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


def _moment(w: Work, text: str | None) -> datetime | None:
    """Return the planned instant, None when empty; a wrong one is `Invalid` at its field."""
    if not text or not text.strip():
        return None
    return read_moment(text, w.today, "visit_at", Side.AHEAD)


def _seen(form: AnswerForm) -> datetime | None:
    """Return the declarant's last change that the page showed; None where it says nothing."""
    try:
        said = datetime.fromisoformat(form.seen.data or "")
    except ValueError:
        return None
    return said if said.tzinfo else None
