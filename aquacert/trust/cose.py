"""COSE_Sign1 with ES256 (RFC 9052 §4.2, RFC 9053 §2.1): make it, and believe only the strict form.

Untagged, protected header `{1: -7, 4: kid}` (and 16: content type where given), empty unprotected
header, attached payload, signature r‖s of 64 bytes. The kid is a hint: every key that carries it
is tried. A signature is never used as an identifier (ECDSA signatures are malleable).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from aquacert.trust import cbor
from aquacert.trust.errors import Refused, Why
from aquacert.trust.publickeys import KID_BYTES

ES256 = -7
"""COSE algorithm number of ECDSA with SHA-256 on P-256 (RFC 9053 table 1)."""
ALGORITHM, KEY_ID, TYPE = 1, 4, 16
"""COSE header labels: alg, kid (RFC 9052 table 2) and typ (RFC 9596)."""
SIGNATURE_BYTES = 64
COORDINATE_BYTES = 32
_HASH = ec.ECDSA(hashes.SHA256())


class Signer(Protocol):
    """A private key somewhere (file now, PKCS#11 later) that signs what it is given."""

    @property
    def kid(self) -> bytes:
        """The key's identifier, 4 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the raw ES256 signature r‖s (64 bytes) over SHA-256 of `message`."""
        ...


@dataclass(frozen=True)
class Verified:
    """A payload whose signature was found good under the key `spki` named `kid`."""

    payload: bytes
    kid: bytes
    spki: bytes


SpkiOf = Callable[[bytes], Sequence[bytes]]
"""Given a kid, every public key (DER SubjectPublicKeyInfo) that carries it."""


def sign1(payload: bytes, signer: Signer, *, content_type: str | None = None) -> bytes:
    """Return the untagged COSE_Sign1 of `payload` under `signer`."""
    header: dict[int, cbor.Value] = {ALGORITHM: ES256, KEY_ID: signer.kid}
    if content_type is not None:
        header[TYPE] = content_type
    protected = cbor.encode(header)
    signature = signer.sign(to_be_signed(protected, payload))
    if len(signature) != SIGNATURE_BYTES:
        raise Refused(Why.MALFORMED, f"signer gave {len(signature)} bytes, not r‖s of 64")
    return cbor.encode([protected, {}, payload, signature])


def verify1(cose: bytes, spki_of: SpkiOf, *, content_type: str | None = None) -> Verified:
    """Return the verified payload of `cose`; raise `Refused` saying why it is not believed."""
    protected, payload, signature = _parts(cose)
    kid = _kid(protected, content_type)
    keys = spki_of(kid)
    if not keys:
        raise Refused(Why.UNKNOWN_KEY, kid.hex())
    message = to_be_signed(protected, payload)
    for spki in keys:
        if is_signed(message, signature, spki):
            return Verified(payload, kid, spki)
    raise Refused(Why.BAD_SIGNATURE, kid.hex())


def peek_kid(cose: bytes) -> bytes:
    """Return the kid an object claims, unverified: only to choose which key to ask for."""
    protected, _, _ = _parts(cose)
    header = cbor.decode(protected)
    kid = header.get(KEY_ID) if isinstance(header, dict) else None
    if not isinstance(kid, bytes):
        raise Refused(Why.MALFORMED, "no kid")
    return kid


def to_be_signed(protected: bytes, payload: bytes, external: bytes = b"") -> bytes:
    """Return the Sig_structure bytes of RFC 9052 §4.4 for context Signature1."""
    return cbor.encode(["Signature1", protected, external, payload])


def is_signed(message: bytes, signature: bytes, spki: bytes) -> bool:
    """Tell whether raw `signature` over `message` is good under the P-256 key `spki` (DER)."""
    key = _public_key(spki)
    if key is None or len(signature) != SIGNATURE_BYTES:
        return False
    r = int.from_bytes(signature[:COORDINATE_BYTES], "big")
    s = int.from_bytes(signature[COORDINATE_BYTES:], "big")
    try:
        key.verify(encode_dss_signature(r, s), message, _HASH)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1024)
def _public_key(spki: bytes) -> ec.EllipticCurvePublicKey | None:
    """Return the key of a SubjectPublicKeyInfo, read once: checking a point costs as a signature."""
    key = load_der_public_key(spki)
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


def _parts(cose: bytes) -> tuple[bytes, bytes, bytes]:
    match cbor.decode(cose):
        case [bytes() as protected, {**unprotected}, bytes() as payload, bytes() as signature]:
            if unprotected or len(signature) != SIGNATURE_BYTES:
                raise Refused(Why.MALFORMED, "unprotected header or signature length")
            return protected, payload, signature
        case _:
            raise Refused(Why.MALFORMED, "not a COSE_Sign1 of four parts")


def _kid(protected: bytes, content_type: str | None) -> bytes:
    header = cbor.decode(protected)
    if not isinstance(header, dict):
        raise Refused(Why.MALFORMED, "protected header is no map")
    if header.get(ALGORITHM) != ES256:
        raise Refused(Why.UNKNOWN_ALGORITHM, repr(header.get(ALGORITHM)))
    kid = header.get(KEY_ID)
    expected = {ALGORITHM, KEY_ID} | ({TYPE} if content_type is not None else set())
    if set(header) != expected or header.get(TYPE) != content_type:
        raise Refused(Why.MALFORMED, "unexpected protected header")
    if not isinstance(kid, bytes) or len(kid) != KID_BYTES:
        raise Refused(Why.MALFORMED, "kid is not 4 bytes")
    return kid
