"""What a farm has on record beyond its first entry: diary, illnesses, persons, ponds, sign."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.accounts.models import Membership, Person
from aquacert.accounts.rules.roles import ROLE_NAMES, Role
from aquacert.hatcheries.models import (
    FarmPerson,
    FarmRecord,
    FarmSign,
    Hatchery,
    Licence,
    Lot,
    Pond,
    StockMovement,
    StockOrigin,
)
from aquacert.hatcheries.rules.diary import Note, months_before, said, withdrawn_until
from aquacert.hatcheries.rules.ledger import KIND_NAMES, Kind
from aquacert.hatcheries.rules.origins import STANDING_WORDS, Standing
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

ANSWERS = (Note.STRUCK.value, Note.RECOVERY.value)
QUIET_RULE, QUIET_MONTHS = "origin.quiet_months", 12
"""How far back an inspection looks (产地检疫规程, 4.3.1): the rule where it binds, else 12 months."""


@dataclass(frozen=True)
class NoteLine:
    """One entry of the diary as pages and papers show it."""

    record_id: UUID
    happened_on: date
    kind: Note
    pond_id: UUID | None
    pond_name: str
    facts: Mapping[str, str]
    said: str
    withdrawn_until: date | None
    by: str
    at: datetime
    struck_because: str
    """Why it counts no more; empty for an entry that stands."""
    ended_on: date | None
    """For an illness: when it was over."""
    outcome: str
    photos: tuple[StoredFile, ...]


@dataclass(frozen=True)
class Withdrawal:
    """A pond whose seed must not leave yet: a medicine still works in it."""

    pond_name: str
    what: str
    until: date


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


def diary(
    look: Look, hatchery_id: UUID, *, kind: str = "", pond_id: UUID | None = None, number: int = 1
) -> Pages[NoteLine]:
    """Return one page of the diary, newest day first; struck entries are shown as struck."""
    statement = _entries(hatchery_id)
    if kind:
        statement = statement.where(FarmRecord.kind == kind)
    if pond_id:
        statement = statement.where(FarmRecord.pond_id == pond_id)
    found = look.pages(statement, number)
    return Pages(_lines(look, found.items), found.number, found.size, found.total)


def diary_since(look: Look, hatchery_id: UUID, since: date) -> list[NoteLine]:
    """Return every entry from a day on, oldest first: what an inspection takes along."""
    rows = look.scalars(_entries(hatchery_id).where(FarmRecord.happened_on >= since))
    return _lines(look, rows[::-1])


def note(look: Look, record_id: UUID) -> tuple[Hatchery, NoteLine]:
    """Return one entry with its farm, which must be in scope."""
    row = look.session.get(FarmRecord, record_id)
    if row is None or row.kind in ANSWERS:
        raise NotFound
    farm = look.get(Hatchery, row.hatchery_id)
    return farm, _lines(look, [row])[0]


def latest(look: Look, hatchery_id: UUID) -> dict[Note, NoteLine]:
    """Return the last standing entry of each kind: what "the same as last time" repeats."""
    rows = look.scalars(_entries(hatchery_id).limit(200))
    found: dict[Note, NoteLine] = {}
    for line in _lines(look, rows):
        if not line.struck_because:
            found.setdefault(line.kind, line)
    return found


def illnesses(look: Look, hatchery_id: UUID, since: date | None = None) -> list[NoteLine]:
    """Return the illnesses that the diary tells of, newest first, without the struck ones.

    With `since`, those that began on that day or later, or were not over by then.
    """
    rows = look.scalars(_entries(hatchery_id).where(FarmRecord.kind == Note.DISEASE.value))
    found = [line for line in _lines(look, rows) if not line.struck_because]
    if since is None:
        return found
    return [
        line
        for line in found
        if line.happened_on >= since or line.ended_on is None or line.ended_on >= since
    ]


def withdrawals(look: Look, hatchery_id: UUID, on: date | None = None) -> list[Withdrawal]:
    """Return the ponds in which a medicine's withdrawal period runs on a day (today)."""
    day = on or look.today
    rows = look.scalars(_entries(hatchery_id).where(FarmRecord.kind == Note.TREATMENT.value))
    return [
        Withdrawal(line.pond_name, line.facts.get("what", ""), line.withdrawn_until)
        for line in _lines(look, rows)
        if not line.struck_because
        and line.withdrawn_until is not None
        and line.happened_on <= day <= line.withdrawn_until
    ]


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
    return _file(look, look.files_of(licence_here(look, licence_id)), file_id)


def photo(look: Look, record_id: UUID, file_id: UUID) -> tuple[StoredFile, bytes]:
    """Return a photograph of a diary entry; raise `NotFound` when its farm is out of scope."""
    _farm, line = note(look, record_id)
    return _file(look, line.photos, file_id)


def _certificate(origin: StockOrigin | None) -> str:
    if origin is None:
        return ""
    return f"{origin.certificate_number}（{STANDING_WORDS[Standing(origin.standing)]}）"


def _file(look: Look, files: Sequence[StoredFile], file_id: UUID) -> tuple[StoredFile, bytes]:
    found = next((one for one in files if one.id == file_id), None)
    if found is None:
        raise NotFound
    return found, look.read_file(found)


def _entries(hatchery_id: UUID) -> Select[FarmRecord]:
    return (
        select(FarmRecord)
        .where(FarmRecord.hatchery_id == hatchery_id, FarmRecord.kind.not_in(ANSWERS))
        .order_by(FarmRecord.happened_on.desc(), FarmRecord.at.desc(), FarmRecord.id.desc())
    )


def _lines(look: Look, rows: Sequence[FarmRecord]) -> list[NoteLine]:
    ids = [row.id for row in rows]
    names = _pond_names(look, {row.pond_id for row in rows if row.pond_id})
    answers = {
        (one.of_id, one.kind): one
        for one in look.scalars(select(FarmRecord).where(FarmRecord.of_id.in_(ids)))
    }
    photos = _photos(look, ids)
    return [
        _line(
            row,
            names.get(row.pond_id, "") if row.pond_id else "",
            answers.get((row.id, Note.STRUCK.value)),
            answers.get((row.id, Note.RECOVERY.value)),
            tuple(photos.get(row.id, ())),
        )
        for row in rows
    ]


def _line(
    row: FarmRecord,
    pond_name: str,
    struck: FarmRecord | None,
    over: FarmRecord | None,
    photos: tuple[StoredFile, ...],
) -> NoteLine:
    kind = Note(row.kind)
    return NoteLine(
        record_id=row.id,
        happened_on=row.happened_on,
        kind=kind,
        pond_id=row.pond_id,
        pond_name=pond_name,
        facts=row.facts,
        said=said(kind, row.facts),
        withdrawn_until=withdrawn_until(kind, row.happened_on, row.facts),
        by=row.by,
        at=row.at,
        struck_because=struck.facts.get("because", "") if struck else "",
        ended_on=over.happened_on if over else None,
        outcome=over.facts.get("outcome", "") if over else "",
        photos=photos,
    )


def _pond_names(look: Look, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = look.session.execute(select(Pond.id, Pond.name).where(Pond.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _photos(look: Look, ids: Collection[UUID]) -> dict[UUID, list[StoredFile]]:
    found: dict[UUID, list[StoredFile]] = {}
    for file in look.scalars(
        select(StoredFile)
        .where(StoredFile.owner_kind == FarmRecord.__tablename__, StoredFile.owner_id.in_(ids))
        .order_by(StoredFile.id)
    ):
        found.setdefault(file.owner_id, []).append(file)
    return found
