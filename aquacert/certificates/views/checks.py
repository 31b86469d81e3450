"""Doors of the check: the last run, its counts, what is open, and answering for it."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.certificates.checks import commands, queries
from aquacert.certificates.forms import ReasonForm
from aquacert.certificates.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.permissions import P


@bp.get("/checks")
@allowed(P.AUDIT_READ)
def checks() -> ResponseReturnValue:
    """The last check of everything issued, and what is open of it."""
    return _page(ReasonForm(formdata=None))


@bp.post("/checks/<uuid:finding_id>/settle")
@allowed(P.FINDING_SETTLE)
def settle(finding_id: UUID) -> ResponseReturnValue:
    """Answer for a finding that was looked into."""
    form = ReasonForm()
    if form.validate():
        try:
            with form.catching(), work(once=form.key()) as w:
                commands.settle(w, finding_id, form.because.data or "")
                w.reply = url_for(".checks")
            if not form.wrong:
                return redirect(url_for(".checks"))
        except NotAllowedNow as error:
            form.form_errors.append(error.sentence)
    return _page(form), 422


def _page(form: ReasonForm) -> str:
    with look() as unit:
        run = queries.last_run(unit)
        return page(
            "certificates/checks.html",
            run=run,
            counts=queries.counts_of(run) if run else [],
            pages=queries.finding_lines(unit, request.args.get("page", 1, type=int)),
            form=form,
        )
