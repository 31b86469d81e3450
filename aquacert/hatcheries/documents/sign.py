"""The sign at a farm's gate as a page of A4: one QR code that a phone reads from two metres."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from aquacert.kernel.typesetting import refuse_missing, typesetter
from aquacert.trust.qr import qr_matrix, qr_svg


@dataclass(frozen=True)
class SignFacts:
    """What the sign shows; `address` is what its code holds."""

    name: str
    place: str
    address: str
    made_on: date
    is_demo: bool


def sign_pdf(facts: SignFacts) -> bytes:
    """Return the sign as PDF; raise `Invalid` for a name that no font can draw."""
    refuse_missing({"name": facts.name})
    content = {
        "name": facts.name,
        "place": facts.place,
        "made_on": facts.made_on.isoformat(),
        "qr": qr_svg(qr_matrix(facts.address), label="申报码"),
        "is_demo": facts.is_demo,
    }
    return typesetter().pdf("farm_sign.typ", {"sign": json.dumps(content)}, is_tagged=True)
