"""Every certificate in the register, checked anew: signature, issuer, record, number."""

from __future__ import annotations

from sqlalchemy import select

from aquacert.certificates.models import Certificate
from aquacert.certificates.peers.queries.own import own_list
from aquacert.kernel.work import Look
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing
from aquacert.trust.trustlist import read_claims


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
