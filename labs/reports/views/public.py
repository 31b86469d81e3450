"""The page behind a report's QR code: no sign-in, nothing of the farm, no person."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import house, open_to_all
from aquacert.http.pages import page
from aquacert.trust.qr import is_public_id, tidy_code
from labs.bench.rules import OUTCOME_WORDS
from labs.reports import queries
from labs.reports.rules import MOVES
from labs.reports.views.blueprint import public

OPEN = "a report's address holds 50 random bits; its page shows the blind code and no farm"


@public.get("/<public_id>")
@open_to_all(OPEN)
def show(public_id: str) -> ResponseReturnValue:
    """Whether the report still stands, what was tested, and whether the signature is good."""
    code = tidy_code(public_id)
    if code != public_id and is_public_id(code):
        return redirect(url_for(".show", public_id=code))
    found = None
    if is_public_id(code):
        with house().database.look() as unit:
            found = queries.public_report(unit, house().keys, code)
    html = page(
        "labs/report_public.html",
        report=found,
        public_id=code,
        outcomes=OUTCOME_WORDS,
        words=MOVES.words,
    )
    return (html, 200) if found else (html, 404)
