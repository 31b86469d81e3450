"""The register of official vets by number, who of them may sign, and vehicles by plate."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.accounts.models import Membership, Organisation, Person, SigningStop, Vehicle
from aquacert.accounts.queries.people import VetLine, is_stopped
from aquacert.accounts.rules import roles
from aquacert.accounts.rules.roles import Role
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class SigningLine:
    """One official vet as the register shows him: by number, never by name."""

    membership_id: UUID
    person_id: UUID
    number: str
    organisation_id: UUID
    body_name: str
    division_code: str
    from_on: date
    until_on: date | None
    may_sign: bool
    stopped_because: str


def vets_of(look: Look, organisation_id: UUID, on: date) -> list[VetLine]:
    """Return the official vets appointed in a body on that day, by number.

    Those who may not sign are among them: they may still be sent, with `may_sign` false.
    """
    label = roles.ROLE_NAMES[Role.OFFICIAL_VET]
    wanted = _appointed(on).where(Membership.organisation_id == organisation_id)
    rows = look.scalars(wanted.order_by(Membership.appointment_number))
    stopped = _stopped(look, rows, on)
    return [
        VetLine(row.person_id, label, row.appointment_number or "", row.id not in stopped)
        for row in rows
    ]


def signing_here(look: Look, words: str = "", *, past: bool = False) -> Select[Membership]:
    """Return the appointments of official vets in the actor's jurisdiction."""
    wanted = select(Membership).where(
        look.visible(Membership), Membership.role == Role.OFFICIAL_VET.value
    )
    ended = Membership.until_on <= look.today
    wanted = wanted.where(ended if past else or_(Membership.until_on.is_(None), ~ended))
    if words.strip():
        wanted = wanted.where(
            Membership.appointment_number.contains(words.strip(), autoescape=True)
        )
    return wanted.order_by(Membership.division_code, Membership.appointment_number, Membership.id)


def signing_page(
    look: Look, words: str = "", *, past: bool = False, number: int = 1
) -> Pages[SigningLine]:
    """Return one numbered page of the register of official vets."""
    found = look.pages(signing_here(look, words, past=past), number)
    rows = found.items
    stopped = _stopped(look, rows, look.today)
    named = select(Organisation.id, Organisation.name_zh).where(
        Organisation.id.in_([row.organisation_id for row in rows])
    )
    bodies = {row.id: row.name_zh for row in look.session.execute(named)}
    lines = [
        SigningLine(
            row.id,
            row.person_id,
            row.appointment_number or "",
            row.organisation_id,
            bodies[row.organisation_id],
            row.division_code,
            row.from_on,
            row.until_on,
            row.id not in stopped,
            stopped.get(row.id, ""),
        )
        for row in rows
    ]
    return Pages(lines, found.number, found.size, found.total)


def signing_stops(look: Look, membership_id: UUID) -> list[SigningStop]:
    """Return every withdrawal of one appointment's permission to sign, the newest first."""
    found = select(SigningStop).where(SigningStop.membership_id == membership_id)
    return look.scalars(found.order_by(SigningStop.withdrawn_at.desc(), SigningStop.id.desc()))


def vehicles_of(look: Look, organisation_id: UUID, *, past: bool = False) -> list[Vehicle]:
    """Return a body's vehicles by plate: those on record now, with `past` those it once had."""
    wanted = select(Vehicle).where(Vehicle.organisation_id == organisation_id)
    if not past:
        wanted = wanted.where(Vehicle.ended_on.is_(None))
    return look.scalars(wanted.order_by(Vehicle.ended_on.is_not(None), Vehicle.plate))


def _appointed(on: date) -> Select[Membership]:
    return (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.OFFICIAL_VET.value,
            Membership.from_on <= on,
            or_(Membership.until_on.is_(None), Membership.until_on > on),
            Person.state == PersonState.ACTIVE.value,
        )
    )


def _stopped(look: Look, rows: Collection[Membership], on: date) -> dict[UUID, str]:
    found = select(SigningStop).where(
        SigningStop.membership_id.in_([row.id for row in rows]), is_stopped(on, look.today)
    )
    return {stop.membership_id: stop.because for stop in look.scalars(found)}
