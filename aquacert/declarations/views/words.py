"""Questions and answers on a declaration."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands import say
from aquacert.declarations.forms.desk import WordsForm
from aquacert.declarations.queries import declaration
from aquacert.declarations.views.blueprint import bp
from aquacert.declarations.views.desk import show_page
from aquacert.declarations.views.owner import show_own
from aquacert.http.gates import allowed, look, work
from aquacert.kernel.permissions import P


@bp.post("/<uuid:declaration_id>/words")
@allowed(P.DECLARATION_DECLARE, P.DECLARATION_ACCEPT, P.INSPECTION_READ)
def ask_or_answer(declaration_id: UUID) -> ResponseReturnValue:
    """Ask or answer on a declaration that was sent."""
    form = WordsForm()
    if form.validate_on_submit():
        with form.keeping():
            with work(once=form.key()) as w:
                say(w, declaration_id, form.words.data or "")
                here = w.reply = url_for(".show", declaration_id=declaration_id) + "#words"
            flash(_("已发出"))
            return redirect(here)
    with look() as unit:
        paper = declaration(unit, declaration_id)
        is_own = paper.organisation_id == unit.actor.organisation_id
        shown = show_own(unit, paper, form) if is_own else show_page(unit, paper, form)
    return shown, form.status
