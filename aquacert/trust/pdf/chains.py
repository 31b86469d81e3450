"""Certificates that travel inside a signature or timestamp: no signature covers them.

They are checked against each other, so that no byte of them can be changed unseen either.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm


def of_message(signed: Any) -> tuple[bytes, ...]:  # noqa: ANN401 (asn1crypto has no types)
    """Return every X.509 certificate (DER) of a CMS SignedData."""
    return tuple(
        bytes(one.chosen.dump()) for one in signed["certificates"] if one.name == "certificate"
    )


def hang_together(carried: Iterable[bytes], known: Iterable[bytes], *, strictly: bool) -> bool:
    """Tell whether each certificate carried is known, or issued by another that is there.

    `strictly`, one whose issuer is absent counts as changed; else it is left undecided.
    """
    held = list(dict.fromkeys(carried))
    believed = set(known)
    everybody = [_loaded(der) for der in {*held, *believed}]
    return all(
        der in believed or _issued(_loaded(der), everybody, strictly=strictly) for der in held
    )


def _issued(
    one: x509.Certificate | None, everybody: list[x509.Certificate | None], *, strictly: bool
) -> bool:
    if one is None:
        return not strictly
    issuers = [other for other in everybody if other and other.subject == one.issuer]
    if not issuers:
        return not strictly
    return any(_verifies(one, issuer) for issuer in issuers)


def _verifies(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _loaded(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None
