"""A public key, whoever published it: P-256 or SM2, from SubjectPublicKeyInfo or X.509.

`cryptography` knows no SM2, so the key is read here: a SubjectPublicKeyInfo of a named curve is a
fixed beginning and a point (RFC 5480 §2, GM/T 0009), and nothing else is accepted.
"""

from __future__ import annotations

import hashlib
import re
from binascii import Error as NotBase64
from binascii import a2b_base64
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self

from asn1crypto.keys import PublicKeyInfo
from asn1crypto.x509 import Certificate
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from aquacert.trust import sm2
from aquacert.trust import sm2curve as curve
from aquacert.trust.der import from_raw, join, split
from aquacert.trust.errors import Refused, Why
from aquacert.trust.given import octets

KID_BYTES = 4
ES256, SM2 = "ES256", sm2.ALGORITHM
ALGORITHMS = (ES256, SM2)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HALF_ORDER = P256_ORDER // 2
"""A signature with s above this has a twin below it; only the lower is made here."""
LARGEST = 1 << 16
"""Bytes of the largest file taken for a key or a certificate."""
_EC_PUBLIC_KEY = "06072a8648ce3d0201"
_IDENTIFIERS = {
    ES256: bytes.fromhex(f"3013{_EC_PUBLIC_KEY}06082a8648ce3d030107"),
    SM2: bytes.fromhex(f"3013{_EC_PUBLIC_KEY}06082a811ccf5501822d"),
}
"""AlgorithmIdentifier of id-ecPublicKey with prime256v1 and with 1.2.156.10197.1.301."""
_PEM = re.compile(
    rb"-----BEGIN (PUBLIC KEY|CERTIFICATE|X509 CERTIFICATE)-----\s+"
    rb"([A-Za-z0-9+/=\s]+)-----END (\1)-----\s*\Z"
)
_HASH = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True)
class PublicKey:
    """One public key. Equal when algorithm and point are, however each was written down."""

    algorithm: str
    """"ES256" (P-256, SHA-256) or "SM2" (SM2 curve, SM3, the usual user id)"""
    point: bytes = field(repr=False)
    """x‖y, 64 bytes, on the curve"""
    spki: bytes = field(compare=False, repr=False)
    """SubjectPublicKeyInfo, DER, uncompressed point"""
    kid: bytes = field(compare=False)
    """first 4 bytes of SHA-256 of `spki`"""
    _native: Any = field(default=None, compare=False, repr=False)
    """`cryptography`'s key, for ES256"""

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Return the key of `data`: PEM or DER, SubjectPublicKeyInfo or X.509 certificate.

        Only the key is read: neither the certificate's signature nor its dates are judged. Text
        before the PEM block is allowed (RFC 7468 §2), a second block is not. Raise `Refused`:
        UNKNOWN_ALGORITHM for any key but P-256 and SM2 by name, MALFORMED for anything broken, a
        point off its curve, or bytes after the end.
        """
        data = octets(data)
        if len(data) > LARGEST:
            raise Refused(Why.TOO_LARGE, f"{len(data)} bytes for a key")
        der = _from_pem(data) if b"-----BEGIN " in data else data
        der = _spki_of_certificate(der) or der
        for algorithm, identifier in _IDENTIFIERS.items():
            if der[2 : 2 + len(identifier)] == identifier:
                return cls.of_point(algorithm, _point(der, algorithm))
        raise _foreign(der)

    @classmethod
    def of_point(cls, algorithm: str, point: bytes) -> Self:
        """Return the key with this point (x‖y, 64 bytes); raise `Refused` when off the curve."""
        if algorithm not in _IDENTIFIERS:
            raise Refused(Why.UNKNOWN_ALGORITHM, algorithm)
        native = None
        if algorithm == ES256:
            native = _p256(*split(point))
        elif not curve.is_on_curve(split(point)):
            raise Refused(Why.MALFORMED, "point is not on the SM2 curve")
        spki = b"\x30\x59" + _IDENTIFIERS[algorithm] + b"\x03\x42\x00\x04" + point
        return cls(algorithm, point, spki, kid_of(spki), native)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return when raw `signature` (r‖s, 64 bytes) over `message` is good.

        Raise `Refused`: MALFORMED for another length, BAD_SIGNATURE for numbers out of range and
        for a signature that does not fit. ES256 with a high s is good here (FIPS 186-5 allows
        it); whoever needs one form only asks `is_low`.
        """
        if not (type(signature) is type(message) is bytes):
            signature, message = octets(signature), octets(message)
        der = from_raw(signature)
        if self._native is None:
            sm2.verify(self, message, signature)
            return
        try:
            self._native.verify(der, message, _HASH)
        except InvalidSignature:
            raise Refused(Why.BAD_SIGNATURE, "ES256") from None


def kid_of(spki: bytes) -> bytes:
    """Return a key's identifier: the first 4 bytes of SHA-256 of its SubjectPublicKeyInfo."""
    return hashlib.sha256(spki).digest()[:KID_BYTES]


@lru_cache(maxsize=1024)
def loaded(data: bytes) -> PublicKey:
    """Return `PublicKey.load(data)`, kept: checking a point costs as much as a signature."""
    return PublicKey.load(data)


def is_low(signature: bytes) -> bool:
    """Tell whether the s of a raw ES256 signature is the lower of the two that fit."""
    return int.from_bytes(signature[32:], "big") <= HALF_ORDER


def lowered(signature: bytes) -> bytes:
    """Return the raw ES256 signature with the lower s."""
    r, s = split(signature)
    return signature if s <= HALF_ORDER else join(r, P256_ORDER - s)


def _from_pem(data: bytes) -> bytes:
    found = _PEM.search(data)
    if found is None or data.count(b"-----BEGIN ") != 1:
        raise Refused(Why.MALFORMED, "not one PEM block of a public key or certificate")
    try:
        return a2b_base64(b"".join(found[2].split()), strict_mode=True)
    except NotBase64 as error:
        raise Refused(Why.MALFORMED, repr(error)) from None


def _point(der: bytes, algorithm: str) -> bytes:
    """Return x‖y of a SubjectPublicKeyInfo whose beginning was recognised."""
    bits = der[2 + len(_IDENTIFIERS[algorithm]) :]
    form, body = bits[3:4], bits[4:]
    if (
        der[:2] == b"\x30\x59"
        and bits[:3] == b"\x03\x42\x00"
        and form == b"\x04"
        and len(body) == 64
    ):
        return body
    if (
        der[:2] == b"\x30\x39"
        and bits[:3] == b"\x03\x22\x00"
        and form in {b"\2", b"\3"}
        and len(body) == 32
    ):
        return _decompressed(algorithm, form + body)
    raise Refused(Why.MALFORMED, "SubjectPublicKeyInfo is not its DER form")


def _decompressed(algorithm: str, short: bytes) -> bytes:
    """Return x‖y of a compressed point (SEC 1 §2.3.4)."""
    if algorithm == SM2:
        found = curve.lift(int.from_bytes(short[1:], "big"), odd=short[0] == 3)
        if found is None:
            raise Refused(Why.MALFORMED, "point is not on the SM2 curve")
        return join(*found)
    try:
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), short
        ).public_numbers()
    except ValueError as error:
        raise Refused(Why.MALFORMED, repr(error)) from None
    return join(numbers.x, numbers.y)


def _p256(x: int, y: int) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError as error:
        raise Refused(Why.MALFORMED, f"point is not on P-256: {error!r}") from None


def _spki_of_certificate(der: bytes) -> bytes | None:
    """Return the key field of an X.509 certificate, None when `der` is none."""
    try:
        certificate = Certificate.load(der, strict=True)
        info = certificate["tbs_certificate"]["subject_public_key_info"].dump()
        certificate["signature_value"].contents  # noqa: B018 (read it: it must be there)
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    return bytes(info)


def _foreign(der: bytes) -> Refused:
    """Return the refusal of a key that is none of ours: another algorithm, or no key at all."""
    try:
        info = PublicKeyInfo.load(der, strict=True)
        name = str(info["algorithm"]["algorithm"].dotted)
        size = len(info["public_key"].contents)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        return Refused(Why.MALFORMED, repr(error))
    return Refused(Why.UNKNOWN_ALGORITHM, f"{name}, {size} bytes")
