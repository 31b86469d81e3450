"""Measure `verify_code`: the digits of a scanned code to verified facts (goal ratio ≤ 1.5).

Ours is the product's own path: digits to bytes, the envelope held to its one form, the key found by
its kid, the signature verified, the sixteen claims decoded, the key's time and division checked.
The floor is one bare ECDSA verification by `cryptography` of the same signature, with the key
loaded and the signed bytes and the DER signature ready. Each side does ROUNDS of it.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from time import perf_counter

NAME = "verify_code"
GOAL = 1.5
BETTER = "lower"
PAIRS = 15
ROUNDS = 400


class Prepared:
    """One signed certificate, as scanned and as the bare library wants it."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        from aquacert.trust import cose, der, qr
        from tests.make.trust import make_keys, make_record

        self.folder = tempfile.TemporaryDirectory()
        keys = make_keys(Path(self.folder.name) / "keys")
        signed = keys.sign(make_record())
        self.trust = keys.trust
        self.digits = qr.digits(signed.cose)
        envelope = cose.read(signed.cose)
        self.key = load_der_public_key(keys.issue.spki)
        self.message = cose.to_be_signed(envelope.protected, envelope.payload)
        self.signature = der.from_raw(envelope.signature)


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def prepare(_full: bool) -> None:
    """Make keys and certificate before the clock starts."""
    prepared()


def ours() -> None:
    """Read the code as every page and every officer's device does."""
    from aquacert.trust.qr import from_digits
    from aquacert.trust.trustlist import read_claims

    ready = prepared()
    for _ in range(ROUNDS):
        read_claims(from_digits(ready.digits), ready.trust)


def floor() -> None:
    """Verify the same signature with the bare library."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    ready, algorithm = prepared(), ec.ECDSA(hashes.SHA256())
    for _ in range(ROUNDS):
        ready.key.verify(ready.signature, ready.message, algorithm)


def notes() -> list[str]:
    """Say how long one code takes."""
    begins = perf_counter()
    ours()
    return [f"{(perf_counter() - begins) / ROUNDS * 1e6:.0f} µs a code"]


def close() -> None:
    """Remove the keys."""
    prepared().folder.cleanup()
