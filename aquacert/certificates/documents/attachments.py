"""What a certificate's PDF carries along: the signed record in words, and its proofs.

Nothing is in here that the page does not show: the record is the page (docs/record.md).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aquacert.trust.record import Record

FORMAT = "aquacert-certificate/2"
RECORD, CODE, PROOF, SEAL = (
    "certificate.json",
    "certificate.cose",
    "proof.tlog-proof",
    "seal.ses",
)


@dataclass(frozen=True)
class Attachment:
    """One attached file (ISO 19005-3 §6.8): what it is, and how it relates to the page."""

    name: str
    data: bytes
    media_type: str
    relationship: str
    """source, data or supplement (ISO 32000-2 table 43)"""
    description: str

    def for_typst(self) -> dict[str, Any]:
        """Return the attachment as the template reads it."""
        return {
            "name": self.name,
            "data": list(self.data),
            "mime": self.media_type,
            "relationship": self.relationship,
            "description": self.description,
        }


def attachments(
    record: bytes, cose: bytes, proofs: Mapping[str, bytes] | None = None
) -> list[Attachment]:
    """Return what to attach: the record, its code, and those of the proofs that there are."""
    held = proofs or {}
    found = [
        Attachment(RECORD, record_json(record, cose), "application/json", "source", "证明的内容"),
        Attachment(CODE, cose, "application/cose", "data", "二维码所载的签名"),
    ]
    if held.get(PROOF):
        kind = "text/plain"
        found.append(Attachment(PROOF, held[PROOF], kind, "supplement", "公开日志的存在证明"))
    if held.get(SEAL):
        kind = "application/octet-stream"
        found.append(Attachment(SEAL, held[SEAL], kind, "supplement", "GB/T 38540 电子签章"))
    return found


def record_json(record: bytes, cose: bytes) -> bytes:
    """Return `certificate.json`: the record decoded, and the exact bytes that were signed."""
    said = {
        "format": FORMAT,
        "certificate": Record.decode(record).fields(),
        "record_cbor": base64.b64encode(record).decode(),
        "cose_sign1": base64.b64encode(cose).decode(),
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()
