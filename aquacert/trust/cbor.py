"""Deterministic CBOR (RFC 8949 §4.2.1): one value has exactly one encoding, and only that is read.

Text keys here are shorter than 24 bytes, so the older length-first order of cbor2's canonical
mode and the byte-wise order of RFC 8949 agree; `encode` refuses longer ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import cbor2

from aquacert.trust.errors import Refused, Why

Value: TypeAlias = (
    "int | str | bytes | bool | Sequence[Value] | Mapping[int, Value] | Mapping[str, Value] | None"
)
LONGEST_KEY = 23
DEEPEST = 16
INTEGER_LIMIT = 1 << 63
PLAIN = frozenset({type(None), str, bytes, bool})
"""Types of which every value is allowed: asked first, a record is made of little else."""
FLAT = frozenset({int, str, bytes})


def encode(value: Value) -> bytes:
    """Return the one deterministic encoding; raise `Refused` for what it cannot hold."""
    _check(value)
    try:
        return cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, UnicodeError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None


def decode(data: bytes) -> Value:
    """Return the value of `data`; raise `Refused` unless `data` is its deterministic encoding.

    Trailing bytes, long forms, indefinite lengths, duplicate keys, floats and tags are refused.
    """
    try:
        value: Value = cbor2.loads(
            data, max_depth=DEEPEST, allow_indefinite=False, allow_duplicate_keys=False
        )
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None
    _check(value)
    if cbor2.dumps(value, canonical=True) != data:
        raise Refused(Why.NOT_CANONICAL, "re-encoding differs")
    return value


def decode_flat(data: bytes) -> list[Any]:
    """Return the array of `data`, whose members are integers, text and byte strings only.

    As strict as `decode` and twice as fast: it is asked for every code that is scanned.
    """
    try:
        value: list[Any] = cbor2.loads(
            data, max_depth=2, allow_indefinite=False, allow_duplicate_keys=False
        )
        plain = type(value) is list and FLAT.issuperset(map(type, value))
        if not plain:
            raise Refused(Why.MALFORMED, "not a flat array")
        if cbor2.dumps(value, canonical=True) != data:
            raise Refused(Why.NOT_CANONICAL, "re-encoding differs")
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None
    return value


def _check(value: object) -> None:
    """Raise `Refused` when `value` holds anything but plain integers, text, bytes, lists, maps."""
    if type(value) in PLAIN or isinstance(value, str | bytes):
        return
    if isinstance(value, int):
        if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            raise Refused(Why.MALFORMED, "integer beyond 64 bits")
    elif isinstance(value, Mapping):
        _check_keys(value)
        _check_items(value.values())
    elif isinstance(value, list | tuple):
        _check_items(value)
    else:
        raise Refused(Why.MALFORMED, f"{type(value).__name__} is not allowed")


def _check_items(items: Iterable[object]) -> None:
    for item in items:
        if type(item) not in PLAIN:
            _check(item)


def _check_keys(keys: Iterable[object]) -> None:
    for key in keys:
        if type(key) is not str or len(key) > LONGEST_KEY or not key.isascii():
            _check_key(key)


def _check_key(key: object) -> None:
    if isinstance(key, str):
        if len(key.encode()) > LONGEST_KEY:
            raise Refused(Why.MALFORMED, f"key too long: {key}")
    elif isinstance(key, bool) or not isinstance(key, int):
        raise Refused(Why.MALFORMED, "map keys are integers or text")


def byte_string(data: bytes) -> bytes:
    """Return the deterministic encoding of a byte string: head, then `data` as it is."""
    size = len(data)
    if size < 24:
        return bytes((0x40 | size,)) + data
    for octets in (1, 2, 4, 8):
        if size < 1 << 8 * octets:
            return (
                bytes((0x40 | 24 + octets.bit_length() - 1,)) + size.to_bytes(octets, "big") + data
            )
    raise Refused(Why.TOO_LARGE, "byte string")  # pragma: no cover
