"""申报点 and the vets behind them: who answers for a place, who may sign there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.accounts.models import (
    Membership,
    Office,
    OfficeDivision,
    Organisation,
    Person,
    SigningStop,
)
from aquacert.accounts.queries.organisations import agencies_for
from aquacert.accounts.queries.people import VetLine, is_stopped
from aquacert.accounts.rules import roles
from aquacert.accounts.rules.roles import Role
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.errors import NotFound, NotReady
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference.queries import division_path, full_name

NO_OFFICE = "本县还没有设立检疫申报点，请打电话给县渔业主管部门。"


@dataclass(frozen=True)
class OfficeLine:
    """An office as lists and the published page show it."""

    office_id: UUID
    organisation_id: UUID
    body_name: str
    name_zh: str
    name_en: str
    division_code: str
    place: str
    address: str
    phone: str
    hours: str
    takes: str
    opened_on: date
    closed_on: date | None
    published: bool
    serves: tuple[str, ...]


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


def is_open(office: Office, on: date) -> bool:
    """Say whether an office takes declarations on that day."""
    return office.opened_on <= on and (office.closed_on is None or on < office.closed_on)


def open_offices(look: Look, division_code: str) -> list[Office]:
    """Return the open offices that serve a place: those of the county first, then of those above.

    The nearest division decides: an office of the city does not count where the county has one.
    """
    codes = [place.code for place in division_path(look, division_code)]
    rows = look.session.execute(
        select(Office, OfficeDivision.division_code)
        .join(OfficeDivision, OfficeDivision.office_id == Office.id)
        .where(
            OfficeDivision.division_code.in_(codes),
            Office.opened_on <= look.today,
            or_(Office.closed_on.is_(None), Office.closed_on > look.today),
        )
    ).all()
    for code in reversed(codes):
        near = [office for office, served in rows if served == code]
        if near:
            return sorted(near, key=lambda office: (office.name_zh, office.id))
    return []


def office_for(look: Look, division_code: str, office_id: UUID | None = None) -> Office | None:
    """Return the office a farm declares at: the assigned one, else the only one of its place."""
    assigned = look.session.get(Office, office_id) if office_id is not None else None
    if assigned is not None and is_open(assigned, look.today):
        return assigned
    found = open_offices(look, division_code)
    return found[0] if len(found) == 1 else None


def office_of(look: Look, division_code: str, office_id: UUID | None = None) -> UUID:
    """Return the agency that answers for a place; raise `NotReady` when there is none.

    The body of the assigned office; else of the only open office that serves the place (several
    offices of one body are one answer); else the county's agency.
    """
    one = office_for(look, division_code, office_id)
    if one is not None:
        return one.organisation_id
    several = {office.organisation_id for office in open_offices(look, division_code)}
    if len(several) == 1:
        return several.pop()
    found = agencies_for(look, division_code)
    if not found:
        raise NotReady([NO_OFFICE])
    return found[0].id


def office(look: Look, office_id: UUID) -> Office:
    """Return an office whatever the scope: where to declare is public. Raises `NotFound`."""
    found = look.session.get(Office, office_id)
    if found is None:
        raise NotFound("没有这个申报点。")
    return found


def offices_here(look: Look, words: str = "", *, closed: bool = False) -> Select[Office]:
    """Return the offices of the actor's jurisdiction, open ones unless `closed` is asked."""
    wanted = select(Office).where(look.visible(Office))
    ended = Office.closed_on <= look.today
    wanted = wanted.where(ended if closed else or_(Office.closed_on.is_(None), ~ended))
    if words.strip():
        wanted = wanted.where(look.matching(Office, words))
    return wanted.order_by(Office.division_code, Office.name_zh, Office.id)


def offices_page(
    look: Look, words: str = "", *, closed: bool = False, number: int = 1
) -> Pages[OfficeLine]:
    """Return one numbered page of the offices of the actor's jurisdiction."""
    found = look.pages(offices_here(look, words, closed=closed), number)
    return Pages(office_lines(look, found.items), found.number, found.size, found.total)


def published_offices(look: Look, words: str = "") -> list[OfficeLine]:
    """Return every open and published office, by place: for everybody, signed in or not."""
    wanted = select(Office).where(
        Office.published.is_(True),
        Office.opened_on <= look.today,
        or_(Office.closed_on.is_(None), Office.closed_on > look.today),
    )
    if words.strip():
        wanted = wanted.where(look.matching(Office, words))
    rows = look.scalars(wanted.order_by(Office.division_code, Office.name_zh, Office.id))
    return office_lines(look, rows)


def office_lines(look: Look, rows: Collection[Office]) -> list[OfficeLine]:
    """Return offices with the names of their bodies and of the places they serve."""
    ids = [row.id for row in rows]
    served: dict[UUID, list[str]] = {}
    pairs = select(OfficeDivision).where(OfficeDivision.office_id.in_(ids))
    for pair in look.scalars(pairs.order_by(OfficeDivision.division_code)):
        served.setdefault(pair.office_id, []).append(pair.division_code)
    named = select(Organisation.id, Organisation.name_zh).where(
        Organisation.id.in_([row.organisation_id for row in rows])
    )
    bodies = {row.id: row.name_zh for row in look.session.execute(named)}
    return [
        OfficeLine(
            row.id,
            row.organisation_id,
            bodies[row.organisation_id],
            row.name_zh,
            row.name_en,
            row.division_code,
            full_name(look, row.division_code),
            row.address,
            row.phone,
            row.hours,
            row.takes,
            row.opened_on,
            row.closed_on,
            row.published,
            tuple(served.get(row.id, ())),
        )
        for row in rows
    ]


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
