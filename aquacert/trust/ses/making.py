"""Making a seal and putting it on data (GB/T 38540-2020), signed with SM2.

A seal made here has no legal force: in use, seals come from the authorised platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aquacert.trust.errors import Refused, Why
from aquacert.trust.ses import der
from aquacert.trust.ses.holders import SM2_SM3
from aquacert.trust.ses.moments import write_time
from aquacert.trust.ses.structures import VERSION_4, VERSION_5, ListType, Picture, Seal, parse
from aquacert.trust.sm2 import sm3

MAKER_ID = "AquaCert"
BODY_SEAL = 1
"""Type: a body's seal (a person's is 2)."""


class SealSigner(Protocol):
    """A private SM2 key that gives DER signatures, with its certificate."""

    @property
    def certificate(self) -> bytes:
        """The key's X.509 certificate, DER."""
        ...

    def sign_der(self, message: bytes) -> bytes:
        """Return the SM2-with-SM3 signature of `message`, DER."""
        ...


@dataclass(frozen=True)
class SealFacts:
    """What a new seal is to say."""

    seal_id: str
    """ASCII, unique"""
    name: str
    owners: Sequence[bytes]
    """certificates (DER) of those who may sign with it"""
    picture: Picture
    valid_from: datetime
    valid_to: datetime
    type: int = BODY_SEAL
    list_type: ListType = ListType.CERTIFICATES


def make_seal(
    facts: SealFacts, maker: SealSigner, *, now: datetime, version: int = VERSION_4
) -> bytes:
    """Return a seal (SESeal, DER) of version 4 or 5 as its maker signed it at `now`."""
    if version not in {VERSION_4, VERSION_5}:
        raise Refused(Why.UNKNOWN_VERSION, f"cannot make version {version}")
    info = der.write(
        der.SEQUENCE,
        _header(version),
        _ascii(facts.seal_id),
        _property(facts, now),
        _picture(facts.picture),
    )
    return _with_signature(info, maker)


def sign(
    seal: bytes, data: bytes, signer: SealSigner, *, at: datetime, property_info: str = ""
) -> bytes:
    """Return `seal` applied to `data` by `signer` at `at` (SES_Signature, DER).

    `property_info` (ASCII) says what the data is. Raises `Refused` for a seal that is not of
    version 4 or 5. Whether the signer may use the seal is for `verify` to say.
    """
    found = parse(seal)
    if not isinstance(found, Seal) or found.version not in {VERSION_4, VERSION_5}:
        raise Refused(Why.UNKNOWN_VERSION, "only seals of GB/T 38540 are applied")
    to_sign = der.write(
        der.SEQUENCE,
        der.write_integer(found.version),
        seal,
        write_time(at),
        der.write_bits(sm3(data)),
        _ascii(property_info),
    )
    return _with_signature(to_sign, signer)


def _with_signature(message: bytes, signer: SealSigner) -> bytes:
    return der.write(
        der.SEQUENCE,
        message,
        der.write(der.OCTET_STRING, signer.certificate),
        der.write_oid(SM2_SM3),
        der.write_bits(signer.sign_der(message)),
    )


def _header(version: int) -> bytes:
    return der.write(der.SEQUENCE, _ascii("ES"), der.write_integer(version), _ascii(MAKER_ID))


def _property(facts: SealFacts, now: datetime) -> bytes:
    if facts.list_type is ListType.CERTIFICATES:
        number, owners = 1, [der.write(der.OCTET_STRING, owner) for owner in facts.owners]
    else:
        number, owners = 2, [_digest(owner) for owner in facts.owners]
    return der.write(
        der.SEQUENCE,
        der.write_integer(facts.type),
        der.write(der.UTF8_STRING, facts.name.encode()),
        der.write_integer(number),
        der.write(der.SEQUENCE, *owners),
        write_time(now),
        write_time(facts.valid_from),
        write_time(facts.valid_to),
    )


def _digest(certificate: bytes) -> bytes:
    return der.write(
        der.SEQUENCE,
        der.write(der.PRINTABLE_STRING, b"SM3"),
        der.write(der.OCTET_STRING, sm3(certificate)),
    )


def _picture(picture: Picture) -> bytes:
    return der.write(
        der.SEQUENCE,
        _ascii(picture.type),
        der.write(der.OCTET_STRING, picture.data),
        der.write_integer(picture.width_mm),
        der.write_integer(picture.height_mm),
    )


def _ascii(text: str) -> bytes:
    return der.write(der.IA5_STRING, text.encode("ascii", "replace"))
