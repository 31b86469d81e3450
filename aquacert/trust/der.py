"""ECDSA and SM2 signatures between r‖s and DER (SEC 1 §C.5, GB/T 35276 §7.3), the one strict form.

Both curves have 256-bit orders, so every length fits one octet. A number is minimal, not negative,
and nothing follows: four libraries differ on leading zeros, and each difference is a second
signature for the same message.
"""

from __future__ import annotations

from aquacert.trust.errors import Refused, Why

SEQUENCE, INTEGER = 0x30, 0x02
COORDINATE_BYTES = 32
SIGNATURE_BYTES = 2 * COORDINATE_BYTES
LONGEST = 2 + 2 * (2 + COORDINATE_BYTES + 1)


def read_signature(der: bytes) -> tuple[int, int]:
    """Return (r, s) of a DER signature; raise `Refused` unless it is the one DER encoding."""
    if len(der) > LONGEST or len(der) < 2 or der[0] != SEQUENCE or der[1] != len(der) - 2:
        raise Refused(Why.MALFORMED, "signature is not one DER SEQUENCE")
    r, rest = _integer(der[2:])
    s, rest = _integer(rest)
    if rest:
        raise Refused(Why.MALFORMED, "bytes after s")
    return r, s


def write_signature(r: int, s: int) -> bytes:
    """Return the DER encoding of (r, s), both not negative and below 2^256."""
    body = b"".join(
        bytes((INTEGER, size)) + number.to_bytes(size, "big")
        for number in (r, s)
        for size in (number.bit_length() // 8 + 1,)
    )
    return bytes((SEQUENCE, len(body))) + body


def from_raw(raw: bytes) -> bytes:
    """Return the DER encoding of the 64 bytes r‖s; raise `Refused` for another length."""
    if len(raw) != SIGNATURE_BYTES:
        raise Refused(Why.MALFORMED, f"{len(raw)} bytes are not r‖s of 64")
    body = _octets(raw[:COORDINATE_BYTES]) + _octets(raw[COORDINATE_BYTES:])
    return bytes((SEQUENCE, len(body))) + body


def split(raw: bytes) -> tuple[int, int]:
    """Return (r, s) of the 64 bytes r‖s; raise `Refused` for another length."""
    if len(raw) != SIGNATURE_BYTES:
        raise Refused(Why.MALFORMED, f"{len(raw)} bytes are not r‖s of 64")
    return (
        int.from_bytes(raw[:COORDINATE_BYTES], "big"),
        int.from_bytes(raw[COORDINATE_BYTES:], "big"),
    )


def join(r: int, s: int) -> bytes:
    """Return r‖s, 64 bytes."""
    return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")


def _octets(number: bytes) -> bytes:
    """Return the DER INTEGER of a big-endian number that is not negative."""
    least = number.lstrip(b"\0") or b"\0"
    if least[0] & 0x80:
        least = b"\0" + least
    return bytes((INTEGER, len(least))) + least


def _integer(data: bytes) -> tuple[int, bytes]:
    """Return the first INTEGER and what follows it."""
    size = data[1] if len(data) > 2 and data[0] == INTEGER else 0
    body = data[2 : 2 + size]
    if not 0 < size == len(body) or body[0] & 0x80:
        raise Refused(Why.MALFORMED, "not a DER INTEGER of a signature")
    if size > 1 and body[0] == 0 and not body[1] & 0x80:
        raise Refused(Why.MALFORMED, "INTEGER with a needless leading zero")
    if size > COORDINATE_BYTES + 1:
        raise Refused(Why.MALFORMED, "INTEGER too long")
    return int.from_bytes(body, "big"), data[2 + size :]
