"""What a laboratory holds, and whether an instrument, a lot or a person may serve on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.accounts.models import Membership, Person
from aquacert.accounts.queries.people import labels_of
from aquacert.kernel.work import Look
from labs.register.models import Authorisation, Calibration, Instrument, KitLot
from labs.register.rules.holdings import (
    Ending,
    StaffAct,
    ending,
    instrument_sentence,
    lot_sentence,
    staff_sentence,
)


@dataclass(frozen=True, slots=True)
class InstrumentLine:
    """An instrument with its newest calibration. `fault` "" = it may be used today."""

    instrument: Instrument
    last: Calibration | None
    fault: str
    ending: Ending


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot with what stands against using it today, "" = nothing."""

    lot: KitLot
    fault: str
    ending: Ending


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A person appointed in the laboratory, in public words."""

    person_id: UUID
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class AuthorisationLine:
    """An authorisation with its person."""

    row: Authorisation
    label: str
    name: str
    ending: Ending


def instruments_of(look: Look, lab_id: UUID) -> list[InstrumentLine]:
    """Return a laboratory's instruments by their number, those in use first."""
    rows = look.scalars(
        select(Instrument)
        .where(Instrument.lab_id == lab_id)
        .order_by(Instrument.retired_on.is_not(None), Instrument.code)
    )
    done = _calibrations(look, [row.id for row in rows])
    found: list[InstrumentLine] = []
    for row in rows:
        last = done[row.id][-1] if done[row.id] else None
        fault = _instrument_sentence(row, done[row.id], look.today)
        near = ending(None if last is None else last.until_on, look.today)
        found.append(InstrumentLine(row, last, fault, near))
    return found


def calibrations_of(look: Look, instrument_id: UUID) -> Sequence[Calibration]:
    """Return an instrument's calibrations, oldest first."""
    return _calibrations(look, [instrument_id])[instrument_id]


def instrument_fault(look: Look, instrument_id: UUID, on: date) -> str:
    """Say why an instrument may not be used on a day; "" when it may."""
    row = look.session.get(Instrument, instrument_id)
    if row is None:
        return "登记里没有这台仪器，请先登记。"
    return _instrument_sentence(row, calibrations_of(look, instrument_id), on)


def lots_of(look: Look, lab_id: UUID, disease_code: str | None = None) -> list[LotLine]:
    """Return a laboratory's lots, or those that serve one disease: usable ones first, the first to end on top."""
    wanted = select(KitLot).where(KitLot.lab_id == lab_id)
    if disease_code is not None:
        wanted = wanted.where(KitLot.disease_code.in_(("", disease_code)))
    lines = [
        LotLine(row, lot_sentence(row.days, look.today), ending(_until(row), look.today))
        for row in look.scalars(wanted)
    ]
    return sorted(lines, key=lambda line: (bool(line.fault), _until(line.lot), line.lot.lot))


def lot_fault(look: Look, lot_id: UUID, on: date, test: tuple[str, str] = ("", "")) -> str:
    """Say why a lot may not be used on a day, for a test (disease, method) if one is named; "" when it may."""
    row = look.session.get(KitLot, lot_id)
    if row is None:
        return "登记里没有这批试剂，请先登记。"
    meant = (row.disease_code, row.method_code)
    if any(mine and asked and mine != asked for mine, asked in zip(meant, test, strict=True)):
        return f"试剂批 {row.kit} {row.lot} 登记为 {' '.join(filter(None, meant))} 用，请换一批。"
    return lot_sentence(row.days, on)


def staff_of(look: Look, lab_id: UUID) -> list[StaffLine]:
    """Return the people appointed in a laboratory today, by their label."""
    members = (
        select(Membership.person_id)
        .where(Membership.organisation_id == lab_id, Membership.from_on <= look.today)
        .where(or_(Membership.until_on.is_(None), Membership.until_on > look.today))
    )
    people = list(look.scalars(select(Person).where(Person.id.in_(members)).order_by(Person.id)))
    labels = labels_of(look, people)
    lines = [StaffLine(each.id, labels[each.id], each.name or "") for each in people]
    return sorted(lines, key=lambda line: (line.label, str(line.person_id)))


def authorisations_of(look: Look, lab_id: UUID) -> list[AuthorisationLine]:
    """Return a laboratory's authorisations, those in force first, newest last day first."""
    rows = look.scalars(
        select(Authorisation)
        .where(Authorisation.lab_id == lab_id)
        .order_by(Authorisation.ended_on.is_not(None), Authorisation.until_on.desc())
    )
    wanted = {row.person_id for row in rows}
    people = list(look.scalars(select(Person).where(Person.id.in_(wanted))))
    labels, names = labels_of(look, people), {each.id: each.name or "" for each in people}
    return [
        AuthorisationLine(
            row,
            labels[row.person_id],
            names[row.person_id],
            Ending.OVER if row.ended_on is not None else ending(row.until_on, look.today),
        )
        for row in rows
    ]


def keeps_authorisations(look: Look, lab_id: UUID, act: StaffAct | str) -> bool:
    """Tell whether a laboratory has ever authorised anybody for this act; until then nobody is blocked."""
    wanted = select(Authorisation.id).where(
        Authorisation.lab_id == lab_id, Authorisation.act == StaffAct(act)
    )
    return look.one(wanted.limit(1)) is not None


def staff_fault(
    look: Look,
    person_id: UUID | None,
    act: StaffAct | str,
    disease_code: str,
    method_code: str,
    lab_id: UUID,
    on: date,
) -> str:
    """Say why a person may not act for a test in a laboratory on a day; "" when he may.

    A laboratory that keeps no authorisations of that act yet is not blocked.
    """
    if not keeps_authorisations(look, lab_id, act):
        return ""
    rows = look.scalars(
        select(Authorisation).where(
            Authorisation.lab_id == lab_id, Authorisation.person_id == person_id
        )
    )
    test = (disease_code, method_code)
    return staff_sentence([row.fact for row in rows], StaffAct(act), test, on)


def _until(row: KitLot) -> date:
    return row.days.usable_until_on


def _instrument_sentence(row: Instrument, done: Sequence[Calibration], on: date) -> str:
    return instrument_sentence(
        f"{row.code} {row.name}", [each.fact for each in done], on, row.retired_on
    )


def _calibrations(look: Look, instrument_ids: Sequence[UUID]) -> dict[UUID, list[Calibration]]:
    found: dict[UUID, list[Calibration]] = {key: [] for key in instrument_ids}
    rows = look.scalars(
        select(Calibration)
        .where(Calibration.instrument_id.in_(instrument_ids))
        .order_by(Calibration.calibrated_on, Calibration.id)
    )
    for row in rows:
        found[row.instrument_id].append(row)
    return found
