"""What a farm has on record beyond its first entry: persons, ponds, licences, sign, ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.accounts.models import Membership, Person
from aquacert.accounts.rules.roles import ROLE_NAMES, Role
from aquacert.hatcheries.models import (
    FarmPerson,
    FarmSign,
    Hatchery,
    Licence,
    Lot,
    Pond,
    StockMovement,
    StockOrigin,
)
from aquacert.hatcheries.rules.diary import months_before
from aquacert.hatcheries.rules.ledger import KIND_NAMES, Kind
from aquacert.hatcheries.rules.origins import STANDING_WORDS, Standing
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

QUIET_RULE, QUIET_MONTHS = "origin.quiet_months", 12
"""How far back an inspection looks (产地检疫规程, 4.3.1): the rule where it binds, else 12 months."""


@dataclass(frozen=True)
class StockLine:
    """A movement of the ledger as the diary's papers repeat it."""

    at: datetime
    pond_name: str
    lot_number: str
    species_name: str
    kind: str
    quantity: int
    unit: str
    reason: str
    certificate: str
    """Number of the certificate it came with, and how far it was checked; empty for none."""


@dataclass(frozen=True)
class AccountLine:
    """A person who signs in for the farm. The name is personal."""

    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class PersonLine:
    """A person of the farm. Name and phone are personal: for the farm and, masked, for officials."""

    farm_person_id: UUID
    post: str
    name: str
    phone: str
    from_on: date


def looks_back_to(look: Look) -> date:
    """Return the first day of the records that an inspection looks at."""
    rule = reference.binding_rule(look, QUIET_RULE, look.today)
    return months_before(look.today, rule.value if rule else QUIET_MONTHS)


def movements_since(look: Look, hatchery_id: UUID, since: date) -> list[StockLine]:
    """Return the ledger of every lot from a day on, oldest first: introductions among them."""
    rows = look.session.execute(
        select(StockMovement, Lot, Pond.name, StockOrigin)
        .join(Lot, Lot.id == StockMovement.lot_id)
        .join(Pond, Pond.id == Lot.pond_id)
        .outerjoin(StockOrigin, StockOrigin.movement_id == StockMovement.id)
        .where(
            Lot.hatchery_id == hatchery_id,
            StockMovement.at >= datetime.combine(since, datetime.min.time(), SHANGHAI),
        )
        .order_by(StockMovement.at, StockMovement.id)
    ).all()
    return [
        StockLine(
            at=move.at,
            pond_name=pond,
            lot_number=lot.number,
            species_name=reference.species(look, lot.species_code).name_zh,
            kind=KIND_NAMES[Kind(move.kind)],
            quantity=move.quantity,
            unit=lot.unit,
            reason=move.reason,
            certificate=_certificate(origin),
        )
        for move, lot, pond, origin in rows
    ]


def accounts_of(look: Look, organisation_id: UUID) -> list[AccountLine]:
    """Return who may sign in for a farm now, with their roles."""
    rows = look.session.execute(
        select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.from_on <= look.today,
            or_(Membership.until_on.is_(None), Membership.until_on > look.today),
        )
        .order_by(Person.created_at, Person.id)
    )
    found: dict[UUID, AccountLine] = {}
    for person, role in rows:
        held = found.get(person.id) or AccountLine(person.name or "", ())
        found[person.id] = replace(held, roles=(*held.roles, ROLE_NAMES[Role(role)]))
    return list(found.values())


def people_of(look: Look, hatchery_id: UUID) -> list[PersonLine]:
    """Return who is who in a farm now."""
    rows = look.scalars(
        select(FarmPerson)
        .where(FarmPerson.hatchery_id == hatchery_id, FarmPerson.until_on.is_(None))
        .order_by(FarmPerson.id)
    )
    return [
        PersonLine(one.id, one.post, one.name or "", one.phone or "", one.from_on) for one in rows
    ]


def farm_person(look: Look, farm_person_id: UUID) -> FarmPerson:
    """Return a person of a farm, which must be in scope."""
    row = look.session.get(FarmPerson, farm_person_id)
    if row is None:
        raise NotFound
    look.get(Hatchery, row.hatchery_id)
    return row


def pond(look: Look, pond_id: UUID) -> tuple[Hatchery, Pond]:
    """Return a pond with its farm, which must be in scope."""
    row = look.session.get(Pond, pond_id)
    if row is None:
        raise NotFound
    return look.get(Hatchery, row.hatchery_id), row


def sign_of(look: Look, hatchery_id: UUID) -> FarmSign | None:
    """Return the sign that is alive, or None."""
    return look.one(
        select(FarmSign).where(FarmSign.hatchery_id == hatchery_id, FarmSign.ended_at.is_(None))
    )


def sign_by(look: Look, token: str) -> FarmSign | None:
    """Return the sign with this token, dead ones too; whose it is the caller must not tell."""
    return look.one(select(FarmSign).where(FarmSign.token == token))


def licence_here(look: Look, licence_id: UUID) -> Licence:
    """Return a licence; raise `NotFound` when its farm is out of scope."""
    row = look.session.get(Licence, licence_id)
    if row is None:
        raise NotFound
    look.get(Hatchery, row.hatchery_id)
    return row


def scan(look: Look, licence_id: UUID, file_id: UUID) -> tuple[StoredFile, bytes]:
    """Return a licence's scan; raise `NotFound` when its farm is out of scope."""
    return file_of(look, look.files_of(licence_here(look, licence_id)), file_id)


def _certificate(origin: StockOrigin | None) -> str:
    if origin is None:
        return ""
    return f"{origin.certificate_number}（{STANDING_WORDS[Standing(origin.standing)]}）"


def file_of(look: Look, files: Sequence[StoredFile], file_id: UUID) -> tuple[StoredFile, bytes]:
    """Return one of these files with its bytes; raise `NotFound` for any other."""
    found = next((one for one in files if one.id == file_id), None)
    if found is None:
        raise NotFound
    return found, look.read_file(found)
