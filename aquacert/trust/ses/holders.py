"""Whom a certificate inside a seal names, and when it holds (GM/T 0015-2012, RFC 5280).

Only what a reader must know is taken out; no chain is judged here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from aquacert.trust.errors import Refused, TrustError, Why
from aquacert.trust.given import octets
from aquacert.trust.ses import der
from aquacert.trust.ses.der import TEXTS, Fields, Node
from aquacert.trust.ses.moments import read_time
from aquacert.trust.sm2 import sm3, verify
from aquacert.trust.spki import PublicKey

SM2_SM3 = "1.2.156.10197.1.501"
"""SM2 signature with SM3 (GM/T 0006-2012)."""
COMMON_NAME, ORGANISATION = "2.5.4.3", "2.5.4.10"
DIGESTS = (
    sm3,
    lambda data: hashlib.sha256(data).digest(),
    lambda data: hashlib.sha512(data).digest(),
)
"""A list of digests names its algorithm in the maker's own word, so each is tried. None is weak."""


@dataclass(frozen=True)
class Holder:
    """The subject of a certificate."""

    name: str
    """common name; empty when it has none"""
    organisation: str
    issuer: str
    """the issuer's common name or organisation"""
    serial: int
    valid_from: datetime
    valid_to: datetime
    fingerprint: str
    """SM3 of the certificate, hex"""
    certificate: bytes
    """DER"""

    def covers(self, instant: datetime) -> bool:
        """Tell whether the certificate's own dates cover `instant`."""
        return self.valid_from <= instant <= self.valid_to

    @property
    def shown(self) -> str:
        """The name a reader is told."""
        return self.name or self.organisation or f"{self.serial:x}"


def read_holder(certificate: bytes) -> Holder:
    """Return what a certificate (DER) says of its subject; raise `Refused` when it is none."""
    outer = der.read(certificate).children()
    fields = outer.take().children()
    outer.take().must_be(der.SEQUENCE)
    outer.take().bits()
    outer.end()
    if fields.peek() == der.TAGGED_0:
        fields.take()
    serial = fields.take().integer()
    fields.take().must_be(der.SEQUENCE)
    issuer = _names(fields.take())
    period = fields.take().children()
    begins, ends = read_time(period.take()), read_time(period.take())
    subject = _names(fields.take())
    return Holder(
        name=subject.get(COMMON_NAME, ""),
        organisation=subject.get(ORGANISATION, ""),
        issuer=issuer.get(COMMON_NAME, "") or issuer.get(ORGANISATION, ""),
        serial=serial,
        valid_from=begins,
        valid_to=ends,
        fingerprint=sm3(certificate).hex(),
        certificate=certificate,
    )


def key_of(certificate: bytes) -> PublicKey:
    """Return a certificate's key; raise `Refused` for a broken one or one neither P-256 nor SM2."""
    der.read(certificate).must_be(der.SEQUENCE)
    try:
        return PublicKey.load(certificate)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None


def matches_digest(certificate: bytes, digests: tuple[bytes, ...]) -> bool:
    """Tell whether one of `digests` is this certificate's."""
    return any(digest(certificate) in digests for digest in DIGESTS)


def is_issued_by(certificate: bytes, root: bytes) -> bool:
    """Tell whether `root`'s key signed `certificate` with SM2 (sm2sign-with-sm3); no dates."""
    try:
        fields = der.read(certificate).children()
        body, algorithm, signature = fields.take(), fields.take().children(), fields.take().bits()
        if algorithm.take().oid() != SM2_SM3:
            return False
        verify(key_of(octets(root)), body.whole, signature)
    except TrustError:
        return False
    return True


def _names(node: Node) -> dict[str, str]:
    """Return the first value of each attribute of a Name."""
    found: dict[str, str] = {}
    for part in node.children().all():
        for attribute in part.children(der.SET).all():
            oid, value = _attribute(attribute.children())
            found.setdefault(oid, value)
    return found


def _attribute(fields: Fields) -> tuple[str, str]:
    oid, value = fields.take().oid(), fields.take()
    fields.end()
    return oid, value.content.decode(TEXTS.get(value.tag, "utf-8"), "replace")
