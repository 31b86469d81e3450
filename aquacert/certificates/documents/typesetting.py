"""A certificate's facts in, PDF bytes out; the compiler and the fonts are the kernel's.

The same facts give the same bytes: the document's date is the instant of issue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from aquacert.certificates.documents.attachments import attachments
from aquacert.certificates.documents.facts import CertificateFacts
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.typesetting import FONTS, SEAL_NOTE, STANDARD, refuse_missing, typesetter
from aquacert.trust.qr import qr_matrix, qr_svg


@dataclass(frozen=True)
class Reprint:
    """A further printing of an issued certificate: a copy, and said to be one."""

    ordinal: int
    """1 for the first copy"""
    at: datetime

    def for_typst(self) -> dict[str, str]:
        """Return what the page says of it."""
        return {
            "ordinal": str(self.ordinal),
            "at": f"{self.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        }


def render_certificate(
    facts: CertificateFacts,
    record: bytes,
    cose: bytes,
    *,
    is_draft: bool = False,
    proofs: Mapping[str, bytes] | None = None,
    reprint: Reprint | None = None,
    fonts: Path = FONTS,
) -> bytes:
    """Return the certificate as PDF/A-3b, not yet signed, with record, code and proofs attached.

    A reprint is marked 副本 with its count and carries no attachment: the original is the signed
    file. Raise `Invalid` naming the characters when a text has one that no font can draw.
    """
    refuse_missing(facts.texts(), fonts)
    carried = [] if reprint else attachments(record, cose, proofs)
    inputs = {
        "facts": json.dumps(_for_print(facts, reprint), ensure_ascii=False, sort_keys=True),
        "attachments": json.dumps([one.for_typst() for one in carried]),
        "draft": "1" if is_draft else "",
    }
    return typesetter(fonts).pdf("certificate.typ", inputs, standard=STANDARD, is_tagged=True)


@lru_cache(maxsize=256)
def hand_pdf(vet: str, fonts: Path = FONTS) -> bytes:
    """Return the vet's name in Kai as a one-page PDF, the appearance of the vet's signature."""
    return typesetter(fonts).pdf("hand.typ", {"vet": vet})


def _for_print(facts: CertificateFacts, reprint: Reprint | None) -> dict[str, Any]:
    row = asdict(facts)
    del row["issued"]
    row["date"] = list(facts.issued.astimezone(UTC).timetuple()[:6])
    row["qr"] = qr_svg(qr_matrix(facts.qr_url))
    row["verify_alt"] = facts.qr_url.partition("#")[0]
    row["seal_note"] = SEAL_NOTE
    row["reprint"] = None if reprint is None else reprint.for_typst()
    return row
