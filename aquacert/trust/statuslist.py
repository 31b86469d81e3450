"""Signed status lists, made and read: IETF draft-ietf-oauth-status-list, as CWT and as JWT.

The CWT is a COSE_Sign1 of type `application/statuslist+cwt` (§5.2), the JWT a compact JWS of type
`statuslist+jwt` (§5.1). The bits themselves are in `statusbits`; their public names are here too.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2

from aquacert.kernel.errors import Conflict
from aquacert.trust import cbor, cborread
from aquacert.trust.cose import Signer, sign1, verify1
from aquacert.trust.errors import Refused, Why
from aquacert.trust.given import octets
from aquacert.trust.statusbits import (
    BITS,
    FINAL,
    LARGEST_LIST,
    SLOTS,
    Status,
    StatusList,
    build,
)
from aquacert.trust.webtoken import Keys, is_jws, make_jws, open_jws

__all__ = [
    "BITS",
    "FINAL",
    "LARGEST_LIST",
    "SLOTS",
    "SignedStatus",
    "Status",
    "StatusList",
    "build",
    "decode",
    "peek",
    "random_index",
    "read_list",
    "sign_jwt",
    "sign_list",
]

CONTENT_TYPE = "application/statuslist+cwt"
JWT_TYPE = "statuslist+jwt"
JWT_TYPES = frozenset({JWT_TYPE, f"application/{JWT_TYPE}"})
"""RFC 7515 §4.1.9: with and without `application/` say the same."""
SUBJECT, EXPIRES, ISSUED = 2, 4, 6
"""CWT claims sub, exp, iat (RFC 8392 §4)."""
TIME_TO_LIVE, STATUS_LIST = 65534, 65533
LIVES = timedelta(hours=24)
TTL_SECONDS = 300
LARGEST_TOKEN = 1 << 25
"""Bytes of the largest token this reads."""
LATEST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z: no time of a claim lies beyond."""


@dataclass(frozen=True)
class SignedStatus:
    """A verified status list and what it says of itself (instants UTC)."""

    uri: str
    """`sub`: the address a certificate names"""
    issued: datetime
    expires: datetime | None
    """None: the list names no end; the reader decides when it is too old"""
    statuses: StatusList
    ttl: float | None = None
    """seconds after which a fresh copy should be asked for"""
    aggregation_uri: str = ""
    kid: bytes = b""


def decode(
    token: bytes | str, keys: Keys, *, now: datetime | None = None, uri: str | None = None
) -> SignedStatus:
    """Return the verified list of a CWT (bytes; tag 18 or 61 or none) or a JWT (text or bytes).

    `now`: a list past its `exp` is refused as stale; without `now` its age is not judged. `uri`:
    what `sub` must be. Raise `Refused` with the reason for a signature that no key of `keys` made,
    for alg none, a MAC or any unknown algorithm, for another type, a missing sub, iat or list, a
    width other than 1, 2, 4, 8, and a `lst` that is torn, trailed or far too large.
    """
    data = token.encode("utf-8", "replace") if isinstance(token, str) else octets(token)
    if len(data) > LARGEST_TOKEN:
        raise Refused(Why.TOO_LARGE, f"{len(data)} bytes of status list")
    found = _of_jwt(data, keys) if is_jws(data) else _of_cwt(data, keys)
    if uri is not None and found.uri != uri:
        raise Refused(Why.BAD_PROOF, f"list of {found.uri}, not of {uri}")
    if now is not None and found.expires is not None and _aware(now) >= found.expires:
        raise Refused(Why.STALE, found.uri)
    return found


def peek(token: bytes) -> StatusList:
    """Return the bits of a CWT of our own, its signature unchecked: only to compare versions."""
    payload = _cbor_array(token)[2]
    return StatusList.unpack(_cbor(payload)[STATUS_LIST]["lst"])


def read_list(token: bytes | str, keys: Keys, now: datetime) -> SignedStatus:
    """Return the verified list; raise `Refused` when forged, of other form, or past its time."""
    return decode(token, keys, now=now)


def sign_list(statuses: StatusList, uri: str, signer: Signer, now: datetime) -> bytes:
    """Return the list as signed CWT: address, issued now, holds 24 h, ask again after 300 s."""
    claims: dict[int, cbor.Value] = {
        SUBJECT: uri,
        ISSUED: int(now.timestamp()),
        EXPIRES: int((now + LIVES).timestamp()),
        TIME_TO_LIVE: TTL_SECONDS,
        STATUS_LIST: {"bits": statuses.bits, "lst": statuses.pack()},
    }
    return sign1(cbor.encode(claims), signer, content_type=CONTENT_TYPE)


def sign_jwt(statuses: StatusList, uri: str, signer: Signer, now: datetime) -> str:
    """Return the same list as signed JWT (ES256 only: there is no registered name for SM2).

    Raise `Refused` for a signer of another algorithm.
    """
    claims = {
        "sub": uri,
        "iat": int(now.timestamp()),
        "exp": int((now + LIVES).timestamp()),
        "ttl": TTL_SECONDS,
        "status_list": {"bits": statuses.bits, "lst": statuses.to_lst()},
    }
    return make_jws(claims, signer, JWT_TYPE)


def random_index(
    taken: Collection[int] | Callable[[int], bool], size: int = SLOTS, tries: int = 64
) -> int:
    """Return a free random index, so that a slot says nothing of order or volume.

    `taken` is a collection or a question to the database. Raise `Conflict` when the list is
    so full that `tries` draws find nothing: the caller opens the next list.
    """
    for _ in range(tries):
        index = secrets.randbelow(size)
        if not (taken(index) if callable(taken) else index in taken):
            return index
    raise Conflict("这份状态清单快满了，请启用下一份。")


def _of_cwt(token: bytes, keys: Keys) -> SignedStatus:
    verified = verify1(_untagged(token), keys, content_type=CONTENT_TYPE)
    claims = _cbor(verified.payload)
    held = claims.get(STATUS_LIST)
    if not isinstance(held, dict) or not isinstance(held.get("lst"), bytes):
        raise Refused(Why.MALFORMED, "no status list")
    return SignedStatus(
        uri=_text(claims.get(SUBJECT)),
        issued=_instant(claims.get(ISSUED)),
        expires=None if EXPIRES not in claims else _instant(claims[EXPIRES]),
        statuses=StatusList.unpack(held["lst"], _bits(held.get("bits"))),
        ttl=_ttl(claims, TIME_TO_LIVE),
        aggregation_uri=_text(held.get("aggregation_uri", "")),
        kid=verified.kid,
    )


def _of_jwt(token: bytes, keys: Keys) -> SignedStatus:
    claims, kid = open_jws(token, keys, JWT_TYPES)
    held = claims.get("status_list")
    if not isinstance(held, dict) or not isinstance(held.get("lst"), str):
        raise Refused(Why.MALFORMED, "no status list")
    return SignedStatus(
        uri=_text(claims.get("sub")),
        issued=_instant(claims.get("iat")),
        expires=None if "exp" not in claims else _instant(claims["exp"]),
        statuses=StatusList.from_lst(held["lst"], _bits(held.get("bits"))),
        ttl=_ttl(claims, "ttl"),
        aggregation_uri=_text(held.get("aggregation_uri", "")),
        kid=kid,
    )


def _untagged(token: bytes) -> bytes:
    """Take a leading CWT tag 61 (RFC 8392 §6) away; tag 18 is read by `verify1`."""
    return token[2:] if token[:2] == b"\xd8\x3d" else token


def _cbor_array(token: bytes) -> list[Any]:
    value = cbor2.loads(_untagged(token))
    held = value.value if isinstance(value, cbor2.CBORTag) else value
    if not isinstance(held, list) or len(held) != 4:
        raise Refused(Why.MALFORMED, "not a COSE_Sign1 of four parts")
    return held


def _cbor(payload: bytes) -> dict[Any, Any]:
    """Return the claims: any well-formed CBOR, for others need not write the deterministic form."""
    claims = cborread.read(payload)
    if not isinstance(claims, dict):
        raise Refused(Why.MALFORMED, "claims are no map")
    return claims


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Refused(Why.MALFORMED, f"{value!r} is no text")
    return value


def _bits(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(Why.MALFORMED, f"{value!r} bits")
    return value


def _aware(now: datetime) -> datetime:
    """Return `now`, a naive one as UTC; raise `Refused` when it is no instant."""
    if not isinstance(now, datetime):
        raise Refused(Why.MALFORMED, f"{type(now).__name__} is no instant")
    return now if now.tzinfo is not None else now.replace(tzinfo=UTC)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(Why.MALFORMED, f"{value!r} is no number")
    return value


def _ttl(claims: Mapping[Any, Any], name: object) -> float | None:
    if name not in claims:
        return None
    seconds = _number(claims[name])
    if seconds <= 0:
        raise Refused(Why.MALFORMED, f"ttl {seconds}")
    return seconds


def _instant(value: object) -> datetime:
    seconds = _number(value)
    if not 0 <= seconds <= LATEST_SECOND:
        raise Refused(Why.MALFORMED, f"{seconds} is out of range")
    return datetime.fromtimestamp(seconds, UTC)
