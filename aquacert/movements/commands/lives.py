"""A movement opens when its certificate is issued, ends with it, and is remembered when late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from aquacert.accounts.commands import tell
from aquacert.certificates import queries as certificates
from aquacert.certificates.queries import CertificateLine
from aquacert.declarations.queries import LoadFacts, load_facts
from aquacert.kernel.clock import legal_day
from aquacert.kernel.scope import SYSTEM, Scope
from aquacert.kernel.work import Database, Look, Work
from aquacert.movements.commands.facts import MovementClosed, MovementOpened, OverdueReminded
from aquacert.movements.models import Movement
from aquacert.movements.queries import overdue
from aquacert.movements.rules import MOVES, ON_THE_ROAD, Act, State, expected_at
from aquacert.reference import queries as reference
from aquacert.reference.rules.dated import Sureness
from aquacert.reference.rules.duration import due

RULE = "arrival.report"
ENDED = frozenset({"void", "replaced"})
"""Standings under which nothing may travel any more; recalled goods are still to be traced."""


@contextmanager
def code_in_hand(w: Work) -> Iterator[None]:
    """Let the act see its one case whole: the code on the paper is the key, whoever holds it."""
    own = w.actor
    w.actor = replace(own, scope=Scope(everything=True))
    try:
        yield
    finally:
        w.actor = own


def open_movement(w: Work, certificate_id: UUID) -> UUID:
    """Expect the goods of an issued certificate. Idempotent; whoever asks."""
    if w.session.get(Movement, certificate_id) is not None:
        return certificate_id
    whole = Look(w.session, SYSTEM, w.now, w.home)
    line = certificates.certificate(whole, certificate_id)
    row = _new(whole, line, load_facts(whole, line.load_id))
    try:
        with w.session.begin_nested():
            w.add(row)
    except IntegrityError:  # the task and a scan came in the same moment; the other one opened it
        return certificate_id
    w.record(MovementOpened(row.number, row.departs_at, row.due_at), on=row, county=line.county)
    return certificate_id


def ensure_open(database: Database, certificate_id: UUID) -> None:
    """Open a movement whose news is late, before a page asks for it."""
    with database.look(SYSTEM) as look:
        known = look.session.get(Movement, certificate_id) is not None
    if not known:
        with database.work(SYSTEM) as w:
            open_movement(w, certificate_id)


def close_movement(w: Work, certificate_id: UUID) -> None:
    """End the movement of a certificate that is void or replaced; what arrived stays arrived.

    Idempotent, and nothing happens for a certificate that still stands.
    """
    open_movement(w, certificate_id)
    row = w.get_for_change(Movement, certificate_id)
    line = certificates.certificate(w, certificate_id)
    if line.status in ENDED and State(row.state) in ON_THE_ROAD:
        w.move(row, MOVES, Act.VOID, because=line.because)
        fact = MovementClosed(row.number, line.status)
        w.record(fact, on=row, county=row.origin_code, reason=line.because)


def remind_overdue(database: Database) -> int:
    """Tell the office and the owner of every late arrival, once; return how many were told of."""
    with database.look(SYSTEM) as look:
        late = [row.id for row in overdue(look) if row.reminded_at is None]
    for certificate_id in late:
        with database.work(SYSTEM) as w:
            _remind(w, certificate_id)
    return len(late)


def _remind(w: Work, certificate_id: UUID) -> None:
    row = w.get_for_change(Movement, certificate_id)
    if row.reminded_at is not None or row.state != State.NOT_ARRIVED.value:
        return
    row.reminded_at = w.now
    link = f"/movements/{row.id}"
    subject = f"逾期未报到达：{row.number}（{row.species}）"
    for body in (row.office_id, row.organisation_id):
        tell(w, to_organisation=body, kind="arrival", subject=subject, link=link)
    w.record(OverdueReminded(row.number, row.due_at), on=row, county=row.origin_code)


def _new(look: Look, line: CertificateLine, load: LoadFacts) -> Movement:
    expected = expected_at(load.departs_at, load.travel_days, line.valid_until)
    due_at, words = _due(look, expected, load.submitted_at)
    return Movement(
        id=line.certificate_id,
        number=line.number,
        public_id=line.public_id,
        kind=line.kind,
        load_id=line.load_id,
        declaration_no=line.declaration_no,
        farm=load.hatchery_name,
        organisation_id=line.organisation_id,
        office_id=line.office_id,
        origin_code=line.origin_code,
        destination_code=line.destination_code,
        species_code=line.species_code,
        species=line.species,
        quantity=line.quantity,
        unit=line.unit,
        plate=load.plate,
        departs_at=load.departs_at,
        expected_at=expected,
        due_at=due_at,
        due_rule=words,
        state=State.NOT_ARRIVED.value,
        reported_by="",
        note="",
        problem="",
        absent_because="",
    )


def _due(look: Look, expected: datetime, submitted_at: datetime) -> tuple[datetime, str]:
    """Return when the report is owed, and the rule in words.

    Where no rule binds (an unverified row in production), the goods are due when expected.
    """
    found = reference.binding_rule(look, RULE, legal_day(submitted_at))
    if found is None:
        return expected, ""
    mark = "（未核实）" if found.sureness is Sureness.UNVERIFIED else ""
    words = f"{found.words}{mark}，{found.article}"
    return due(expected, found, reference.holidays(look)), words
