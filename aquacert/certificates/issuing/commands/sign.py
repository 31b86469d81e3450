"""Third step: sign, outside any transaction, and believe the signatures only after verifying."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aquacert.certificates.issuing.commands.plan import Planned
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.scope import Actor
from aquacert.trust import cose
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing, KeySigner
from aquacert.trust.publickeys import Owner, Use

OWN_SIGNATURE_BAD = "签章服务给出的签名自己验不过，没有签发。请联系管理员。"


@dataclass(frozen=True)
class Signers:
    """The two keys of a certificate: the body's and the vet's own."""

    office: KeySigner
    vet: KeySigner


@dataclass(frozen=True)
class Signed:
    """Both signatures, each verified by us."""

    cose: bytes
    vet: bytes
    key_id: str


def signers(
    keys: KeyRing, *, office_id: UUID, division: str, body: str, actor: Actor, now: datetime
) -> Signers:
    """Return the keys of the body and of the vet, making a first one; raise `Unavailable`.

    Asked before a number is spent: a key that does not open must not cost one.
    """
    office = Owner(f"office:{office_id}", division, body)
    vet = Owner(f"vet:{actor.person_id}", division, actor.label)
    return Signers(
        keys.load(keys.ensure(Use.ISSUE, office, now=now)),
        keys.load(keys.ensure(Use.VET, vet, now=now)),
    )


def sign(planned: Planned, by: Signers) -> Signed:
    """Sign the stored payload with the body's key and the record's digest with the vet's."""
    digest = hashlib.sha256(planned.record_bytes).digest()
    signed = Signed(
        cose.sign1(planned.payload, by.office), cose.sign1(digest, by.vet), by.office.kid.hex()
    )
    _verify(signed.cose, planned.payload, by.office)
    _verify(signed.vet, digest, by.vet)
    return signed


def _verify(message: bytes, payload: bytes, signer: KeySigner) -> None:
    try:
        verified = cose.verify_own(message, {signer.kid: signer.public.key})
    except Refused as refused:
        raise Unavailable(OWN_SIGNATURE_BAD, detail=f"{refused.why}: {refused.detail}") from None
    if verified.payload != payload:
        raise Unavailable(OWN_SIGNATURE_BAD, detail="another payload was signed")
