"""Signed JSON: a compact JWS with ES256, made and believed (RFC 7515, RFC 7518 §3.4).

Only what a status list needs. alg none, a MAC and every other algorithm are refused before any
key is asked; a name that stands twice and an unknown `crit` are refused too.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from aquacert.trust.cose import Signer
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import PublicKey
from aquacert.trust.statusbits import from_base64url

ES256 = "ES256"
PARTS = 3
Keys: TypeAlias = Mapping[bytes, "PublicKey | Sequence[PublicKey]"]
"""Keys by kid, as `cose.verify1` takes them."""


def is_jws(data: bytes) -> bool:
    """Tell a compact JWS from CBOR: all ASCII, three parts, begins with the base64url of `{`."""
    return data[:2] in {b"ey", b"ew", b"e3"} and data.isascii() and data.count(b".") == PARTS - 1


def make_jws(claims: Mapping[str, Any], signer: Signer, kind: str) -> str:
    """Return `claims` as compact JWS of type `kind`; raise `Refused` for a signer not of ES256."""
    if signer.algorithm != ES256:
        raise Refused(Why.UNKNOWN_ALGORITHM, f"{signer.algorithm} has no name in JOSE")
    header = {"alg": ES256, "kid": signer.kid.hex(), "typ": kind}
    message = f"{_to_text(header)}.{_to_text(claims)}"
    signature = base64.urlsafe_b64encode(signer.sign(message.encode())).decode().rstrip("=")
    return f"{message}.{signature}"


def open_jws(token: bytes, keys: Keys, kinds: Collection[str]) -> tuple[dict[str, Any], bytes]:
    """Return (claims, kid) of a JWS of one of `kinds`; raise `Refused` unless to be believed."""
    parts = token.decode("ascii", "replace").strip().split(".")
    if len(parts) != PARTS:
        raise Refused(Why.MALFORMED, "not a JWS of three parts")
    header = _json(parts[0])
    if header.get("alg") != ES256:
        raise Refused(Why.UNKNOWN_ALGORITHM, repr(header.get("alg")))
    if str(header.get("typ", "")).lower() not in kinds or "crit" in header:
        raise Refused(Why.MALFORMED, f"type {header.get('typ')!r}")
    asked = _candidates(keys, header.get("kid"))
    kid = _check(f"{parts[0]}.{parts[1]}".encode(), from_base64url(parts[2]), asked)
    return _json(parts[1]), kid


def _candidates(keys: Keys, kid: object) -> list[tuple[bytes, PublicKey]]:
    """Return the keys a JWT's kid may mean: as text, hex or base64url; without kid all of them."""
    if not isinstance(keys, Mapping):
        raise Refused(Why.MALFORMED, f"keys are no mapping but {type(keys).__name__}")
    if kid is None:
        names = list(keys)
    elif isinstance(kid, str):
        names = [name for name in _names(kid) if name in keys]
    else:
        raise Refused(Why.MALFORMED, "kid is no text")
    found: list[tuple[bytes, PublicKey]] = []
    for name in names:
        held: object = keys[name]
        listed = held if isinstance(held, Sequence) else [held]
        found += [(name, key) for key in listed if isinstance(key, PublicKey)]
    if not found:
        raise Refused(Why.UNKNOWN_KEY, repr(kid))
    return found


def _names(kid: str) -> list[bytes]:
    names = [kid.encode("utf-8", "replace")]
    for read in (
        bytes.fromhex,
        lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)),
    ):
        try:
            names.append(read(kid))
        except (ValueError, binascii.Error):
            continue
    return names


def _check(message: bytes, signature: bytes, keys: Sequence[tuple[bytes, PublicKey]]) -> bytes:
    """Return the kid of the key that made the signature; raise `Refused` when none did."""
    for kid, key in keys:
        if key.algorithm != "ES256":
            continue
        try:
            key.verify(signature, message)
        except Refused:
            continue
        return kid
    raise Refused(Why.BAD_SIGNATURE, "no key made it")


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(from_base64url(part), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None
    if not isinstance(value, dict):
        raise Refused(Why.MALFORMED, "not a JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice (RFC 7515 §4, RFC 7519 §4)."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise Refused(Why.MALFORMED, "a name stands twice")
    return dict(pairs)


def _to_text(value: object) -> str:
    plain = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")
