"""Everything that must hold after any crash, counted anew from the tables and the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from aquacert.certificates import commands
from aquacert.certificates.checks.commands import check
from aquacert.certificates.log.commands import publish
from aquacert.certificates.log.queries import monitor
from aquacert.certificates.models import (
    Certificate,
    CertificateNumber,
    Change,
    Issuance,
    Leaf,
    NumberSegment,
    Standing,
)
from aquacert.certificates.numbers.commands import MARKS
from aquacert.hatcheries.queries import balance
from aquacert.http.house import House
from aquacert.kernel.audit import AuditEntry, verify_chains
from aquacert.kernel.outbox import OutboxRow
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Look
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import verify1
from aquacert.trust.publickeys import Use
from aquacert.trust.trustlist import TrustList
from tests.make.certificates import FIRST, Ready

STOCK = 1_200_000


@dataclass(frozen=True)
class Found:
    """What there was to judge."""

    certificates: int
    void_numbers: int
    """numbers of which no certificate came"""
    settled: int
    """numbers and plans that this judgement found open and settled"""
    facts: int
    leaves: int


def judge(house: House, ready: Ready, acknowledged: set[str]) -> Found:
    """Settle what a crash left, assert everything that must hold, and say how much there was."""
    done = commands.resume(house.database, quiet=timedelta(0))
    trust = TrustList(house.keys.public_keys())
    with house.database.look(SYSTEM) as look:
        certificates = look.scalars(select(Certificate))
        trail = look.scalars(select(AuditEntry))
        numbers = {row.number: row for row in look.scalars(select(CertificateNumber))}
        _numbers(look, numbers, trail, [row.number for row in certificates])
        leaves = _certificates(look, certificates, trail, trust)
        # What was acknowledged is there.
        assert acknowledged <= {row.number for row in certificates}
        _stock(look, ready, certificates)
        assert verify_chains(look.session) == []
        assert monitor(look, house.keys).wrong == ()
    # The log goes on where it was cut off, and everything published still agrees.
    assert publish(house.database, house.keys) == leaves
    with house.database.look(SYSTEM) as look:
        assert monitor(look, house.keys).wrong == ()
    return Found(
        len(certificates),
        len(numbers) - len(certificates),
        done.abandoned + done.voided + done.skipped,
        len(trail),
        leaves,
    )


def check_everything(house: House) -> int:
    """Run `aquacert check` over all that was issued; it must find nothing. Return how many."""

    def watch(look: Look) -> Sequence[str]:
        return monitor(look, house.keys).wrong

    outcome = check(house.database, house.keys, monitor=watch)
    assert outcome.found == {}
    return outcome.issued


def _numbers(
    look: Look,
    numbers: dict[str, CertificateNumber],
    trail: Sequence[AuditEntry],
    used: Sequence[str],
) -> None:
    """Every number ever taken has a row, a settled state and a reason; none is taken twice."""
    reserved = [e.change["number"] for e in trail if e.tag == "certificates:number:reserve"]
    segment = look.scalars(
        select(NumberSegment).where(NumberSegment.kind == "A").order_by(NumberSegment.first)
    )[0]
    taken = {str(n) for n in range(segment.first, segment.next_free)}
    assert taken == {n for n in numbers if n < str(FIRST["B"])}
    assert Counter(reserved) == Counter(set(reserved))
    assert set(reserved) <= taken
    assert Counter(used) == Counter(set(used))
    assert {row.state for row in numbers.values()} <= {"used", "void"}
    assert all(row.because for row in numbers.values())
    assert all(row.settled_at is not None for row in numbers.values())
    marks = look.settings.data_dir / MARKS
    marked = marks.read_text().split() if marks.exists() else ()
    # A disk that was full may have torn a line; it is shorter than a number.
    assert {line for line in marked if len(line) >= len(str(FIRST["A"]))} <= set(numbers)


def _certificates(
    look: Look, certificates: Sequence[Certificate], trail: Sequence[AuditEntry], trust: TrustList
) -> int:
    """No certificate without its number, fact, signed record, standing, news; none of it alone."""
    issuances = {row.id: row for row in look.scalars(select(Issuance))}
    numbers = dict(
        look.session.execute(select(CertificateNumber.number, CertificateNumber.state)).all()
    )
    standings = set(look.scalars(select(Standing.id)))
    news = set(look.scalars(select(Change.certificate_id)))
    outbox = set(
        look.scalars(
            select(OutboxRow.subject_id).where(OutboxRow.topic == Topic.CERTIFICATE_ISSUED.value)
        )
    )
    leaves = look.scalars(select(Leaf.position).order_by(Leaf.position))
    issued = [e.subject_id for e in trail if e.tag == "certificates:certificate:issue"]
    keys = trust.keys_of(Use.ISSUE)
    for row in certificates:
        assert numbers[row.number] in {"used", "void"}
        assert issuances[row.id].stage == "published"
        verified = verify1(row.cose, keys)
        assert verified.payload == issuances[row.id].payload
        assert QrClaims.decode(verified.payload).are_of(row.record)
    there = {row.id for row in certificates}
    assert sorted(issued) == sorted(str(key) for key in there)
    assert standings == there
    assert there <= news
    assert outbox == there
    published = {key for key, row in issuances.items() if row.stage == "published"}
    assert published == there
    assert "planned" not in {row.stage for row in issuances.values()}
    assert leaves == list(range(len(leaves)))
    return len(leaves)


def _stock(look: Look, ready: Ready, certificates: Sequence[Certificate]) -> None:
    """One live certificate a load at most, and the pond's ledger agrees with the live ones."""
    status = dict(look.session.execute(select(Standing.id, Standing.status)).all())
    live = [row for row in certificates if status[row.id] == "valid"]
    assert max(Counter(row.load_id for row in live).values(), default=0) <= 1
    assert balance(look, ready.farm.lot_id) == STOCK - sum(row.quantity for row in live)
