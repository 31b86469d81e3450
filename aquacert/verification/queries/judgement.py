"""One certificate, proved and judged in this process: never a stored answer.

The signature is verified, the claims are held against the record, and only then is anything of the
record believed. Whatever cannot be proved is amber or red, and shows no facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from aquacert.kernel.work import Look
from aquacert.trust.claims import QrClaims
from aquacert.trust.errors import Refused, Why
from aquacert.trust.record import Record, record_digest
from aquacert.trust.trustlist import TrustList, read_claims
from aquacert.verification.rules.verdict import Facts, Proof, Verdict, judge

NOT_PROVABLE = frozenset(
    {
        Why.UNKNOWN_ALGORITHM,
        Why.UNKNOWN_VERSION,
        Why.UNKNOWN_KEY,
        Why.KEY_NOT_VALID,
        Why.STALE,
    }
)
"""Refusals that prove nothing either way; every other one means the object was changed."""
LONGEST_CHAIN = 10
log = structlog.get_logger("verification")


class Public(Protocol):
    """What certificates tells of one certificate (certificates.queries.PublicCertificate)."""

    @property
    def certificate_id(self) -> UUID:
        """Its id inside."""
        ...

    @property
    def record(self) -> bytes:
        """Canonical record."""
        ...

    @property
    def cose(self) -> bytes:
        """COSE_Sign1 of the claims."""
        ...

    @property
    def status(self) -> str:
        """valid, suspended, void, replaced or recalled."""
        ...

    @property
    def successor_public_id(self) -> str | None:
        """The id of the certificate that replaced this one."""
        ...

    @property
    def arrived_at(self) -> datetime | None:
        """When arrival was reported."""
        ...


class Register(Protocol):
    """The questions asked of certificates.queries (a module answers them as well as a class)."""

    def by_public_id(self, look: Look, public_id: str, /) -> Public | None:
        """Return a certificate by the id of its page."""
        ...

    def changes_since(self, look: Look, seq: int, /) -> list[tuple[int, str]]:
        """Return (seq, public id) of changes after `seq`, oldest first; possibly not all."""
        ...

    def live_pages(self, look: Look, most: int, /) -> list[str]:
        """Return the page ids of certificates that still hold, the newest first."""
        ...

    def last_change(self, look: Look, /) -> int:
        """Return the newest seq, 0 when there is none."""
        ...

    def in_doubt(self, look: Look, certificate_id: UUID, /) -> tuple[str, ...]:
        """Return why tables and trails contradict a certificate; empty = nothing against it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What was found of one certificate at one instant."""

    verdict: Verdict
    proof: Proof
    now: datetime
    record: Record | None = None
    """only when the proof is good"""
    digest: str = ""
    """of the record, as the signed claims carry it; hex"""
    arrived_at: datetime | None = None
    successor: str = ""
    """id of the last certificate in the chain of replacements"""
    successor_record: Record | None = None
    times: int = 0


def judgement(look: Look, register: Register, trust: TrustList, public_id: str) -> Judgement | None:
    """Return the judgement of a certificate, or None when there is none with this id."""
    found = register.by_public_id(look, public_id)
    if found is None:
        return None
    proof, record = prove(found, public_id, trust)
    if proof is Proof.GOOD and (against := register.in_doubt(look, found.certificate_id)):
        # The signature is good, and yet somebody changed a row or a trail past the program: until
        # that is cleared up nothing is shown as good.
        log.error("certificate in doubt", public_id=public_id, against=against)
        proof, record = Proof.OPEN, None
    verdict = _verdict(found, proof, record, look.now)
    last, times = ("", 0)
    successor = None
    if verdict is Verdict.REPLACED:
        last, times = _last_of_chain(look, register, found, public_id)
        newest = register.by_public_id(look, last) if last else None
        successor = prove(newest, last, trust)[1] if newest is not None else None
    return Judgement(
        verdict=verdict,
        proof=proof,
        now=look.now,
        record=record,
        digest="" if record is None else record_digest(found.record).hex(),
        arrived_at=found.arrived_at,
        successor=last,
        successor_record=successor,
        times=times,
    )


def prove(found: Public, public_id: str, trust: TrustList) -> tuple[Proof, Record | None]:
    """Verify `found` in this process; the record is returned only when all of it is proved."""
    try:
        claims = read_claims(found.cose, trust).claims
        if record_digest(found.record) != claims.digest:
            return Proof.BAD, None
        record = Record.decode(found.record)
        if QrClaims.of(record, claims.digest) != claims:
            return Proof.BAD, None
    except Refused as refused:
        return (Proof.OPEN if refused.why in NOT_PROVABLE else Proof.BAD), None
    if record.public_id != public_id:
        return Proof.BAD, None
    return Proof.GOOD, record


def _verdict(found: Public, proof: Proof, record: Record | None, now: datetime) -> Verdict:
    return judge(
        Facts(
            proof=proof,
            status=found.status,
            arrived=found.arrived_at is not None,
            issued_at=now if record is None else record.issued,
            valid_until=now if record is None else record.ends,
            now=now,
        )
    )


def _last_of_chain(
    look: Look, register: Register, found: Public, public_id: str
) -> tuple[str, int]:
    """Follow replacements to the newest certificate's id; a broken or endless chain stops."""
    here, seen = found, [public_id]
    while here.successor_public_id and len(seen) <= LONGEST_CHAIN:
        following = register.by_public_id(look, here.successor_public_id)
        if following is None or here.successor_public_id in seen:
            break
        seen.append(here.successor_public_id)
        here = following
    return (seen[-1], len(seen) - 1) if len(seen) > 1 else ("", 0)
