"""Doors of the stop switch: what stands still, halt, resume."""

from __future__ import annotations

from uuid import UUID

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape
from wtforms.fields.choices import SelectChoice

from aquacert.certificates.forms import HaltForm, ReasonForm
from aquacert.certificates.switches import commands, queries
from aquacert.certificates.views.blueprint import bp
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotAllowed, NotAllowedNow
from aquacert.kernel.permissions import P

WATCHERS = (P.CERTIFICATE_ISSUE, P.ISSUING_HALT, P.NUMBERS_READ)


class Switch:
    """The words beside the switch in the frame, asked only when a desk page draws them."""

    def __html__(self) -> str:
        """Return 出证开关：正常, or what stands; a link for whoever may turn it."""
        with look() as unit:
            state = queries.switch_words(unit)
        words = escape(_("出证开关：%(state)s", state=_(state)))
        if not current_actor().may(P.ISSUING_HALT):
            return str(words)
        return str(Markup('<a href="{}">{}</a>').format(url_for("certificates.switches"), words))


def furnish(app: Flask) -> None:
    """Give the desk's frame its line about the switch."""

    @app.context_processor
    def switch() -> dict[str, Switch]:
        actor = current_actor()
        return {"issuing_switch": Switch()} if any(actor.may(p) for p in WATCHERS) else {}


@bp.get("/switches")
@allowed(P.ISSUING_HALT)
def switches() -> ResponseReturnValue:
    """What stands still, since when, why; and the form that halts."""
    return _page(_offer(HaltForm(formdata=None)))


@bp.post("/switches/halt")
@allowed(P.ISSUING_HALT)
def halt() -> ResponseReturnValue:
    """Halt issuing in a place of one's own."""
    form = _offer(HaltForm())
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.halt(w, form.place.data, form.because.data or "")
            w.reply = url_for(".switches")
        if not form.wrong:
            return redirect(url_for(".switches"))
    return _page(form), 422


@bp.post("/switches/<uuid:halt_id>/resume")
@allowed(P.ISSUING_HALT)
def resume_issuing(halt_id: UUID) -> ResponseReturnValue:
    """Let issuing go on."""
    form = ReasonForm()
    if form.validate():
        try:
            with form.catching(), work(once=form.key()) as w:
                commands.resume(w, halt_id, form.because.data or "")
                w.reply = url_for(".switches")
            if not form.wrong:
                return redirect(url_for(".switches"))
        except (NotAllowed, NotAllowedNow) as error:
            form.form_errors.append(error.sentence)
    return _page(_offer(HaltForm(formdata=None)), form), 422


def _page(form: HaltForm, resuming: ReasonForm | None = None) -> str:
    with look() as unit:
        lines = queries.halts(unit)
    return page(
        "certificates/switches.html",
        form=form,
        resuming=resuming or ReasonForm(formdata=None),
        lines=[line for line in lines if line.ended_at is None],
        past=[line for line in lines if line.ended_at is not None],
    )


def _offer(form: HaltForm) -> HaltForm:
    with look() as unit:
        form.place.choices = [SelectChoice(*pair) for pair in queries.place_choices(unit)]
    return form
