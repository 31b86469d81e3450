"""SM2 signatures with SM3 (GB/T 32918.2-2016, GM/T 0009-2012), under the fixed user id.

Signing is GmSSL's (constant time, in C). Verifying is our own over `sm2curve`: GmSSL writes two
lines to standard error for every bad signature, which no caller can keep out of a server's log
without a race, and so whatever we sign is judged by code that did not make it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import gmssl_pyx

from aquacert.kernel.errors import Unavailable
from aquacert.trust import sm2curve as curve
from aquacert.trust.der import COORDINATE_BYTES, SIGNATURE_BYTES, join, read_signature, split
from aquacert.trust.errors import Refused, Why
from aquacert.trust.given import octets

if TYPE_CHECKING:
    from aquacert.trust.spki import PublicKey

USER_ID = b"1234567812345678"
"""The signer's distinguishing id when nothing else was agreed (GM/T 0009-2012 §10)."""
ALGORITHM = "SM2"
LONGEST_USER_ID = 0xFFFF // 8
"""Bytes: the id's length in bits is written in two octets."""


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest of `data` (GB/T 32905-2016), 32 bytes."""
    return hashlib.new("sm3", data).digest()


def generate() -> tuple[bytes, bytes]:
    """Return a fresh pair (private 32 bytes, public point x‖y 64 bytes)."""
    point, private = gmssl_pyx.sm2_key_generate()
    return bytes(private), bytes(point)


def point_of(private: bytes) -> bytes:
    """Return the public point x‖y of a private key; raise `Refused` unless 1 ≤ d ≤ n − 2."""
    number = int.from_bytes(private, "big")
    if len(private) != COORDINATE_BYTES or not 1 <= number <= curve.N - 2:
        raise Refused(Why.MALFORMED, "not an SM2 private key")
    found = curve.double_multiply(number, 0, curve.G)
    if found is None:  # pragma: no cover (no multiple of G below its order is infinity)
        raise Refused(Why.MALFORMED, "not an SM2 private key")
    return join(*found)


def sign(private: bytes, message: bytes, user_id: bytes = USER_ID, *, point: bytes = b"") -> bytes:
    """Return the raw signature r‖s (64 bytes) of `message`.

    `private` is 32 bytes; `point` (x‖y) spares its computation. Raise `Refused` for a key out of
    range, `Unavailable` when the library fails.
    """
    point = point or point_of(private)
    try:
        made = gmssl_pyx.sm2_sign_sm3_digest(private, digest(point, message, user_id))
    except gmssl_pyx.GmsslInnerError as error:
        raise Unavailable("SM2 签名没有成功。", detail=repr(error)) from None
    return join(*read_signature(bytes(made)))


def verify(key: PublicKey, message: bytes, signature: bytes, user_id: bytes = USER_ID) -> None:
    """Return when `signature` over `message` is good under `key`; raise `Refused` otherwise.

    `signature` is r‖s of 64 bytes or strict DER; `user_id` goes into Z. UNKNOWN_ALGORITHM for a
    key that is no SM2 key, MALFORMED for an encoding that is not the one allowed, BAD_SIGNATURE
    for r, s or r + s outside 1 … n − 1 and for a signature that does not fit.
    """
    algorithm = getattr(key, "algorithm", None)
    if algorithm != ALGORITHM:
        raise Refused(Why.UNKNOWN_ALGORITHM, f"{algorithm} key for an SM2 signature")
    message, signature, user_id = octets(message), octets(signature), octets(user_id)
    r, s = split(signature) if len(signature) == SIGNATURE_BYTES else read_signature(signature)
    t = (r + s) % curve.N
    if not (0 < r < curve.N and 0 < s < curve.N and t):
        raise Refused(Why.BAD_SIGNATURE, "r, s or r + s out of range")
    e = int.from_bytes(digest(key.point, message, user_id), "big")
    found = curve.double_multiply(s, t, split(key.point))
    if found is None or (e + found[0]) % curve.N != r:
        raise Refused(Why.BAD_SIGNATURE, "SM2")


def digest(point: bytes, message: bytes, user_id: bytes = USER_ID) -> bytes:
    """Return e = SM3(Z ‖ message) for the key with this point, 32 bytes (GB/T 32918.2 §6.1)."""
    return sm3(z_value(point, user_id) + message)


@lru_cache(maxsize=1024)
def z_value(point: bytes, user_id: bytes = USER_ID) -> bytes:
    """Return Z, the digest of the signer's id, the curve and the public point x‖y."""
    if len(user_id) > LONGEST_USER_ID:
        raise Refused(Why.MALFORMED, "user id longer than 8191 bytes")
    return sm3(
        (len(user_id) * 8).to_bytes(2, "big")
        + user_id
        + join(curve.A, curve.B)
        + join(*curve.G)
        + point
    )
