"""COSE_Sign1 with ES256 and SM2 (RFC 9052 §4.2, RFC 9053 §2.1): make it, and judge it.

What is made here is one form only, the profile: untagged, protected header `{1: alg, 4: kid}` (and
16: content type where given), empty unprotected header, attached payload, deterministic CBOR,
signature r‖s of 64 bytes, ES256 with the lower s. `verify_own` believes nothing else; `verify1`
also reads what others make. A kid is a hint: every key that may be meant is tried. A signature is
never used as an identifier (ECDSA signatures are malleable).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeGuard

from aquacert.trust import cbor, cborread
from aquacert.trust.der import SIGNATURE_BYTES
from aquacert.trust.errors import Refused, Why
from aquacert.trust.given import octets, text
from aquacert.trust.publickeys import ListedKey
from aquacert.trust.spki import ALGORITHMS, ES256, KID_BYTES, SM2, PublicKey, is_low, lowered

NUMBERS = {ES256: -7, SM2: -65537}
"""COSE algorithm numbers: RFC 9053 table 1; none is registered for SM2, so one for private use."""
NAMES = {number: name for name, number in NUMBERS.items()}
ALGORITHM, CRITICAL, KEY_ID, TYPE = 1, 2, 4, 16
"""COSE header labels: alg, crit, kid (RFC 9052 table 2) and typ (RFC 9596)."""
UNDERSTOOD = frozenset({ALGORITHM, CRITICAL, KEY_ID, TYPE})
TAG = 18
EMPTY_MAP = 0xA0
_BEGINNINGS = {
    NUMBERS[ES256]: bytes.fromhex("8449a201260444"),
    NUMBERS[SM2]: bytes.fromhex("844da2013a000100000444"),
}
"""An object of our own up to its kid: array of 4, protected header of 9 or 13 bytes."""
_LEAST = {1: 24, 2: 1 << 8, 4: 1 << 16}
"""Least size that needs a head of so many more octets."""
Keys: TypeAlias = Mapping[bytes, "PublicKey | Sequence[PublicKey]"]
"""Public keys by kid; a kid may name several."""


class MinimalSigner(Protocol):
    """As much of a signer as `sign1` needs."""

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


class Signer(MinimalSigner, Protocol):
    """A private key somewhere, in a file or on a token, that signs what it is given."""

    @property
    def public(self) -> ListedKey | PublicKey:
        """The public half."""
        ...

    @property
    def certificate(self) -> bytes:
        """The key's X.509 certificate, DER."""
        ...

    def sign_der(self, message: bytes) -> bytes:
        """Return the DER signature of `message`."""
        ...


@dataclass(frozen=True)
class Verified:
    """A payload whose signature was found good under `key`, named `kid` ("" when it named none)."""

    payload: bytes
    kid: bytes
    algorithm: str
    """"ES256" or "SM2\""""
    key: PublicKey


@dataclass(frozen=True)
class Envelope:
    """The parts of a COSE_Sign1, nothing verified."""

    protected: bytes
    """the encoded map as it is signed: nothing for an empty map"""
    header: Mapping[Any, Any]
    """both headers"""
    payload: bytes
    signature: bytes
    is_own: bool
    """of our own profile: then only its one encoding is believed"""


def sign1(payload: bytes, signer: MinimalSigner, *, content_type: str | None = None) -> bytes:
    """Return the untagged COSE_Sign1 of `payload` under `signer`, in our profile.

    Raise `Refused` when the signer's algorithm has no number or it gives no 64 bytes. An ES256
    signature is brought to its lower s whatever the signer gave.
    """
    payload, algorithm = octets(payload), getattr(signer, "algorithm", None)
    if algorithm not in ALGORITHMS:
        raise Refused(Why.UNKNOWN_ALGORITHM, repr(algorithm))
    header: dict[int, cbor.Value] = {ALGORITHM: NUMBERS[algorithm], KEY_ID: octets(signer.kid)}
    if content_type is not None:
        header[TYPE] = text(content_type)
    protected = cbor.encode(header)
    signature = signer.sign(to_be_signed(protected, payload))
    if len(signature) != SIGNATURE_BYTES:
        raise Refused(Why.MALFORMED, f"signer gave {len(signature)} bytes, not r‖s of 64")
    if algorithm == ES256:
        signature = lowered(signature)
    return cbor.encode([protected, {}, payload, signature])


def verify1(
    message: bytes, keys: Keys, *, content_type: str | None = None, external: bytes = b""
) -> Verified:
    """Return the verified payload of a COSE_Sign1; raise `Refused` saying why it is not believed.

    Tagged (18) or not; alg and kid in either header, but no label in both; `keys` by kid, where a
    kid may also be the beginning of a longer one, and without any kid every key is tried. With
    `content_type` the object must say that type. `external` is the external_aad (RFC 9052 §4.4).
    An object of our own profile, untagged, is held to it: deterministic, lower s, else
    NOT_CANONICAL. A tagged one is another's: it may be written and signed in any legal way.
    """
    return _verified(read(octets(message)), keys, content_type, octets(external))


def verify_own(message: bytes, keys: Keys, *, content_type: str | None = None) -> Verified:
    """Return the verified payload of an object in our own profile; refuse any other form.

    Without `content_type` an object that says a type is refused: a status list is no certificate.
    """
    envelope = read(message)
    if not envelope.is_own or message[:1] != b"\x84":
        if _algorithm(envelope.header) is None:
            raise Refused(Why.UNKNOWN_ALGORITHM, repr(envelope.header.get(ALGORITHM)))
        raise Refused(Why.MALFORMED, "not of our profile")
    if content_type is None and TYPE in envelope.header:
        raise Refused(Why.MALFORMED, "an object of another type")
    return _verified(envelope, keys, content_type, b"")


def peek_kid(message: bytes) -> bytes:
    """Return the kid an object claims, unverified: only to choose which key to ask for."""
    return _kid(read(message).header) or b""


def to_be_signed(protected: bytes, payload: bytes, external: bytes = b"") -> bytes:
    """Return the Sig_structure bytes of RFC 9052 §4.4 for context Signature1."""
    return b"".join(
        (
            b"\x84\x6aSignature1",
            cbor.byte_string(protected),
            cbor.byte_string(external) if external else b"\x40",
            cbor.byte_string(payload),
        )
    )


def read(message: bytes) -> Envelope:
    """Return the parts of a COSE_Sign1; raise `Refused` unless it is well formed."""
    return _own_form(message) or _any_form(message)


def _own_form(message: bytes) -> Envelope | None:
    """Return the parts of an object in exactly the form `sign1` gives without content type.

    Read by place, for speed: every octet but kid, payload and signature is known beforehand, so
    nothing need be encoded again. None sends the object the long way.
    """
    number = NUMBERS[ES256 if message[1:2] == b"\x49" else SM2]
    begins = _BEGINNINGS[number]
    if not message.startswith(begins):
        return None
    kid_at = len(begins)
    head = kid_at + KID_BYTES + 1
    size, at = _payload_place(message, head)
    ends = at + size
    if len(message) != ends + 2 + SIGNATURE_BYTES or message[ends : ends + 2] != b"\x58\x40":
        return None
    signature = message[ends + 2 :]
    if message[head - 1] != EMPTY_MAP or (number == NUMBERS[ES256] and not is_low(signature)):
        return None
    kid = message[kid_at : head - 1]
    header = {ALGORITHM: number, KEY_ID: kid}
    return Envelope(message[2 : head - 1], header, message[at:ends], signature, is_own=True)


def _payload_place(message: bytes, head: int) -> tuple[int, int]:
    """Return size and place of a byte string whose head, the shortest one, is at `head`."""
    first = message[head] if head < len(message) else 0
    if 0x40 <= first < 0x58:
        return first - 0x40, head + 1
    octets = {0x58: 1, 0x59: 2, 0x5A: 4}.get(first, 0)
    size = int.from_bytes(message[head + 1 : head + 1 + octets], "big")
    is_shortest = octets and size >= _LEAST[octets]
    return (size if is_shortest else len(message)), head + 1 + octets


def _any_form(message: bytes) -> Envelope:
    value = cborread.read(message)
    match _untagged(value):
        case [bytes(protected), dict() as outer, bytes(payload), bytes(signature)]:
            pass
        case _:
            raise Refused(Why.MALFORMED, "not a COSE_Sign1 of four parts")
    inner = cborread.read(protected) if protected else {}
    if not isinstance(inner, dict):
        raise Refused(Why.MALFORMED, "protected header is no map")
    if inner.keys() & outer.keys():
        raise Refused(Why.MALFORMED, "a label in both headers")
    if len(signature) != SIGNATURE_BYTES:
        raise Refused(Why.MALFORMED, f"signature of {len(signature)} bytes")
    _check_critical(inner, outer)
    is_own = isinstance(value, list) and not outer and _is_profile(inner)
    if is_own:
        _check_canonical(message, protected, inner, payload, signature)
    return Envelope(protected if inner else b"", {**outer, **inner}, payload, signature, is_own)


def _untagged(value: object) -> object:
    """Return what stands under tag 18, or the value itself when there is no tag."""
    if isinstance(value, cborread.Tagged) and value.number == TAG:
        return value.value
    return value


def _verified(
    envelope: Envelope, keys: Keys, content_type: str | None, external: bytes
) -> Verified:
    algorithm = _algorithm(envelope.header)
    if algorithm is None:
        raise Refused(Why.UNKNOWN_ALGORITHM, repr(envelope.header.get(ALGORITHM)))
    if content_type is not None and envelope.header.get(TYPE) != content_type:
        raise Refused(Why.MALFORMED, "an object of another type")
    if type(keys) is not dict and not isinstance(keys, Mapping):
        raise Refused(Why.MALFORMED, f"keys are no mapping but {type(keys).__name__}")
    kid = _kid(envelope.header)
    signed = to_be_signed(envelope.protected, envelope.payload, external)
    candidates = _meant(kid, keys)
    for key in candidates:
        if (
            _is_key(key)
            and key.algorithm == algorithm
            and _is_good(key, envelope.signature, signed)
        ):
            return Verified(envelope.payload, kid or b"", algorithm, key)
    raise Refused(Why.BAD_SIGNATURE if candidates else Why.UNKNOWN_KEY, (kid or b"").hex())


def _is_good(key: PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except Refused:
        return False
    return True


def _meant(kid: bytes | None, keys: Keys) -> Sequence[PublicKey]:
    """Return the keys that `kid` may mean: those of that name, else of a longer or shorter one."""
    exact = keys.get(kid) if kid else None
    if exact is not None and len(kid or b"") == KID_BYTES:
        return _each(exact)
    others = [
        key
        for name, named in keys.items()
        for key in _each(named)
        if _is_key(key) and (not kid or (name != kid and _may_be(kid, name, key)))
    ]
    return [*_each(exact), *others]


def _may_be(kid: bytes, name: object, key: PublicKey) -> bool:
    is_longer = isinstance(name, bytes) and name.startswith(kid)
    return is_longer or (len(kid) >= KID_BYTES and kid.startswith(key.kid))


def _each(named: PublicKey | Sequence[PublicKey] | None) -> Sequence[PublicKey]:
    if type(named) is list:
        return named
    return named if isinstance(named, Sequence) else (named,) if _is_key(named) else ()


def _is_key(value: object) -> TypeGuard[PublicKey]:
    """Tell whether this is a key: what else stands under a kid counts for none."""
    return isinstance(value, PublicKey)


def _algorithm(header: Mapping[Any, Any]) -> str | None:
    """Return the suite that alg names; None for another one or for no number at all."""
    number = header.get(ALGORITHM)
    return NAMES.get(number) if type(number) is int else None


def _kid(header: Mapping[Any, Any]) -> bytes | None:
    """Return the kid, None when there is none."""
    kid = header.get(KEY_ID)
    if kid is not None and not isinstance(kid, bytes):
        raise Refused(Why.MALFORMED, "kid is no byte string")
    return kid


def _check_critical(inner: Mapping[Any, Any], outer: Mapping[Any, Any]) -> None:
    """Refuse a header that must be understood and is not (RFC 9052 §3.1, crit)."""
    if CRITICAL in outer:
        raise Refused(Why.MALFORMED, "crit is not protected")
    if CRITICAL not in inner:
        return
    labels = inner[CRITICAL]
    if not isinstance(labels, list) or not labels:
        raise Refused(Why.MALFORMED, "crit is no list")
    for label in labels:
        if type(label) is not int or label not in UNDERSTOOD or label not in inner:
            raise Refused(Why.MALFORMED, f"critical header {label!r}")


def _is_profile(inner: Mapping[Any, Any]) -> bool:
    kid = inner.get(KEY_ID)
    return (
        inner.keys() in ({ALGORITHM, KEY_ID}, {ALGORITHM, KEY_ID, TYPE})
        and _algorithm(inner) is not None
        and isinstance(kid, bytes)
        and len(kid) == KID_BYTES
    )


def _check_canonical(
    message: bytes, protected: bytes, inner: Mapping[Any, Any], payload: bytes, signature: bytes
) -> None:
    """Refuse an object of our profile unless it is the one encoding we make of it."""
    if cbor.encode(dict(inner)) != protected:
        raise Refused(Why.NOT_CANONICAL, "protected header")
    if cbor.encode([protected, {}, payload, signature]) != message:
        raise Refused(Why.NOT_CANONICAL, "COSE_Sign1")
    if inner[ALGORITHM] == NUMBERS[ES256] and not is_low(signature):
        raise Refused(Why.NOT_CANONICAL, "s is not the lower one")
