"""JSON door of public verification: the same judgement as the page, the same masking."""

from __future__ import annotations

import time

from flask import Blueprint, Response

from aquacert.http.api import answer
from aquacert.http.gates import open_to_all
from aquacert.kernel.errors import NotFound, TooMany
from aquacert.trust.qr import is_public_id, tidy_code
from aquacert.verification.documents.english import speaker
from aquacert.verification.documents.sheet import facts_of
from aquacert.verification.views import caller, desk

bp = Blueprint("verification_api", __name__, url_prefix="/api/v1/verification")
SHOWN = (
    "number",
    "kind",
    "species",
    "species_code",
    "quantity",
    "plate",
    "origin",
    "origin_code",
    "destination",
    "destination_code",
    "body",
    "vet_number",
    "status_list",
    "status_index",
    "digest",
    "is_demo",
)


@bp.get("/certificates/<public_id>")
@open_to_all("任何人都可以查验检疫证明")
def certificate(public_id: str) -> Response:
    """Return the verdict on one certificate, proved here and now, with its public facts."""
    here, code = desk(), tidy_code(public_id)
    if here.missed.is_dry(caller(), time.monotonic()):
        raise TooMany("查得太快了，请过一分钟再查。")
    found = here.pages.judged(code) if is_public_id(code) else None
    if found is None:
        here.missed.allows(caller(), time.monotonic())
        raise NotFound("查无此证。请核对编号，或重新扫码。")
    body: dict[str, object] = {
        "public_id": code,
        "verdict": found.verdict.value,
        "proof": found.proof.value,
        "judged_at": found.now,
        "successor": found.successor or None,
    }
    if found.record is not None:
        facts = facts_of(found.record, found.digest, "zh_CN", speaker("zh_CN"))
        body |= {name: getattr(facts, name) for name in SHOWN}
        body |= {
            "unit": found.record.unit,
            "issued_at": found.record.issued,
            "valid_until": found.record.ends,
        }
    return answer(body)
