"""X.509 certificates of the ring's own small authority (RFC 5280): P-256, SHA-256.

They let PDF readers name the signer. They are not from an authorised CA and say so in the subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME_LIMIT = 64
"""Upper bound of a common name (RFC 5280 A.1), here in UTF-8 bytes as cryptography counts it."""


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names and how long it holds."""

    name: str
    division: str
    kid: bytes
    begins: datetime
    ends: datetime


def issue_root(private: ec.EllipticCurvePrivateKey, subject: Subject) -> bytes:
    """Return the self-signed certificate (DER) of a root that may issue, path length 0."""
    builder = _builder(private.public_key(), subject, _name(subject))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(is_authority=True), critical=True)
    signed = builder.sign(private, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def issue_certificate(
    public: ec.EllipticCurvePublicKey,
    subject: Subject,
    root_key: ec.EllipticCurvePrivateKey,
    root_certificate: bytes,
) -> bytes:
    """Return a signer's certificate (DER): digital signature and content commitment only."""
    root = x509.load_der_x509_certificate(root_certificate)
    builder = _builder(public, subject, root.subject)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(_usage(is_authority=False), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
        critical=False,
    )
    signed = builder.sign(root_key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def _builder(
    public: ec.EllipticCurvePublicKey, subject: Subject, issuer: x509.Name
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(int.from_bytes(b"\1" + subject.kid, "big"))
        .not_valid_before(subject.begins)
        .not_valid_after(subject.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(subject: Subject) -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.COMMON_NAME, _cut(subject.name)),
        x509.NameAttribute(NameOID.SERIAL_NUMBER, subject.kid.hex()),
    ]
    if subject.division:
        parts.insert(1, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, subject.division))
    return x509.Name(parts)


def _cut(name: str) -> str:
    """Return as many whole characters of `name` as fit a common name."""
    return name.encode()[:NAME_LIMIT].decode(errors="ignore")


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
