"""Root keys of a province and how many of them must sign; the bytes that they sign.

The values of a signed document are read strictly here: what is not exactly of its form is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, Self

from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import PublicKey

MOST_ROOTS = 16
DIVISION_DIGITS = 6


class RootSigner(Protocol):
    """As much of a signer as a signature on the list needs."""

    @property
    def kid(self) -> bytes:
        """The key's identifier, 4 bytes."""
        ...

    @property
    def algorithm(self) -> str:
        """Return `ES256` or `SM2`."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature r‖s (64 bytes) of `message`."""
        ...


@dataclass(frozen=True)
class Roots:
    """The root keys of a province, and how many of them must sign."""

    threshold: int
    keys: tuple[PublicKey, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, threshold: int, keys: Iterable[tuple[PublicKey, str]]) -> Self:
        """Return the set; raise `Refused` when the threshold is none or a key stands twice."""
        held = tuple(keys)
        distinct = {key.spki for key, _ in held}
        if not 1 <= threshold <= len(held) <= MOST_ROOTS or len(distinct) != len(held):
            raise Refused(Why.MALFORMED, f"{threshold} of {len(distinct)} roots")
        return cls(threshold, tuple(key for key, _ in held), tuple(name for _, name in held))

    @classmethod
    def from_row(cls, row: object) -> Self:
        """Return the set that `to_row` wrote; raise `Refused` when it is none."""
        fields = as_map(row)
        listed = fields.get("keys")
        if not isinstance(listed, list):
            raise Refused(Why.MALFORMED, "no root keys")
        return cls.of(as_whole(fields.get("threshold")), [_root(as_map(one)) for one in listed])

    def to_row(self) -> dict[str, Any]:
        """Return the set as JSON-ready values."""
        keys = [
            {"kid": key.kid.hex(), "alg": key.algorithm, "spki": key.spki.hex(), "name": name}
            for key, name in zip(self.keys, self.names, strict=True)
        ]
        return {"threshold": self.threshold, "keys": keys}

    @property
    def fingerprint(self) -> str:
        """What two people compare aloud: SHA-256 over threshold and keys, 32 hex digits."""
        plain = canonical([self.threshold, sorted(key.spki.hex() for key in self.keys)])
        return hashlib.sha256(plain).hexdigest()[:32]

    def same_as(self, other: Roots) -> bool:
        """Tell whether the same keys with the same threshold stand in both, whatever the names."""
        return self.fingerprint == other.fingerprint


def canonical(value: object) -> bytes:
    """Return the canonical JSON of `value` (RFC 8785, for values without fractions).

    Raise `Refused` for half a surrogate pair, NaN, and nesting without end.
    """
    try:
        return json.dumps(
            value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        ).encode()
    except (ValueError, RecursionError) as error:
        raise Refused(Why.NOT_CANONICAL, repr(error)[:300]) from None


def _root(row: Mapping[str, Any]) -> tuple[PublicKey, str]:
    try:
        key = PublicKey.load(bytes.fromhex(row["spki"]))
        if (key.kid.hex(), key.algorithm) != (row["kid"], row["alg"]):
            raise Refused(Why.MALFORMED, "kid or algorithm does not belong to the root key")
        return key, as_text(row["name"])
    except (KeyError, ValueError, TypeError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None


def as_map(value: object) -> Mapping[str, Any]:
    """Return a JSON object; raise `Refused` for anything else."""
    if not isinstance(value, dict):
        raise Refused(Why.MALFORMED, "not an object")
    return value


def as_text(value: object) -> str:
    """Return text; raise `Refused` for anything else."""
    if not isinstance(value, str):
        raise Refused(Why.MALFORMED, f"{value!r} is no text")
    return value


def as_whole(value: object) -> int:
    """Return an integer from 1 to 2^53 − 1; raise `Refused` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 53:
        raise Refused(Why.MALFORMED, f"{value!r} is no whole number")
    return value


def as_division(value: object) -> str:
    """Return a division code of six digits (GB/T 2260); raise `Refused` otherwise."""
    code = as_text(value)
    if len(code) != DIVISION_DIGITS or not (code.isascii() and code.isdigit()):
        raise Refused(Why.MALFORMED, f"{code!r} is no division code")
    return code


def as_instant(value: object) -> datetime:
    """Return an RFC 3339 instant in UTC; raise `Refused` when it names no zone."""
    try:
        found = datetime.fromisoformat(as_text(value))
        if found.tzinfo is None:
            raise Refused(Why.MALFORMED, f"{value!r} has no zone")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None
