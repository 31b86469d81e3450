"""The lists of items: where each open one stands, how long, and whether any fell between them."""

from flask import request
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.intake.queries.lists import (
    ageing,
    counts,
    long_in_transit,
    unlisted,
    waiting,
)
from labs.intake.rules.lists import AGES, LIST_WORDS, OPEN, Listed
from labs.intake.views.blueprint import bp


@bp.get("/lists")
@allowed(P.LAB_READ)
def lists() -> ResponseReturnValue:
    """One list of items, the longest waiting first, with every list's count."""
    asked = request.args.get("list", "")
    listed = Listed(asked) if asked in set(Listed) else OPEN[0]
    with look() as unit:
        return page(
            "labs/receive_lists.html",
            listed=listed,
            lines=waiting(unit, listed),
            counts=counts(unit),
            ages=[(days, sum(ageing(unit, days).values())) for days in AGES],
            late=long_in_transit(unit),
            lost=unlisted(unit),
            words=LIST_WORDS,
        )
