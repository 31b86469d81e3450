"""The single checks behind a judgement, each on pyHanko's view of one signature."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asn1crypto import crl, tsp
from asn1crypto.x509 import Certificate

from aquacert.trust.errors import Refused, Why
from aquacert.trust.pdf.chains import hang_together, of_message
from aquacert.trust.pdf.levels import PdfSignature, PdfTimestamp

if TYPE_CHECKING:
    from aquacert.trust.pdf.judging import Evidence

MOST_ATTACHED = 8
SHA256 = bytes.fromhex("0609608648016503040201")
SHA256_FORMS = (b"\x30\x0b" + SHA256, b"\x30\x0d" + SHA256 + b"\x05\x00")
"""AlgorithmIdentifier of SHA-256, without and with NULL (RFC 5754 §2)."""
SHA256_SETS = (b"\x31\x0d" + SHA256_FORMS[0], b"\x31\x0f" + SHA256_FORMS[1])
"""SET OF one of them."""
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
"""AlgorithmIdentifier of ECDSA with SHA-256, which has no parameters (RFC 5758 §3.2)."""
HEX = b"0123456789ABCDEF"


def exact_contents(data: bytes, embedded: Any) -> None:  # noqa: ANN401 (pyHanko has no types)
    """Raise `Refused` unless the gap of the byte range holds one DER object and zeros.

    The gap is the only place that the signature does not cover: nothing may hide in it. The hex
    digits must be written as we write them, so that no byte of a file can be another unseen.
    """
    first, length, second, _ = (int(one) for one in embedded.byte_range)
    gap = data[first + length : second]
    held = gap[1:-1]
    if gap[:1] != b"<" or gap[-1:] != b">" or held.strip(HEX):
        raise Refused(Why.CHANGED, "contents are not written as signed")
    raw = bytes.fromhex(held.decode("ascii"))
    size = _der_size(raw)
    if raw[size:].strip(b"\0"):
        raise Refused(Why.CHANGED, "something hides behind the signature")
    if embedded.pkcs7_content[:size] != raw[:size]:
        raise Refused(Why.CHANGED, "contents are elsewhere")
    _plain_cms(embedded)


def _plain_cms(embedded: Any) -> None:  # noqa: ANN401
    """Raise `Refused` when a part of the CMS that no signature covers is not as we write it."""
    signed = embedded.signed_data
    info = embedded.signer_info
    if embedded.sig_object_type != "/Sig":
        return
    plain = (
        len(signed["signer_infos"]) == 1
        and signed["digest_algorithms"].dump() in SHA256_SETS
        and signed["version"].native == "v1"
        and info["version"].native == "v1"
        and info["digest_algorithm"].dump() in SHA256_FORMS
        and info["signature_algorithm"].dump() == ECDSA_SHA256
    )
    if not plain:
        raise Refused(Why.CHANGED, "the signature's envelope is not as signed")


def _der_size(raw: bytes) -> int:
    """Return how long the DER object at the beginning of `raw` is (X.690 §8.1.3)."""
    if len(raw) < 6 or raw[0] != 0x30 or not 0x80 < raw[1] <= 0x84:
        raise Refused(Why.CHANGED, "no signature object")
    count = raw[1] & 0x7F
    size = 2 + count + int.from_bytes(raw[2 : 2 + count], "big")
    if size > len(raw):
        raise Refused(Why.CHANGED, "the signature object is cut")
    return size


def stamps_of(
    embedded: Sequence[Any], evidence: Evidence, at: datetime | None
) -> list[PdfTimestamp]:
    """Return every timestamp: those inside signatures first, then those of the document in order.

    Judged from the last to the first: each needs to have been good when the next one covered it.
    """
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

    of_document: list[PdfTimestamp] = []
    moment = at
    for one in reversed(embedded):
        if one.sig_object_type != "/DocTimeStamp":
            continue
        stamp = _stamp(one.signed_data, one.compute_digest, evidence, moment, one)
        if stamp.is_trusted:
            moment = stamp.at
        if of_document:
            of_document[0] = replace(of_document[0], after=stamp.owner)
        of_document.insert(0, stamp)
    inside = [
        _stamp(token, _imprint(one), evidence, moment, one)
        for one in embedded
        if one.sig_object_type == "/Sig"
        for token in extract_tst_data_iter(one.signer_info, signed=False)
    ]
    return inside + of_document


def _imprint(embedded: Any) -> Any:  # noqa: ANN401
    """Return the digest of the signature's value, which a timestamp inside it is over."""
    import hashlib

    value = embedded.signer_info["signature"].native
    return lambda algorithm: hashlib.new(algorithm, value).digest()


def _stamp(
    signed: Any,  # noqa: ANN401
    digest: Any,  # noqa: ANN401
    evidence: Evidence,
    moment: datetime | None,
    owner: Any,  # noqa: ANN401
) -> PdfTimestamp:
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko.sign.validation.status import TimestampSignatureStatus

    said = signed["encap_content_info"]["content"].parsed
    if not isinstance(said, tsp.TSTInfo):
        raise Refused(Why.CHANGED, "a timestamp says nothing")
    stamped_at = said["gen_time"].native
    context = _context(evidence.stamp_roots, replace(evidence, crls=()), moment or stamped_at)
    found = TimestampSignatureStatus(
        **asyncio.run(validate_tst_signed_data(signed, context, digest))
    )
    is_of_document = owner.sig_object_type == "/DocTimeStamp"
    path = [bytes(one.dump()) for one in found.validation_path or ()]
    known = (*evidence.stamp_roots, *evidence.others, *path)
    is_whole = hang_together(of_message(signed), known, strictly=bool(found.trusted))
    return PdfTimestamp(
        at=stamped_at,
        authority=_name(found.signing_cert),
        ends_at=found.signing_cert.not_valid_after,
        is_of_document=is_of_document,
        is_trusted=bool(found.intact and found.valid and found.trusted),
        is_broken=not (found.intact and found.valid and is_whole),
        follows_store=is_of_document and "/DSS" in _root_of(owner),
        owner=str(owner.field_name),
    )


def judged(
    embedded: Any,  # noqa: ANN401
    evidence: Evidence,
    stamps: Sequence[PdfTimestamp],
    at: datetime | None,
) -> PdfSignature:
    """Return what is found of one signature; raise `Refused` unless it stands."""
    from pyhanko.sign.validation import validate_pdf_signature

    name = str(embedded.field_name)
    claimed = embedded.self_reported_timestamp
    if claimed is None:
        raise Refused(Why.CHANGED, f"{name} says no time")
    own = [one.at for one in stamps if one.is_trusted and one.owner == name]
    proven = own + [one.at for one in stamps if one.is_trusted and one.is_of_document]
    moment = min(proven, default=at or claimed)
    status: Any = validate_pdf_signature(
        embedded,
        _context(evidence.roots, evidence, moment),
        ts_validation_context=_context(evidence.stamp_roots, replace(evidence, crls=()), moment),
    )
    _stands(name, status)
    return PdfSignature(
        name=name,
        signer=_name(embedded.signer_cert),
        claimed_at=claimed,
        stamped_at=min(own, default=None),
        modification=status.modification_level.name,
        covers=status.coverage.name,
        certificate=bytes(embedded.signer_cert.dump()),
    )


def _stands(name: str, status: Any) -> None:  # noqa: ANN401
    if not status.intact:
        raise Refused(Why.CHANGED, f"{name} is over other bytes")
    if not status.valid:
        raise Refused(Why.BAD_SIGNATURE, name)
    if not status.docmdp_ok or status.coverage.name not in {"ENTIRE_FILE", "ENTIRE_REVISION"}:
        raise Refused(Why.CHANGED, f"{name}: {status.modification_level}")
    if not status.seed_value_ok:
        raise Refused(Why.CHANGED, f"{name}: seed values")
    if not status.trusted:
        why = str(status.trust_problem_indic)
        is_foreign = status.revocation_details is None and "OUT_OF_BOUNDS" not in why
        raise Refused(Why.UNKNOWN_KEY if is_foreign else Why.KEY_NOT_VALID, f"{name}: {why}")


def attachments_of(reader: Any) -> Mapping[str, bytes]:  # noqa: ANN401
    """Return the attached files by name; the signatures cover them with everything else."""
    try:
        names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    except KeyError:
        return {}
    found = {}
    for place in range(1, min(len(names), 2 * MOST_ATTACHED), 2):
        row = names[place]
        found[str(row["/UF"])] = bytes(row["/EF"]["/F"].data)
    return found


def _root_of(embedded: Any) -> Any:  # noqa: ANN401
    """Return the catalogue as it was when this signature was made."""
    return embedded.reader.get_historical_resolver(embedded.signed_revision).root


def _context(roots: Sequence[bytes], evidence: Evidence, moment: datetime) -> Any:  # noqa: ANN401
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=[Certificate.load(root) for root in roots],
        other_certs=[Certificate.load(one) for one in evidence.others],
        crls=[crl.CertificateList.load(one) for one in evidence.crls],
        moment=moment,
        best_signature_time=moment,
        allow_fetching=False,
        # Asked leniently, a list is heeded only where a certificate names its address; ours do not.
        revocation_mode="require" if evidence.crls else "soft-fail",
        retroactive_revinfo=True,
    )


def _name(certificate: Any) -> str:  # noqa: ANN401
    said = certificate.subject.native
    return str(said.get("common_name") or said.get("organization_name") or "")
