"""Data given back at the desk: choose, look at the counts, download; deliveries and their answers."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.surveillance.commands.deliveries import again_of, resend
from aquacert.surveillance.documents.giveback import NOTES
from aquacert.surveillance.forms import EmptyForm
from aquacert.surveillance.models.deliveries import Delivery, Recipient
from aquacert.surveillance.queries.giveback import (
    Choice,
    chosen,
    deliveries,
    items_of,
    made,
    recipients,
)
from aquacert.surveillance.rules.giving import (
    ELEMENT_WORDS,
    ITEM_WORDS,
    PRODUCT_WORDS,
    SPANS,
    STATE_WORDS,
    Element,
    Product,
    State,
    periods_back,
)
from aquacert.surveillance.rules.periods import SPAN_WORDS, Span
from aquacert.surveillance.views.blueprint import bp

SHOWN = 200
FORMS = ("xlsx", "csv", "docx")
QUARTER = Span.QUARTER


@bp.get("/giveback")
@allowed(P.GIVEBACK_KEEP)
def giveback() -> ResponseReturnValue:
    """Choose what and which period; with a choice: its counts, its ids, and where it may go."""
    wrong, choice, found = "", None, None
    with look() as unit:
        periods = {span: periods_back(unit.today, span) for span in SPANS}
        if request.args.get("period"):
            try:
                choice = asked()
                found = made(unit, choice)
            except Invalid as error:
                wrong = error.sentence
        status = 422 if wrong else 200
        return page(
            "surveillance/giveback.html",
            wrong=wrong,
            choice=choice,
            made=found,
            totals=[(word, found.facts.total(e)) for e, (word, _n) in ELEMENT_WORDS.items()]
            if found
            else [],
            shown=found.items[:SHOWN] if found else (),
            periods=periods,
            recipients=recipients(unit),
            **words(),
        ), status


@bp.get("/giveback/file")
@allowed(P.GIVEBACK_KEEP)
def giveback_file() -> ResponseReturnValue:
    """Download the file of a choice; ?form= xlsx, csv or docx of the quarter table."""
    with look() as unit:
        found = made(unit, asked(), form=request.args.get("form", ""))
    return send_file(
        io.BytesIO(found.data),
        mimetype=found.media_type,
        as_attachment=True,
        download_name=found.name,
    )


@bp.get("/deliveries")
@allowed(P.GIVEBACK_KEEP)
def deliveries_index() -> ResponseReturnValue:
    """Every delivery with what became of it."""
    with look() as unit:
        pages = unit.pages(deliveries(unit), request.args.get("page", 1, type=int))
        names = {one.id: one.name for one in recipients(unit)}
        return page("surveillance/deliveries.html", pages=pages, names=names, **words())


@bp.get("/deliveries/<uuid:delivery_id>")
@allowed(P.GIVEBACK_KEEP)
def delivery_show(delivery_id: UUID) -> ResponseReturnValue:
    """One delivery item by item; ?key= (several) shows first what sending again would send."""
    keys = [one for one in request.args.getlist("key") if one]
    with look() as unit:
        row = unit.get(Delivery, delivery_id)
        again = [] if row.state == State.WAITING.value else again_of(unit, delivery_id, keys)
        return page(
            "surveillance/delivery.html",
            row=row,
            recipient=unit.get(Recipient, row.recipient_id),
            pages=unit.pages(
                items_of(unit, delivery_id), request.args.get("page", 1, type=int), 100
            ),
            keys=keys,
            again=again,
            form=EmptyForm(formdata=None),
            **words(),
        )


@bp.post("/deliveries/<uuid:delivery_id>/again")
@allowed(P.GIVEBACK_KEEP)
def delivery_again(delivery_id: UUID) -> ResponseReturnValue:
    """Send items again: those named, else all that were not sent anew since."""
    form = EmptyForm()
    keys = [one for one in request.form.getlist("key") if one]
    with work(once=form.key()) as w:
        fresh = resend(w, delivery_id, keys)
        w.reply = url_for(".delivery_show", delivery_id=fresh)
    flash(_("已排队，一分钟内发送。"), "ok")
    return redirect(w.reply)


def asked(product: str = "") -> Choice:
    """Return the choice that the address names."""
    args = request.args
    return chosen(
        product or args.get("product", ""), args.get("period", ""), args.get("span", "month")
    )


def words() -> dict[str, object]:
    """Return the words that every page of giving back needs."""
    return {
        "products": {one.value: word for one, word in PRODUCT_WORDS.items()},
        "spans": {one.value: SPAN_WORDS[one] for one in SPANS},
        "states": {one.value: pair for one, pair in STATE_WORDS.items()},
        "item_states": {one.value: pair for one, pair in ITEM_WORDS.items()},
        "elements": {one.value: ELEMENT_WORDS[one][0] for one in Element},
        "forms": FORMS,
        "notes": NOTES,
        "qaad": Product.QAAD.value,
        "quarter": QUARTER,
    }
