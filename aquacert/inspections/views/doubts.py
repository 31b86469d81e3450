"""Settling two opposite verdicts of one batch."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, work
from aquacert.inspections.commands.doubts import settle_doubt
from aquacert.inspections.forms.visit import DoubtForm
from aquacert.inspections.rules import Act
from aquacert.inspections.views.blueprint import INSPECT, bp
from aquacert.inspections.views.checkpage import check_page


@bp.post("/checks/<uuid:check_id>/doubt")
@allowed(INSPECT)
def doubt(check_id: UUID) -> ResponseReturnValue:
    """Let one of two verdicts stand."""
    form = DoubtForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            settle_doubt(w, check_id, Act(form.stands.data), form.because.data or "")
            w.reply = url_for(".check", check_id=check_id)
        if not form.wrong:
            flash(_("已选定，记录在案"))
            return redirect(url_for(".check", check_id=check_id))
    return check_page(check_id, doubt=form)
