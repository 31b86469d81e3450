"""Reporting an arrival: by whoever scanned the code, by a one-time link, or by the office."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from aquacert.accounts.commands import make_consignee_link, tell, use_consignee_link
from aquacert.certificates import commands as certificate_commands
from aquacert.certificates import queries as certificates
from aquacert.declarations import commands as declarations
from aquacert.hatcheries.commands.stock import credit_arrival
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.work import Work
from aquacert.movements.commands.facts import AbsenceConfirmed, ArrivalReported
from aquacert.movements.commands.lives import ENDED, code_in_hand, open_movement
from aquacert.movements.models import Movement
from aquacert.movements.queries import movement, movement_of_subject, own_lots
from aquacert.movements.rules import (
    MOVES,
    ON_THE_ROAD,
    Act,
    Report,
    State,
    Via,
    check_reason,
    check_report,
)
from aquacert.reference.rules.text import clean
from aquacert.trust.qr import tidy_code
from aquacert.trust.record import Record

LONGEST_NOTE = 500
REFUSED = {
    "void": "这张证已经作废，不能报到达。请联系签发机构。",
    "replaced": "这张证已经换成新证，请扫新证的二维码报到达。",
}


def report_arrival(w: Work, public_id: str, report: Report, *, lot_id: UUID | None = None) -> UUID:
    """Report that the goods under a scanned code arrived; return the certificate's id.

    Idempotent: what was reported stands, a later report changes nothing. `lot_id` is a lot of the
    actor's own farm that takes the goods in. Raises `Invalid` naming the field, `NotAllowedNow`
    for a certificate that is void or whose day of departure is not there yet.
    """
    found = certificates.by_public_id(w, tidy_code(public_id))
    if found is None:
        raise NotFound("查无此证。请看清编号再扫一次。")
    if lot_id is not None:
        _own_lot(w, lot_id, Record.decode(found.record))
    open_movement(w, found.certificate_id)
    _report(w, found.certificate_id, report, Via.ACCOUNT, lot_id)
    return found.certificate_id


def report_by_link(w: Work, secret: str, report: Report) -> UUID:
    """Report an arrival with a one-time link, which is used up; return the certificate's id."""
    certificate_id = use_consignee_link(w, secret)
    open_movement(w, certificate_id)
    _report(w, certificate_id, report, Via.LINK, None)
    return certificate_id


def settle_arrived(w: Work, certificate_id: UUID, because: str) -> None:
    """Let the office note an arrival that it looked into itself, saying how it knows."""
    said = check_reason(clean(because, field="because", longest=LONGEST_NOTE, lines=True))
    _of_office(w, movement(w, certificate_id))
    with code_in_hand(w):
        row = _locked(w, certificate_id)
        if row.state != State.ARRIVED.value:
            row.note = said
            _arrive(w, row, Via.OFFICE)


def confirm_absent(w: Work, certificate_id: UUID, because: str) -> None:
    """Let the office confirm, with a reason, that the goods have not arrived."""
    said = check_reason(clean(because, field="because", longest=LONGEST_NOTE, lines=True))
    row = w.get_for_change(Movement, certificate_id)
    _of_office(w, row)
    w.move(row, MOVES, Act.CONFIRM_ABSENT, because=said)
    row.absent_because = said
    w.record(AbsenceConfirmed(row.number), on=row, county=row.origin_code, reason=said)


def make_link(w: Work, certificate_id: UUID) -> str:
    """Make a one-time link for a consignee without an account; return its secret, shown once."""
    row = movement(w, certificate_id)
    if State(row.state) not in ON_THE_ROAD:
        raise NotAllowedNow("已经到达或者已经终止的，不用再报到达。")
    return make_consignee_link(w, certificate_id)


def _report(w: Work, certificate_id: UUID, report: Report, via: Via, lot_id: UUID | None) -> None:
    with code_in_hand(w):
        row = _locked(w, certificate_id)
        if row.state == State.ARRIVED.value:
            return
        _allowed_now(w, row)
        row.note = clean(report.note, field="note", longest=LONGEST_NOTE, lines=True)
        row.problem = clean(report.problem, field="problem", longest=LONGEST_NOTE, lines=True)
        check_report(report, row.quantity, row.unit)
        row.received, row.place_confirmed = report.received, report.place_confirmed
        if lot_id is not None:
            credit_arrival(w, lot_id, report.received, row.id)
        _arrive(w, row, via)


def _arrive(w: Work, row: Movement, via: Via) -> None:
    """Write an arrival everywhere it shows, and tell the office and the owner."""
    row.arrived_at, row.via = w.now, via.value
    row.reported_by_id, row.reported_by = w.actor.person_id, w.actor.label
    w.move(row, MOVES, Act.ARRIVE, because=row.problem or row.note)
    fact = ArrivalReported(
        row.number, via.value, row.received, row.place_confirmed, bool(row.problem)
    )
    w.record(fact, on=row, county=row.origin_code, reason=row.problem)
    subject = f"已到达：{row.number}（{row.species}）"
    if row.problem:
        subject = f"到达有问题：{row.number}（{row.species}）"
    for body in (row.office_id, row.organisation_id):
        tell(w, to_organisation=body, kind="arrival", subject=subject, link=f"/movements/{row.id}")
    with suppress(NotAllowedNow):  # a recalled certificate's load may have gone on already
        declarations.mark_arrived(w, row.load_id)
    certificate_commands.note_arrival(w, row.id, w.now)


def _locked(w: Work, certificate_id: UUID) -> Movement:
    movement_of_subject(w, certificate_id)
    return w.get_for_change(Movement, certificate_id)


def _allowed_now(w: Work, row: Movement) -> None:
    """Raise unless an arrival can be true; the certificate's standing is read anew."""
    status = certificates.certificate(w, row.id).status
    if status in ENDED:
        raise NotAllowedNow(REFUSED[status])
    if legal_day(w.now) < legal_day(row.departs_at):
        day = legal_day(row.departs_at)
        raise NotAllowedNow(f"证上写的启运日是 {day:%Y-%m-%d}，还没到，不能报到达。")


def _of_office(w: Work, row: Movement) -> None:
    """Raise `NotAllowed` unless the actor is of an agency at either end."""
    scope = w.actor.scope
    ends = (row.origin_code, row.destination_code)
    if scope.everything or row.office_id in scope.organisation_ids:
        return
    if not any(scope.holds("divisions", code) for code in ends):
        raise NotAllowed("只有启运地或到达地的机构能核实。")


def _own_lot(w: Work, lot_id: UUID, record: Record) -> None:
    if lot_id not in {lot.lot_id for lot in own_lots(w, record)}:
        sentence = "请选自己场里同一品种、同一单位的一批存塘。"
        raise Invalid("只能记入自己场的塘口。", lot_id=sentence)
