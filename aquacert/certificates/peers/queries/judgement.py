"""What may be said of a certificate, in exact words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from aquacert.certificates.rules.peers import STATUS_SENTENCES, PeerStatusAnswer
from aquacert.trust.claims import QrClaims
from aquacert.trust.errors import SENTENCES, Why


class Answer(StrEnum):
    """What may be said of a code."""

    GOOD = "good"
    """The signature is good and its issuer is on a list we hold."""
    UNKNOWN_ISSUER = "unknown-issuer"
    """No list we hold names its issuer: neither good nor forged."""
    REFUSED = "refused"
    """Forged, broken, or signed when the key was not valid."""


class Unknown(StrEnum):
    """Why an issuer is unknown; the words differ, for the proof differs."""

    NO_KEY = "no-key"
    """no key at hand: the signature was not checked at all"""
    CARRIED = "carried"
    """the file carries its signers' certificates and is unchanged under them"""


UNKNOWN_SENTENCES: Mapping[Unknown, str] = MappingProxyType(
    {
        Unknown.NO_KEY: "签发机构不在手上的任何一份信任清单里，手上没有它的密钥，签名没有核验。",
        Unknown.CARRIED: "文件上的电子签名完好，但签名人的证书只是随文件带来的，"
        "签发机构不在手上的任何一份信任清单里。",
    }
)


@dataclass(frozen=True)
class Judgement:
    """The answer for one certificate. Green only when `is_green`; the rest is 待核 or refused."""

    answer: Answer
    why: Why | None = None
    """why it was refused; or `stale`: good, but the lists at hand are too old to say more"""
    claims: QrClaims | None = None
    """only when a listed key's signature was found good"""
    kid: bytes = b""
    issuer: str = ""
    """name of the issuing body as the trust list says"""
    division: str = ""
    province: str = ""
    is_own: bool = False
    """issued by this installation"""
    status: PeerStatusAnswer = PeerStatusAnswer.UNKNOWN
    status_at: datetime | None = None
    """when what says the status was signed; for our own, now"""
    note: str = ""
    """what else must be said, in one sentence"""
    unknown: Unknown | None = None
    logged_at: datetime | None = None
    """when the public log of its province took it, where the file proves it"""
    cose: bytes = b""
    is_in_time: bool = True
    """now lies between issue and end of validity; pages say so when it does not"""

    @property
    def is_green(self) -> bool:
        """Tell whether signature, issuer, status and time are all good now."""
        is_good = self.answer is Answer.GOOD and self.status is PeerStatusAnswer.VALID
        return is_good and self.is_in_time

    @property
    def sentence(self) -> str:
        """Say the answer in one plain sentence."""
        if self.answer is Answer.UNKNOWN_ISSUER:
            return UNKNOWN_SENTENCES[self.unknown or Unknown.NO_KEY]
        if self.answer is Answer.REFUSED:
            return SENTENCES[self.why or Why.MALFORMED]
        late = "" if self.is_in_time else "现在不在证明的有效期内。"
        return f"签名有效，签发机构在信任清单上。{self.note or STATUS_SENTENCES[self.status]}{late}"
