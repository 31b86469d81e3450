"""May a code be believed? Thin: this province's own keys; other provinces' lists come later.

The third answer is built in from the start: a good signature by an issuer on no list we hold is
neither valid nor forged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from aquacert.certificates.models import Certificate
from aquacert.kernel.work import Look
from aquacert.trust import qr
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import peek_kid, verify_own
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import KeyRing
from aquacert.trust.publickeys import Use
from aquacert.trust.trustlist import TrustList, read_claims


class Answer(StrEnum):
    """What may be said of a code."""

    GOOD = "good"
    """The signature is good and its issuer is on a list we hold."""
    UNKNOWN_ISSUER = "unknown-issuer"
    """No list we hold names its issuer: neither good nor forged."""
    REFUSED = "refused"
    """Forged, broken, or signed when the key was not valid."""


@dataclass(frozen=True)
class Judgement:
    """The answer, why it was refused, and the claims when the signature is good."""

    answer: Answer
    why: Why | None = None
    claims: QrClaims | None = None
    kid: bytes = b""


def own_list(keys: KeyRing) -> TrustList:
    """Return the list of this installation's own keys."""
    return TrustList(keys.public_keys())


def judge(keys: KeyRing, code: str) -> Judgement:
    """Judge a scanned address or its digits; says nothing of status, only of the signature."""
    try:
        cose = qr.read_url(code).cose if "/" in code else qr.from_digits(code)
        kid = peek_kid(cose)
        trust = own_list(keys)
        verified = verify_own(cose, trust.keys_of(Use.ISSUE))
        claims = QrClaims.decode(verified.payload)
    except Refused as refused:
        unknown = refused.why is Why.UNKNOWN_KEY
        return Judgement(Answer.UNKNOWN_ISSUER if unknown else Answer.REFUSED, refused.why)
    if not any(key.covers(claims.issued) for key in trust.matching(kid, Use.ISSUE)):
        return Judgement(Answer.REFUSED, Why.KEY_NOT_VALID, claims, kid)
    return Judgement(Answer.GOOD, None, claims, kid)


def recheck(look: Look, keys: KeyRing) -> tuple[int, list[str]]:
    """Check every stored certificate anew: signature, issuer, record, number.

    Returns how many there are and a sentence for each that is wrong: a row that somebody changed
    in the database shows here, whoever did it.
    """
    trust = own_list(keys)
    count, wrong = 0, []
    rows = look.session.execute(
        select(Certificate.number, Certificate.record, Certificate.cose).order_by(Certificate.id)
    )
    for number, record, cose in rows:
        count += 1
        try:
            claims = read_claims(cose, trust).claims
        except Refused as refused:
            wrong.append(f"{number} {refused.sentence}")
            continue
        if claims.number != number or not claims.are_of(record):
            wrong.append(f"{number} 的登记内容与签名不符")
    return count, wrong
