"""The revocation list of the ring's own small authority (RFC 5280 §5): tiny, made when asked.

It names the keys known to be compromised, from the instant that is known. A key that was only
withdrawn is not on it: nobody says that what it signed while it was in use is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

PERIOD = timedelta(days=7)
"""How long a list speaks; a fresh one is made for each night that needs one."""


@dataclass(frozen=True)
class Revoked:
    """A certificate not to be believed any more, and since when."""

    certificate: bytes
    """DER"""
    since: datetime


def issue_crl(
    root_key: ec.EllipticCurvePrivateKey,
    root_certificate: bytes,
    revoked: Iterable[Revoked],
    now: datetime,
) -> bytes:
    """Return the authority's list (DER) as of `now`, numbered by the second."""
    root = x509.load_der_x509_certificate(root_certificate)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now)
        .next_update(now + PERIOD)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
    )
    for one in revoked:
        serial = x509.load_der_x509_certificate(one.certificate).serial_number
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(one.since)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        )
        builder = builder.add_revoked_certificate(entry.build())
    signed = builder.sign(root_key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)
