"""Recipients of our data at the desk: register, change, look at what would be sent, send it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.outbound import check_reachable
from aquacert.kernel.permissions import P
from aquacert.surveillance.commands.deliveries import keep_recipient, planned, prepare
from aquacert.surveillance.forms import EmptyForm
from aquacert.surveillance.forms.giveback import RecipientForm
from aquacert.surveillance.models.deliveries import Recipient
from aquacert.surveillance.queries.giveback import deliveries
from aquacert.surveillance.rules.giving import SPANS, periods_back
from aquacert.surveillance.views.blueprint import bp
from aquacert.surveillance.views.giveback import SHOWN, asked, words


@bp.route("/recipients/new", methods=["GET", "POST"])
@allowed(P.GIVEBACK_KEEP)
def recipient_new() -> ResponseReturnValue:
    """Register a recipient."""
    return _kept(RecipientForm(), None)


@bp.route("/recipients/<uuid:recipient_id>/change", methods=["GET", "POST"])
@allowed(P.GIVEBACK_KEEP)
def recipient_change(recipient_id: UUID) -> ResponseReturnValue:
    """Change a recipient; its token is never shown."""
    with look() as unit:
        row = unit.get(Recipient, recipient_id)
    if request.method == "POST":
        return _kept(RecipientForm(), row)
    form = RecipientForm(
        data={
            "name": row.name,
            "product": row.product,
            "address": row.address,
            "is_on": row.is_on,
            "codes": "\n".join(f"{ours},{theirs}" for ours, theirs in sorted(row.codes.items())),
        }
    )
    return _kept(form, row)


def _kept(form: RecipientForm, row: Recipient | None) -> ResponseReturnValue:
    if form.validate_on_submit():
        with form.catching():
            _judged(form)
            with work(once=form.key()) as w:
                kept = keep_recipient(w, form.said(), row.id if row else None)
                w.reply = url_for(".recipient_show", recipient_id=kept)
        if not form.wrong:
            flash(_("已保存。"), "ok")
            return redirect(w.reply or url_for(".giveback"))
    return page("surveillance/recipient_form.html", form=form, row=row), form.status


def _judged(form: RecipientForm) -> None:
    """Refuse an address that leads inside today; asked before any transaction is open."""
    try:
        allow = house().settings.allow_private_fetch
        check_reachable(form.address.data or "", allow_private=allow)
    except Invalid as error:
        raise Invalid(error.sentence, address=error.sentence) from None


@bp.get("/recipients/<uuid:recipient_id>")
@allowed(P.GIVEBACK_KEEP)
def recipient_show(recipient_id: UUID) -> ResponseReturnValue:
    """One recipient: choose a period, and what was sent before."""
    with look() as unit:
        return page(
            "surveillance/recipient.html",
            row=unit.get(Recipient, recipient_id),
            pages=unit.pages(deliveries(unit, recipient_id), request.args.get("page", 1, type=int)),
            periods={span: periods_back(unit.today, span) for span in SPANS},
            **words(),
        )


@bp.get("/recipients/<uuid:recipient_id>/send")
@allowed(P.GIVEBACK_KEEP)
def recipient_send(recipient_id: UUID) -> ResponseReturnValue:
    """Show every item that would be sent: new, changed, taken back; nothing is sent yet."""
    with look() as unit:
        row = unit.get(Recipient, recipient_id)
        choice = asked(row.product)
        found = planned(unit, row, choice)
        return page(
            "surveillance/recipient_send.html",
            row=row,
            choice=choice,
            found=found,
            shown=found.items[:SHOWN],
            form=EmptyForm(formdata=None),
            **words(),
        )


@bp.post("/recipients/<uuid:recipient_id>/send")
@allowed(P.GIVEBACK_KEEP)
def recipient_sent(recipient_id: UUID) -> ResponseReturnValue:
    """Put it in the queue; it leaves within a minute."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        row = w.get(Recipient, recipient_id)
        delivery_id = prepare(w, recipient_id, asked(row.product))
        w.reply = url_for(".delivery_show", delivery_id=delivery_id)
    flash(_("已排队，一分钟内发送。"), "ok")
    return redirect(w.reply)
