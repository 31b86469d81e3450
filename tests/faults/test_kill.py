"""Killing the process at any point of an issuance loses nothing and uses no number twice.

A child process issues and voids in a loop on a real database and is killed with SIGKILL: in odd
rounds at a named point of the issuance, in even rounds at a random moment. Then a new process
opens the database, settles what was left, and everything is counted.

10 rounds, or AQUACERT_FAULT_ROUNDS (`make faults`).
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from aquacert.accounts.models import StepUpGrant
from aquacert.app import open_house
from aquacert.certificates import commands
from aquacert.certificates.issuing.queries import live_certificate, readiness
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
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import verify1
from aquacert.trust.publickeys import Use
from aquacert.trust.trustlist import TrustList
from tests.make.certificates import Ready, make_ready

ROUNDS = int(os.environ.get("AQUACERT_FAULT_ROUNDS", "10"))
POINTS = ("reserved", "marked", "planned", "signed", "published")
ACKNOWLEDGED = "acknowledged"
LONGEST = 60.0


def grant(house: House, ready: Ready) -> str:
    """Put a second-factor grant there directly: this test is about the process, not about TOTP."""
    actor = ready.vet.actor
    with house.database.look(actor) as look:
        digest = readiness(look, ready.load_id).digest
    with house.database.work(actor) as w:
        w.add(
            StepUpGrant(
                id=w.new_id(),
                person_id=actor.person_id,
                session_id=actor.session_id,
                digest=digest,
                granted_at=w.now,
                expires_at=w.now + timedelta(minutes=5),
                spent_at=None,
            )
        )
    return digest


def issue_for_ever(house: House, ready: Ready, said: Path, die_at: str) -> None:
    """Issue and void, and say each number aloud (durably) only after it was acknowledged."""
    db, actor = house.database, ready.vet.actor
    count = 0

    def reached(point: str) -> None:
        if count and point == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    out = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        with db.look(actor) as look:
            live = live_certificate(look, ready.load_id)
        if live is not None:
            with db.work(actor) as w:
                commands.void(w, live, "重新签发")
        digest = grant(house, ready)
        issued = commands.issue(db, actor, ready.load_id, house.keys, digest, reached=reached)
        with db.look(actor) as look:
            number = look.session.get(Certificate, issued).number
        os.write(out, f"{number}\n".encode())
        publish(db, house.keys)
        count += 1


def run_and_kill(settings, clock, ready: Ready, said: Path, round_no: int) -> None:
    """Run one child until it is killed, by itself at a point or by us at a random moment."""
    die_at = POINTS[round_no // 2 % len(POINTS)] if round_no % 2 else ""
    before = lines(said)
    child = os.fork()
    if child == 0:
        try:
            issue_for_ever(open_house(settings, clock), ready, said, die_at)
        finally:
            os._exit(3)
    until = time.monotonic() + LONGEST
    if not die_at:
        while len(lines(said)) == len(before) and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(secrets.randbelow(100_000) / 1_000_000)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child ended by itself: {status}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def lines(said: Path) -> list[str]:
    return said.read_text().split() if said.exists() else []


def judge(house: House, ready: Ready, said: Path) -> None:
    """Everything that must hold after any crash."""
    commands.resume(house.database, quiet=timedelta(0))
    trust = TrustList(house.keys.public_keys())
    with house.database.look(SYSTEM) as look:
        numbers = {row.number: row for row in look.scalars(select(CertificateNumber))}
        certificates = look.scalars(select(Certificate))
        issuances = {row.id: row for row in look.scalars(select(Issuance))}
        standings = {row.id: row for row in look.scalars(select(Standing))}
        news = {row.certificate_id for row in look.scalars(select(Change))}
        leaves = look.scalars(select(Leaf).order_by(Leaf.position))
        trail = look.scalars(select(AuditEntry))
        issued = {e.subject_id for e in trail if e.tag == "certificates:certificate:issue"}
        reserved = [e.change["number"] for e in trail if e.tag == "certificates:number:reserve"]

        # Every number ever taken has a row, a settled state and a reason; none is taken twice.
        segment = look.scalars(select(NumberSegment).where(NumberSegment.kind == "A"))[0]
        taken = {str(n) for n in range(segment.first, segment.next_free)}
        assert taken == {n for n in numbers if n < "3250000001"} == set(reserved)
        assert len(reserved) == len(set(reserved))
        assert {row.state for row in numbers.values()} <= {"used", "void"}
        assert all(row.because for row in numbers.values())
        assert set((house.settings.data_dir / MARKS).read_text().split()) <= set(numbers)

        # No certificate without its number, its fact in the trail and its signed record.
        for row in certificates:
            assert numbers[row.number].state in {"used", "void"}
            assert str(row.id) in issued
            assert issuances[row.id].stage == "published"
            verified = verify1(row.cose, trust.keys_of(Use.ISSUE))
            assert verified.payload == issuances[row.id].payload
            assert QrClaims.decode(verified.payload).are_of(row.record)
            assert row.id in standings
            assert row.id in news
        assert issued == {str(row.id) for row in certificates}
        assert "planned" not in {row.stage for row in issuances.values()}
        assert [leaf.position for leaf in leaves] == list(range(len(leaves)))

        # What was acknowledged is there, the stock agrees, and the chains hold.
        assert set(lines(said)) <= {row.number for row in certificates}
        live = [row for row in certificates if standings[row.id].status == "valid"]
        assert len(live) <= 1
        held = sum(row.quantity for row in live)
        assert balance(look, ready.farm.lot_id) == 1_200_000 - held
        assert verify_chains(look.session) == []
        assert monitor(look, house.keys).wrong == ()

    # The log goes on where it was cut off, and everything published still agrees.
    publish(house.database, house.keys)
    with house.database.look(SYSTEM) as look:
        assert monitor(look, house.keys).wrong == ()


@pytest.mark.faults
def test_killing_the_process_loses_nothing_and_repeats_nothing(house, clock, settings, tmp_path):
    ready = make_ready(house.database)
    said = tmp_path / ACKNOWLEDGED
    for round_no in range(ROUNDS):
        # No connection may be open across a fork.
        house.database.close()
        run_and_kill(settings, clock, ready, said, round_no)
        again = open_house(settings, clock)
        judge(again, ready, said)
        again.database.close()
    assert len(lines(said)) >= ROUNDS // 2
