"""Electronic seals for tests: keys, certificates, and an encoder that is not the product's.

`v1_seal` and `v1_value` follow GM/T 0031-2014; they are written with asn1crypto, so that the reader
under test is not fed by its own writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from asn1crypto import core

from aquacert.certificates.seals.commands import make_seal
from aquacert.http.house import House
from aquacert.kernel.scope import Actor
from aquacert.trust import ses, sm2
from aquacert.trust.der import split, write_signature
from aquacert.trust.signers import Sm2Key
from aquacert.trust.x509 import Subject, issue_certificate, issue_root

NOW = datetime(2026, 5, 9, 2, 0, tzinfo=UTC)
BEGINS, ENDS = NOW - timedelta(days=10), NOW + timedelta(days=200)
DATA = "<?xml version='1.0'?><ofd:Signature>检疫证明</ofd:Signature>".encode()
PICTURE = ses.Picture("PNG", b"\x89PNG\r\n\x1a\n" + bytes(40), 42, 42)
SM2_SM3 = "1.2.156.10197.1.501"


@dataclass(frozen=True)
class Someone:
    """Somebody with an SM2 key and a certificate for it."""

    private: Sm2Key
    certificate: bytes

    def sign_der(self, message: bytes) -> bytes:
        """Sign as a seal's maker or holder does."""
        return write_signature(*split(self.private.sign(message)))


def someone(
    name: str, *, begins: datetime = BEGINS, ends: datetime = ENDS, issuer: Someone | None = None
) -> Someone:
    """Return somebody new; with no issuer the certificate is self-signed."""
    private = Sm2Key(sm2.generate()[0])
    subject = Subject(name, "", private.key.kid, begins, ends)
    if issuer is None:
        return Someone(private, issue_root(private, subject))
    signed = issue_certificate(private.key, subject, issuer.private, issuer.certificate)
    return Someone(private, signed)


def facts(*owners: Someone, **changes: object) -> ses.SealFacts:
    """Return what an ordinary seal says."""
    values: dict[str, object] = {
        "seal_id": "32010200000001",
        "name": "示例市甲县动物卫生监督所检疫专用章",
        "owners": [owner.certificate for owner in owners],
        "picture": PICTURE,
        "valid_from": NOW - timedelta(days=1),
        "valid_to": NOW + timedelta(days=100),
    }
    return ses.SealFacts(**{**values, **changes})  # type: ignore[arg-type]


def sequence(*parts: core.Asn1Value | bytes) -> core.Asn1Value:
    """Return a SEQUENCE of parts, encoded by asn1crypto."""
    contents = b"".join(p if isinstance(p, bytes) else p.dump() for p in parts)
    whole: core.Asn1Value = core.Sequence(contents=contents)
    return whole


def v1_seal(
    maker: Someone,
    *owners: Someone,
    version: int = 1,
    algorithm: str = SM2_SM3,
    name: str = "测试章",
) -> bytes:
    """Return a seal of GM/T 0031-2014: UTCTime, the maker signs {info, cert, algorithm}."""
    times = [core.UTCTime(t) for t in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=100))]
    listed = sequence(*(core.OctetString(owner.certificate) for owner in owners))
    info = sequence(
        sequence(core.IA5String("ES"), core.Integer(version), core.IA5String("OLD")),
        core.IA5String("V1-0001"),
        sequence(core.Integer(1), core.UTF8String(name), listed, *times),
        sequence(
            core.IA5String("PNG"),
            core.OctetString(PICTURE.data),
            core.Integer(40),
            core.Integer(40),
        ),
    )
    certificate = core.OctetString(maker.certificate)
    oid = core.ObjectIdentifier(algorithm)
    signature = maker.sign_der(sequence(info, certificate, oid).dump())
    signed = sequence(certificate, oid, core.OctetBitString(signature))
    return bytes(sequence(info, signed).dump())


def v1_value(
    seal: bytes,
    signer: Someone,
    *,
    data: bytes = DATA,
    time_info: bytes = b"2026-05-09 10:00:00",
    raw: bool = False,
    octets: bool = False,
) -> bytes:
    """Return a signed value of GM/T 0031-2014; `octets`: time and digest in OCTET STRINGs."""
    holder = core.OctetString if octets else core.OctetBitString
    to_sign = sequence(
        core.Integer(1),
        seal,
        holder(time_info),
        holder(sm2.sm3(data)),
        core.IA5String("/Doc_0/Signs/Sign_0/Signature.xml"),
        core.OctetString(signer.certificate),
        core.ObjectIdentifier(SM2_SM3),
    ).dump()
    signature = signer.private.sign(to_sign) if raw else signer.sign_der(to_sign)
    return bytes(sequence(to_sign, core.OctetBitString(signature)).dump())


def utc_time(instant: datetime) -> bytes:
    """Return the DER of a UTCTime, as some V1 producers put it into timeInfo."""
    return bytes(core.UTCTime(instant).dump())


def elsewhere(name: str = "某省政务电子印章平台", **changes: object) -> bytes:
    """Return a seal (version 4) that some platform made, valid around the tests' day."""
    maker = someone(name)
    holder = someone("示例单位", issuer=maker)
    return ses.make_seal(facts(holder, **changes), maker, now=NOW)


def give_seal(house: House, keeper: Actor, body_id: UUID) -> UUID:
    """Let a keeper make a seal for a body, valid for half a year."""
    with house.database.work(keeper) as w:
        return make_seal(w, house.keys, body_id=body_id, ends_on=w.today + timedelta(days=180))
