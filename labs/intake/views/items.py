"""Doors of one item: its chain of custody, correcting its receipt, putting it away."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.custody.queries import chain, verify_chain
from labs.custody.rules import ACT_WORDS, PUBLIC_FACTS
from labs.intake import queries
from labs.intake.commands import correct_receipt, store_item
from labs.intake.forms import CorrectForm, StoreForm
from labs.intake.queries.care import storage_of
from labs.intake.rules import CARRIER_WORDS, CONDITION_WORDS, ITEM_MOVES, STORAGE_MOVES
from labs.intake.rules.care import PRESERVATION_WORDS
from labs.intake.views.blueprint import bp


@bp.get("/items/<code>")
@allowed(P.LAB_READ)
def item(code: str) -> ResponseReturnValue:
    """One item: its chain, whether the chain holds, and where it lies."""
    return _item(code)


@bp.post("/items/<code>/correct")
@allowed(P.LAB_RECEIVE)
def correct(code: str) -> ResponseReturnValue:
    """Correct how an item came, by a new fact."""
    form = CorrectForm()
    here = url_for(".item", code=code)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            correct_receipt(w, code, form.condition.data or "", form.because.data or "")
            w.reply = here
    return _item(code, correcting=form) if form.wrong else redirect(here)


@bp.post("/items/<code>/store")
@allowed(P.LAB_RECEIVE)
def store(code: str) -> ResponseReturnValue:
    """Put what is left of an item away."""
    form = StoreForm()
    here = url_for(".item", code=code)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            store_item(w, code, form.place.data or "")
            w.reply = here
    return _item(code, storing=form) if form.wrong else redirect(here)


def _item(
    code: str, *, correcting: CorrectForm | None = None, storing: StoreForm | None = None
) -> tuple[str, int]:
    sent = correcting or storing
    with look() as unit:
        row = queries.item_by_code(unit, code)
        html = page(
            "labs/custody_item.html",
            item=row,
            links=chain(unit, row.blind_code),
            breaks=verify_chain(unit, row.blind_code),
            storage=storage_of(unit, row.id),
            acts=ACT_WORDS,
            facts=PUBLIC_FACTS,
            values=_words(),
            words=ITEM_MOVES.words,
            conditions=CONDITION_WORDS,
            storage_words=STORAGE_MOVES.words,
            correcting=correcting or CorrectForm(formdata=None),
            storing=storing or StoreForm(formdata=None),
        )
    return html, sent.status if sent else 200


def _words() -> dict[str, str]:
    """Return the words for values that links keep as codes."""
    known = (CONDITION_WORDS, CARRIER_WORDS, PRESERVATION_WORDS)
    found = {str(code): word for table in known for code, word in table.items()}
    return found | {"taken_back": "登记撤回"}
