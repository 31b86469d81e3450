"""X.509 certificates of the ring's own small authority (RFC 5280), for ES256 and for SM2.

They let PDF readers and OpenSSL name the signer. They are not from an authorised CA and say so in
the subject. An SM2 certificate is signed sm2sign-with-sm3 (1.2.156.10197.1.501, GM/T 0015-2012).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import x509
from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.core import ParsableOctetString, PrintableString, UTF8String
from asn1crypto.keys import PublicKeyInfo

from aquacert.trust.der import from_raw
from aquacert.trust.signers import PrivateKey
from aquacert.trust.spki import ES256, SM2, PublicKey

NAME_LIMIT = 64
"""Upper bound of a common name (RFC 5280 A.1), here in UTF-8 bytes."""
SIGNATURES = {ES256: "1.2.840.10045.4.3.2", SM2: "1.2.156.10197.1.501"}


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names and how long it holds."""

    name: str
    division: str
    kid: bytes
    begins: datetime
    ends: datetime


def issue_root(private: PrivateKey, subject: Subject) -> bytes:
    """Return the self-signed certificate (DER) of a root that may issue, path length 0."""
    extensions = [
        _extension("basic_constraints", {"ca": True, "path_len_constraint": 0}, critical=True),
        _extension("key_usage", {"key_cert_sign", "crl_sign"}, critical=True),
        _extension("key_identifier", _identifier(private.key)),
    ]
    return _signed(private, private.key, subject, _name(subject), extensions)


def issue_certificate(
    public: PublicKey, subject: Subject, root_key: PrivateKey, root_certificate: bytes
) -> bytes:
    """Return a signer's certificate (DER): digital signature and content commitment only."""
    root = x509.Certificate.load(root_certificate)
    extensions = [
        _extension("basic_constraints", {"ca": False}, critical=True),
        _extension("key_usage", {"digital_signature", "non_repudiation"}, critical=True),
        _extension("key_identifier", _identifier(public)),
        _extension("authority_key_identifier", {"key_identifier": _identifier(root_key.key)}),
    ]
    return _signed(root_key, public, subject, root.subject, extensions)


def _signed(
    signer: PrivateKey,
    public: PublicKey,
    subject: Subject,
    issuer: x509.Name,
    extensions: Sequence[x509.Extension],
) -> bytes:
    algorithm = SignedDigestAlgorithm({"algorithm": SIGNATURES[signer.key.algorithm]})
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(b"\1" + subject.kid, "big"),
            "signature": algorithm,
            "issuer": issuer,
            "validity": {"not_before": _time(subject.begins), "not_after": _time(subject.ends)},
            "subject": _name(subject),
            "subject_public_key_info": PublicKeyInfo.load(public.spki),
            "extensions": list(extensions),
        }
    )
    signature = from_raw(signer.sign(body.dump()))
    certificate = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": algorithm,
            "signature_value": signature,
        }
    )
    return bytes(certificate.dump())


def _extension(name: str, value: Any, *, critical: bool = False) -> x509.Extension:  # noqa: ANN401
    kind = x509.Extension._oid_specs[name]  # noqa: SLF001 (asn1crypto offers no other way)
    return x509.Extension(
        {
            "extn_id": name,
            "critical": critical,
            "extn_value": ParsableOctetString(kind(value).dump()),
        }
    )


def _identifier(key: PublicKey) -> bytes:
    """Return SHA-1 of the point (RFC 5280 §4.2.1.2, method 1): a name, not a proof."""
    return hashlib.sha1(b"\x04" + key.point, usedforsecurity=False).digest()


def _time(instant: datetime) -> x509.Time:
    """Return UTCTime up to 2049, GeneralizedTime after (RFC 5280 §4.1.2.5)."""
    name = "utc_time" if instant.year < 2050 else "general_time"
    return x509.Time(name=name, value=instant.replace(microsecond=0))


def _name(subject: Subject) -> x509.Name:
    parts = [("country_name", PrintableString("CN"))]
    if subject.division:
        parts.append(("organizational_unit_name", _text(subject.division)))
    parts += [
        ("common_name", _text(_cut(subject.name))),
        ("serial_number", PrintableString(subject.kid.hex())),
    ]
    rows = [
        x509.RelativeDistinguishedName([x509.NameTypeAndValue({"type": kind, "value": value})])
        for kind, value in parts
    ]
    return x509.Name(name="", value=x509.RDNSequence(rows))


def _text(value: str) -> x509.DirectoryString:
    return x509.DirectoryString(name="utf8_string", value=UTF8String(value))


def _cut(name: str) -> str:
    """Return as many whole characters of `name` as fit a common name."""
    return name.encode()[:NAME_LIMIT].decode(errors="ignore")
