"""Express reports (疫情快报) on officials' desks: the list, one report, taking it up, closing it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.accounts import queries as accounts
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.express import close_express, receive_express
from aquacert.surveillance.forms import EmptyForm, OutcomeForm
from aquacert.surveillance.queries.express import events_of, express_report, express_reports
from aquacert.surveillance.rules.express import OUTCOME_WORDS, STATE_WORDS, Outcome, State
from aquacert.surveillance.views.blueprint import bp


@bp.get("/express")
@allowed(P.EXPRESS_READ)
def express() -> ResponseReturnValue:
    """Express reports of this person's places, those that wait first."""
    words = request.args.get("q", "")
    with look() as unit:
        pages = unit.pages(express_reports(unit, words), request.args.get("page", 1, type=int))
        codes = {str(code) for row in pages.items for code in row.diseases}
        return page(
            "surveillance/express.html",
            pages=pages,
            q=words,
            names={code: reference.disease(unit, code).name_zh for code in codes},
            species={
                row.species_code: reference.species(unit, row.species_code).name_zh
                for row in pages.items
            },
            states=STATE_WORDS,
            outcomes=OUTCOME_WORDS,
        )


@bp.get("/express/<uuid:express_id>")
@allowed(P.EXPRESS_READ)
def express_show(express_id: UUID) -> ResponseReturnValue:
    """One express report."""
    return _page(express_id, _form(express_id, blank=True))


@bp.post("/express/<uuid:express_id>/receive")
@allowed(P.EXPRESS_RECEIVE)
def express_receive(express_id: UUID) -> ResponseReturnValue:
    """Take a report up."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        receive_express(w, express_id)
        w.reply = url_for(".express_show", express_id=express_id)
    flash(_("已签收，请尽快到场核查。"), "ok")
    return redirect(w.reply)


@bp.post("/express/<uuid:express_id>/close")
@allowed(P.ZONE_KEEP)
def express_close(express_id: UUID) -> ResponseReturnValue:
    """Close a report with what came of it, disease by disease where several were suspected."""
    form = _form(express_id)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            sure = form.confirmed.data if len(form.confirmed.choices) > 1 else None
            close_express(w, express_id, Outcome(form.outcome.data), form.basis.data or "", sure)
            w.reply = url_for(".express_show", express_id=express_id)
        if not form.wrong:
            flash(_("已办结，疫情事件同时更新。"), "ok")
            return redirect(url_for(".express_show", express_id=express_id))
    return _page(express_id, form)


def _form(express_id: UUID, *, blank: bool = False) -> OutcomeForm:
    """Return the form with the diseases of this report to choose from."""
    form = OutcomeForm(formdata=None) if blank else OutcomeForm()
    with look() as unit:
        codes = [str(code) for code in express_report(unit, express_id).diseases]
        names = [(code, reference.disease(unit, code).name_zh) for code in codes]
    form.confirmed.choices = [SelectChoice(code, _(name)) for code, name in names]
    return form


def _page(express_id: UUID, form: OutcomeForm) -> ResponseReturnValue:
    with look() as unit:
        row = express_report(unit, express_id)
        html = page(
            "surveillance/express_show.html",
            row=row,
            form=form,
            empty=EmptyForm(),
            species=reference.species(unit, row.species_code).name_zh,
            names=[_(reference.disease(unit, str(code)).name_zh) for code in row.diseases],
            farm=accounts.organisation(unit, row.organisation_id).name_zh,
            events=events_of(unit, row),
            states=STATE_WORDS,
            outcomes=OUTCOME_WORDS,
            is_closed=row.state == State.CLOSED.value,
        )
    return html, form.status
