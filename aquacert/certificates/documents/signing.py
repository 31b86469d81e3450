"""The signed certificate: set in type, signed by the vet, sealed by the body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aquacert.certificates.documents.facts import CertificateFacts
from aquacert.certificates.documents.typesetting import hand_pdf, render_certificate
from aquacert.kernel.typesetting import FONTS, seal_pdf
from aquacert.trust.pdf import Box, PdfSigner, Stamp, sign_twice
from aquacert.trust.timestamps import Authority

MILLIMETRE = 72 / 25.4
PAGE_HEIGHT = 297.0
HAND = (62.0, 157.4, 42.0, 13.0)
"""Left, top, width, height in mm on form A: the line after 官方兽医签字."""
SEAL = (135.0, 141.0, 41.0, 41.0)
LOWER_ON_B = 7.5
"""How much lower both stand on form B, mm."""


@dataclass(frozen=True)
class Signers:
    """The two keys a document needs and the root certificates that judge them."""

    vet: PdfSigner
    body: PdfSigner
    roots: Sequence[bytes]
    authority: Authority | None = None
    """who gives timestamps, where one is set"""


def signed_certificate(
    facts: CertificateFacts,
    record: bytes,
    cose: bytes,
    signers: Signers,
    *,
    at: datetime,
    proofs: Mapping[str, bytes] | None = None,
    fonts: Path = FONTS,
) -> bytes:
    """Return the certificate's PDF with both signatures, made at the instant `at`.

    `proofs` are attached by name (attachments.PROOF, attachments.SEAL): after the signatures
    nothing can be attached any more.
    """
    plain = render_certificate(facts, record, cose, proofs=proofs, fonts=fonts)
    vet = Stamp(
        signers.vet,
        box_of(HAND, facts.kind),
        hand_pdf(facts.vet, fonts),
        f"官方兽医签字 {facts.number}",
        f"官方兽医签字：{facts.vet}",
    )
    body = Stamp(
        signers.body,
        box_of(SEAL, facts.kind),
        seal_pdf(facts.body, is_demo=facts.is_demo, fonts=fonts),
        f"动物检疫专用章 {facts.number}（系统生成，无法律效力）",
        f"圆形红色印章：{facts.body}，动物检疫专用章（系统生成，无法律效力）",
    )
    return sign_twice(plain, vet, body, roots=signers.roots, at=at, authority=signers.authority)


def box_of(place: tuple[float, float, float, float], kind: str) -> Box:
    """Return a place on the sheet as a PDF box, in points from the lower left corner."""
    left, top, width, height = place
    if kind == "B":
        top += LOWER_ON_B
    bottom = PAGE_HEIGHT - top - height
    return (
        round(left * MILLIMETRE),
        round(bottom * MILLIMETRE),
        round((left + width) * MILLIMETRE),
        round((bottom + height) * MILLIMETRE),
    )
