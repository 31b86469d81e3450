"""The revocation lists of the ring's own small authority (RFC 5280 §5): tiny, made when asked.

A list names the keys known to be compromised, from the instant that is known. A key that was only
withdrawn or retired is not on it: nobody says that what it signed while in use is wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from asn1crypto import core, crl, x509
from asn1crypto.algos import SignedDigestAlgorithm

from aquacert.trust.keys import ES256, KeyRing, ListedKey, Use

PERIOD = timedelta(days=7)
"""How long a list speaks; a fresh one is made for each night that needs one."""


def ring_crls(keys: KeyRing, now: datetime) -> tuple[bytes, ...]:
    """Return the list (DER) of each root of the ring that issues PDF certificates, as of `now`.

    Raise `Unavailable` when a root's key does not open.
    """
    roots = [one for one in keys.public_keys() if one.use is Use.ROOT and one.algorithm == ES256]
    bad = [one for one in keys.public_keys() if one.compromised_since and one.certificate]
    return tuple(
        issue_crl(keys, root, [one for one in bad if _issued(root, one)], now)
        for root in roots
        if root.covers(now)
    )


def issue_crl(keys: KeyRing, root: ListedKey, revoked: list[ListedKey], now: datetime) -> bytes:
    """Return one root's list (DER), numbered by the second, signed ES256."""
    issuer = x509.Certificate.load(root.certificate)
    algorithm = SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    tbs = crl.TbsCertList(
        {
            "version": "v2",
            "signature": algorithm,
            "issuer": issuer.subject,
            "this_update": {"utc_time": now.replace(microsecond=0)},
            "next_update": {"utc_time": now.replace(microsecond=0) + PERIOD},
            "revoked_certificates": [_entry(one) for one in revoked] or None,
            "crl_extensions": [
                {
                    "extn_id": "authority_key_identifier",
                    "extn_value": {"key_identifier": issuer.key_identifier},
                },
                {"extn_id": "crl_number", "extn_value": int(now.timestamp())},
            ],
        }
    )
    signed = keys.load(root).sign_der(tbs.dump())
    return bytes(
        crl.CertificateList(
            {
                "tbs_cert_list": tbs,
                "signature_algorithm": algorithm,
                "signature": core.OctetBitString(signed),
            }
        ).dump()
    )


def _entry(key: ListedKey) -> dict[str, object]:
    since = key.compromised_since
    return {
        "user_certificate": x509.Certificate.load(key.certificate).serial_number,
        "revocation_date": {"utc_time": since},
        "crl_entry_extensions": [{"extn_id": "crl_reason", "extn_value": "key_compromise"}],
    }


def _issued(root: ListedKey, key: ListedKey) -> bool:
    if key.use is Use.ROOT or key.algorithm != ES256:
        return False
    issuer = x509.Certificate.load(key.certificate).issuer
    return bool(issuer == x509.Certificate.load(root.certificate).subject)
