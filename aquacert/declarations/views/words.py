"""Questions and answers on a declaration."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands import say
from aquacert.declarations.forms import ActForm
from aquacert.declarations.views.blueprint import bp
from aquacert.http.gates import allowed, work
from aquacert.kernel.permissions import P


@bp.post("/<uuid:declaration_id>/words")
@allowed(P.DECLARATION_DECLARE, P.DECLARATION_ACCEPT, P.INSPECTION_READ)
def ask_or_answer(declaration_id: UUID) -> ResponseReturnValue:
    """Ask or answer on a declaration that was sent."""
    form = ActForm()
    with work(once=form.key()) as w:
        say(w, declaration_id, request.form.get("words", ""))
        here = w.reply = url_for(".show", declaration_id=declaration_id) + "#words"
    flash(_("已发出"))
    return redirect(here)
