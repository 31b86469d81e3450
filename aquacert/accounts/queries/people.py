"""People: what the public may call them, who may sign, and the lists administrators work with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from aquacert.accounts.models import (
    Membership,
    Organisation,
    Person,
    SigningStop,
)
from aquacert.accounts.queries.actors import lent_to, memberships_in_force, roles_of
from aquacert.accounts.rules import roles
from aquacert.accounts.rules.roles import Role
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.db import blind, table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Pages
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference.queries import descendants


@dataclass(frozen=True)
class VetLine:
    """An official vet as a form offers him: no name, only office and number."""

    person_id: UUID
    label: str
    number: str
    may_sign: bool = True
    """His permission to sign has not been withdrawn."""


@dataclass(frozen=True)
class Signer:
    """How somebody would sign: personal name, 统一编号 ("" if never appointed), on record there."""

    name: str
    number: str
    is_on_record: bool


PEOPLE, MEMBERSHIPS, STOPS = table_of(Person), table_of(Membership), table_of(SigningStop)
APPOINTMENTS = Quick(
    select(
        PEOPLE.c.name,
        PEOPLE.c.state,
        MEMBERSHIPS.c.role,
        MEMBERSHIPS.c.division_code,
        MEMBERSHIPS.c.from_on,
        MEMBERSHIPS.c.until_on,
        MEMBERSHIPS.c.appointment_number,
        STOPS.c.withdrawn_on,
    )
    .outerjoin(MEMBERSHIPS, MEMBERSHIPS.c.person_id == PEOPLE.c.id)
    .outerjoin(
        STOPS, and_(STOPS.c.membership_id == MEMBERSHIPS.c.id, STOPS.c.restored_at.is_(None))
    )
    .where(PEOPLE.c.id == bindparam("person"))
)


NAME = Quick(select(PEOPLE.c.name).where(PEOPLE.c.id == bindparam("person")))


@dataclass(frozen=True)
class RoleLine:
    """One appointment as a page shows it."""

    membership_id: UUID
    role: str
    organisation_id: UUID
    organisation_name: str
    division_code: str
    from_on: date
    until_on: date | None
    number: str


def person(look: Look, person_id: UUID) -> Person:
    """Return a person's row whatever the scope; callers show only what they may."""
    found = look.session.get(Person, person_id)
    if found is None:
        raise NotFound("没有这个人。")
    return found


def person_label(look: Look, person_id: UUID) -> str:
    """Return what somebody is, in public words: role, and an official vet's number."""
    held = memberships_in_force(look, person_id)
    number = next((m.appointment_number for m in held if m.appointment_number), "")
    lent = lent_to(look, person_id) if held else []
    words = roles.label(roles_of(held), roles_of(lent))
    return f"{words}（{number}）" if number else words


def person_name(look: Look, person_id: UUID) -> str:
    """Return the personal name, for documents that the law wants signed by name."""
    row = look.row(NAME, person=person_id)
    if row is None:
        raise NotFound("没有这个人。")
    return row.name or "（已删除）"


def is_stopped(on: date, today: date) -> ColumnElement[bool]:
    """Return the condition under which a withdrawal takes the permission to sign on a day.

    Now it binds at once. For a day gone by it binds from the day after it was written, so that
    what was signed earlier on that day stays right.
    """
    if on >= today:
        return SigningStop.restored_at.is_(None)
    return and_(
        SigningStop.withdrawn_on < on,
        or_(SigningStop.restored_on.is_(None), SigningStop.restored_on > on),
    )


def _vets(look: Look, on: date) -> Select[Membership]:
    stopped = select(SigningStop.membership_id).where(is_stopped(on, look.today))
    return (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == Role.OFFICIAL_VET,
            Membership.from_on <= on,
            or_(Membership.until_on.is_(None), Membership.until_on > on),
            Person.state == PersonState.ACTIVE,
            Membership.id.not_in(stopped),
        )
    )


def official_vets(look: Look, organisation_id: UUID, on: date) -> list[VetLine]:
    """Return the official vets of a body who may sign on that day, by number."""
    rows = look.scalars(
        _vets(look, on)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.appointment_number)
    )
    label = roles.ROLE_NAMES[Role.OFFICIAL_VET]
    return [VetLine(row.person_id, label, row.appointment_number or "") for row in rows]


def may_sign(look: Look, person_id: UUID, division_code: str, on: date) -> bool:
    """Say whether a person was an official vet on record for that place on that day.

    Measures 2022 art. 29-33: appointed and numbered; a county's vet covers what lies below it.
    Never while his permission to sign is withdrawn.
    """
    rows = look.scalars(_vets(look, on).where(Membership.person_id == person_id))
    return any(division_code in descendants(look, row.division_code) for row in rows)


def signer(look: Look, person_id: UUID, division_code: str, on: date) -> Signer:
    """Return how a person would sign for a place on a day: asked in one statement, at each issue.

    Answers what `may_sign`, `person_name` and `vet_number` answer; raises `NotFound` for nobody.
    """
    rows = look.rows(APPOINTMENTS, person=person_id)
    if not rows:
        raise NotFound("没有这个人。")
    held = [row for row in rows if row.role == Role.OFFICIAL_VET.value]
    live = [
        row
        for row in held
        if row.from_on <= on
        and (row.until_on is None or row.until_on > on)
        and row.state == PersonState.ACTIVE.value
        and (row.withdrawn_on is None or (on < look.today and on <= row.withdrawn_on))
    ]
    latest = sorted(held, key=lambda row: (row.until_on is not None, -row.from_on.toordinal()))
    return Signer(
        name=rows[0].name or "（已删除）",
        number=(latest[0].appointment_number or "") if latest else "",
        is_on_record=any(division_code in descendants(look, row.division_code) for row in live),
    )


def vet_number(look: Look, person_id: UUID) -> str:
    """Return the 统一编号 of an official vet; raise `NotFound` if he never was one."""
    row = look.one(
        select(Membership)
        .where(Membership.person_id == person_id, Membership.role == Role.OFFICIAL_VET)
        .order_by(Membership.until_on.is_not(None), Membership.from_on.desc())
    )
    if row is None:
        raise NotFound("这个人没有官方兽医任命记录。")
    return row.appointment_number or ""


def vet_numbers(look: Look, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the 统一编号 of several official vets in one question, the newest appointment's."""
    if not ids:
        return {}
    rows = look.session.execute(
        select(Membership.person_id, Membership.appointment_number)
        .where(Membership.person_id.in_(sorted(ids)), Membership.role == Role.OFFICIAL_VET)
        .order_by(Membership.until_on.is_(None), Membership.from_on)
    )
    return {person_id: number or "" for person_id, number in rows}


def people_here(look: Look, words: str = "", role: str = "") -> Select[Person]:
    """Return the people whom the actor administers: those appointed in his jurisdiction.

    `words` match a user name by its grams, a name or a phone number exactly (blind index), or an
    appointment number exactly.
    """
    mine = select(Membership.person_id).where(look.visible(Membership))
    if role:
        mine = mine.where(Membership.role == role, Membership.until_on.is_(None))
    wanted = select(Person).where(Person.id.in_(mine))
    if text := words.strip():
        wanted = wanted.where(
            or_(
                look.matching(Person, text),
                Person.name_index == blind("name", text),
                Person.phone_index == blind("phone", text),
                Person.id.in_(
                    select(Membership.person_id).where(Membership.appointment_number == text)
                ),
            )
        )
    return wanted.order_by(Person.username)


def people_page(look: Look, words: str = "", role: str = "", number: int = 1) -> Pages[Person]:
    """Return one numbered page of the people the actor administers."""
    return look.pages(people_here(look, words, role), number)


def person_here(look: Look, person_id: UUID) -> Person:
    """Return somebody the actor administers, or raise `NotFound`."""
    found = look.one(people_here(look).where(Person.id == person_id))
    if found is None:
        raise NotFound
    return found


def roles_lines(look: Look, person_id: UUID) -> list[RoleLine]:
    """Return every appointment a person has or had, those in force first."""
    rows = look.session.execute(
        select(Membership, Organisation.name_zh)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.until_on.is_not(None), Membership.from_on)
    )
    return [
        RoleLine(
            row.id,
            roles.ROLE_NAMES[Role(row.role)],
            row.organisation_id,
            name,
            row.division_code,
            row.from_on,
            row.until_on,
            row.appointment_number or "",
        )
        for row, name in rows
    ]


def labels_of(look: Look, people: Sequence[Person]) -> dict[UUID, str]:
    """Return the public label of each person of a list."""
    return {row.id: person_label(look, row.id) for row in people}
