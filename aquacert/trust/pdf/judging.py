"""Judging a certificate's PDF: by validation of what is in it, never by trust in who wrote it.

`verify_pdf` needs no database and no network. It answers with a report, or raises `Refused` with
the reason; a stranger's bytes lead to nothing else.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aquacert.trust.errors import Refused, Why
from aquacert.trust.pdf.checks import attachments_of, exact_contents, judged, stamps_of
from aquacert.trust.pdf.levels import Level, PdfSignature, PdfTimestamp
from aquacert.trust.pdf.longterm import lasts
from aquacert.trust.pdf.signing import BODY_FIELD, VET_FIELD

__all__ = ["MOST_BYTES", "Level", "PdfReport", "PdfSignature", "PdfTimestamp", "verify_pdf"]

MOST_BYTES = 8_000_000
"""A certificate's PDF is 0.15 MB, with twenty years of timestamps under 1 MB."""
MOST_SIGNATURES = 60
"""Signatures and timestamps in one file; more is no certificate, but work for its judge."""
CODE, RECORD, PROOF, SEAL = (
    "certificate.cose",
    "certificate.json",
    "proof.tlog-proof",
    "seal.ses",
)
for _name in ("pyhanko", "pyhanko_certvalidator"):
    # What they find wrong is our answer; their tracebacks of it are not for the console.
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Evidence:
    """What a judge brings along. All DER."""

    roots: Sequence[bytes]
    """whose signers are believed"""
    stamp_roots: Sequence[bytes] = ()
    """whose timestamps are believed; without any, no level above B-B can be shown"""
    others: Sequence[bytes] = ()
    """intermediate certificates of timestamp authorities"""
    crls: Sequence[bytes] = ()
    """revocation lists of the signers' authority; where given, each signer must be covered"""


@dataclass(frozen=True)
class PdfReport:
    """What was found of a document whose two signatures stand."""

    level: Level
    """the level that was shown by validation: B-B, B-T or B-LTA"""
    signatures: tuple[PdfSignature, ...]
    """vet, then body"""
    timestamps: tuple[PdfTimestamp, ...]
    """inside the signatures and over the document, in that order"""
    signed_at: datetime
    """the earliest instant that is proven; at level B-B only what the signers claim"""
    attachments: Mapping[str, bytes] = field(repr=False)
    """by name; signed with the document"""

    @property
    def code(self) -> bytes | None:
        """The COSE_Sign1 of the certificate (`certificate.cose`), not yet verified here."""
        return self.attachments.get(CODE)

    @property
    def proof(self) -> str | None:
        """The inclusion proof of the public log (C2SP tlog-proof), if one is attached."""
        found = self.attachments.get(PROOF)
        return None if found is None else found.decode("utf-8", "replace")

    @property
    def seal(self) -> bytes | None:
        """The SES_Signature of GB/T 38540, DER, if one is attached."""
        return self.attachments.get(SEAL)

    @property
    def stamps_end_at(self) -> datetime | None:
        """When the certificate under the newest believed timestamp expires; None without one."""
        ends = [one.ends_at for one in self.timestamps if one.is_trusted and one.is_of_document]
        ends = ends or [one.ends_at for one in self.timestamps if one.is_trusted]
        return ends[-1] if ends else None


def verify_pdf(
    data: bytes,
    roots: Sequence[bytes],
    at: datetime | None = None,
    *,
    stamp_roots: Sequence[bytes] = (),
    others: Sequence[bytes] = (),
    crls: Sequence[bytes] = (),
    fields: Sequence[str] = (VET_FIELD, BODY_FIELD),
) -> PdfReport:
    """Return what is found of a certificate's PDF, or raise `Refused` with the reason.

    `roots` are the DER certificates of the authority whose vets and bodies are believed (the trust
    list's root, `KeyRing.roots()`). `at` is the instant to judge at (UTC); without it each
    signature is judged at its own time, proven or, without a trusted timestamp, claimed. `fields` are
    the signatures that must stand first, in order: a laboratory's report has one (`LAB_FIELD`).

    Reasons: `too-large` (over 8,000,000 bytes), `not-pdf`, `encrypted`, `unsigned`, `changed` (any
    byte after signing, or an update beyond timestamps and validation data), `bad-signature`,
    `unknown-key` (a foreign signer), `key-not-valid` (expired or revoked). Source: ISO 32000-2
    §12.8, ETSI EN 319 142-1, ETSI EN 319 102-1 for B-LTA.
    """
    if len(data) > MOST_BYTES:
        raise Refused(Why.TOO_LARGE, f"{len(data)} bytes")
    if not data.startswith(b"%PDF-"):
        raise Refused(Why.NOT_PDF, "no header")
    with _refusing(Why.NOT_PDF):
        reader = _opened(data)
    with _refusing(Why.CHANGED):
        return _report(data, reader, Evidence(roots, stamp_roots, others, crls), at, fields)


@contextmanager
def _refusing(why: Why) -> Iterator[None]:
    """Turn whatever pyHanko and asn1crypto raise on bytes made to break them into `Refused`."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise Refused(why, repr(error)[:300]) from error


def _report(
    data: bytes,
    reader: Any,  # noqa: ANN401 (pyHanko has no types)
    evidence: Evidence,
    at: datetime | None,
    fields: Sequence[str],
) -> PdfReport:
    embedded = reader.embedded_signatures
    regular = [one for one in embedded if one.sig_object_type == "/Sig"]
    _of_our_shape(embedded, regular, fields)
    for one in embedded:
        exact_contents(data, one)
    stamps = stamps_of(embedded, evidence, at)
    found = tuple(judged(one, evidence, stamps, at) for one in regular)
    if any(stamp.is_broken for stamp in stamps):
        raise Refused(Why.CHANGED, "a timestamp is not over these bytes")
    level = _level(embedded, found, stamps, evidence, at)
    proven = [one.at for one in stamps if one.is_trusted]
    claimed = [one.claimed_at for one in found]
    signed_at = min(proven) if level is not Level.B_B and proven else max(claimed)
    return PdfReport(level, found, tuple(stamps), signed_at, attachments_of(reader))


def _opened(data: bytes) -> Any:  # noqa: ANN401 (pyHanko has no types)
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(data))
    if reader.encrypted:
        raise Refused(Why.ENCRYPTED)
    if reader.root.get("/Type") != "/Catalog":
        raise Refused(Why.NOT_PDF, "no catalogue")
    return reader


def _of_our_shape(embedded: Sequence[Any], regular: Sequence[Any], fields: Sequence[str]) -> None:
    """Raise `Refused` unless `fields` were signed, in this order, and the last covers the file."""
    if len(embedded) > MOST_SIGNATURES:
        raise Refused(Why.TOO_LARGE, f"{len(embedded)} signatures")
    names = [str(one.field_name) for one in regular]
    count = len(fields)
    if names[:count] != [*fields] or embedded[:count] != regular[:count]:
        raise Refused(Why.UNSIGNED, ", ".join(names))
    if len(regular) > count:
        raise Refused(Why.CHANGED, f"{len(regular)} signatures")
    last = embedded[-1]
    last.compute_integrity_info(skip_diff=True)
    if last.coverage.name != "ENTIRE_FILE":
        raise Refused(Why.CHANGED, f"last signature covers {last.coverage.name}")


def _level(
    embedded: Sequence[Any],
    found: Sequence[PdfSignature],
    stamps: Sequence[PdfTimestamp],
    evidence: Evidence,
    at: datetime | None,
) -> Level:
    """Return the highest level that both signatures reach."""
    over_all = any(one.is_of_document and one.is_trusted for one in stamps)
    if not over_all and not all(one.stamped_at is not None for one in found):
        return Level.B_B
    moment = at or stamps[-1].at
    return Level.B_LTA if lasts(embedded, found, stamps, evidence, moment) else Level.B_T
