"""The page behind the QR code, however a chat app or a person left its address."""

from __future__ import annotations

import re
import time
from urllib.parse import unquote

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.certificates import queries as certificates
from aquacert.http.gates import house, look, open_to_all, signed_in
from aquacert.kernel.errors import NotFound
from aquacert.trust.qr import is_public_id, tidy_code
from aquacert.verification.documents.page import middle
from aquacert.verification.documents.spoken import unknown_sheet
from aquacert.verification.rules.verdict import Verdict
from aquacert.verification.views.desk import (
    OPEN,
    TOO_FAST,
    bp,
    caller,
    desk,
    language,
    send,
    send_form,
)

ENDS_ID = re.compile(r"[#?&/\s]")
TWICE = 2
WAYS = frozenset({"files", "log", "place"})


def tidy_id(text: str) -> str:
    """Return the page id in what reached us: encoded again, with the fragment or words behind it.

    Never raises; what is no id comes back as no id.
    """
    for _ in range(TWICE):
        text = unquote(text)
    return tidy_code(ENDS_ID.split(text.strip(), maxsplit=1)[0])


@bp.get("/c/<public_id>")
@bp.get("/C/<public_id>", endpoint="upper_case")
@open_to_all(OPEN)
def certificate(public_id: str) -> ResponseReturnValue:
    """Answer a scanned code; extra query words and small letters are no hindrance."""
    here, lang = desk(), language()
    code = public_id if is_public_id(public_id) else tidy_id(public_id)
    if not is_public_id(code):
        unknown = middle(unknown_sheet(lang), lang)
        return send(here.pages.dress(Verdict.UNKNOWN, unknown, lang), lang)
    if request.args.get("to") in WAYS:
        return redirect(_way(request.args["to"], code), code=303)
    if here.missed.is_dry(caller(), time.monotonic()):
        return send_form(lang, TOO_FAST, status=429)
    answer = here.pages.answer(code, lang)
    if answer.verdict is Verdict.UNKNOWN:
        here.missed.allows(caller(), time.monotonic())
    elif request.method == "GET":
        house().tally.count("scans", code)
    return send(answer, lang)


@bp.get("/c/<public_id>/files")
@signed_in
def files(public_id: str) -> ResponseReturnValue:
    """Lead somebody signed in from the public page to the certificate with its documents."""
    with look() as unit:
        found = certificates.by_public_id(unit, tidy_id(public_id))
    if found is None:
        raise NotFound("查无此证。请核对编号，或重新扫码。")
    return redirect(url_for("certificates.show", certificate_id=found.certificate_id), code=303)


def _way(to: str, code: str) -> str:
    """Return where a page's relative link leads."""
    return f"/c/{code}.tlog-proof" if to == "log" else f"/c/{code}/{to}"
