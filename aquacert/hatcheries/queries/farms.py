"""Farms and their licences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from aquacert.hatcheries.models import Hatchery, Licence, LicenceSpecies, LicenceTerm
from aquacert.hatcheries.rules import (
    LicenceFacts,
    LicenceKind,
    LicenceStanding,
    State,
    grade,
    standing,
)
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.paging import Page, Pages
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

LICENCES, COVERED = table_of(Licence), table_of(LicenceSpecies)
SEED_LICENCES = Quick(
    select(
        LICENCES.c.id,
        LICENCES.c.number,
        LICENCES.c.from_on,
        LICENCES.c.until_on,
        COVERED.c.species_code,
    )
    .outerjoin(COVERED, COVERED.c.licence_id == LICENCES.c.id)
    .where(
        LICENCES.c.hatchery_id == bindparam("farm"),
        LICENCES.c.kind == LicenceKind.SEED.value,
        LICENCES.c.verified_at.is_not(None),
    )
)


@dataclass(frozen=True)
class LicenceLine:
    """One licence as pages show it."""

    licence_id: UUID
    kind: str
    number: str
    from_on: date
    until_on: date
    is_verified: bool
    species_names: tuple[str, ...]
    species_codes: tuple[str, ...]
    renewal_until: date | None
    """Last day of a further period that waits for the county; None when there is none."""
    returned_because: str
    is_renewed: bool
    """Whether a later licence names this one as the one it continues."""
    scans: tuple[StoredFile, ...]


@dataclass(frozen=True)
class HatcheryLine:
    """One row of the county's list."""

    hatchery_id: UUID
    name: str
    uscc: str
    division_name: str
    grade: str
    state: str
    licence: LicenceStanding
    confirmed_on: date | None


def hatchery(look: Look, hatchery_id: UUID) -> Hatchery:
    """Return the hatchery, or raise `NotFound` (also when it is out of scope)."""
    return look.get(Hatchery, hatchery_id)


def hatchery_of(look: Look, organisation_id: UUID | None) -> Hatchery | None:
    """Return the hatchery that an organisation has, or None."""
    if organisation_id is None:
        return None
    return look.one(select(Hatchery).where(Hatchery.organisation_id == organisation_id))


def own_hatchery(look: Look) -> Hatchery:
    """Return the hatchery of whoever asks; raise `NotFound` when their organisation has none."""
    found = hatchery_of(look, look.actor.organisation_id)
    if found is None:
        raise NotFound("您的账号没有对应的苗种场。")
    return found


def registered(look: Look, state: str = "", words: str = "") -> Select[Hatchery]:
    """Return the select behind the county's list: waiting ones first, then by name."""
    statement = select(Hatchery).where(look.visible(Hatchery))
    if state:
        statement = statement.where(Hatchery.state == state)
    else:
        statement = statement.where(Hatchery.state != State.MERGED.value)
    if words.strip():
        statement = statement.where(look.matching(Hatchery, words))
    return statement.order_by(Hatchery.state != State.REGISTERED.value, Hatchery.name, Hatchery.id)


def hatchery_lines(
    look: Look, state: str = "", words: str = "", number: int = 1
) -> Pages[HatcheryLine]:
    """Return one page of the county's list."""
    found = look.pages(registered(look, state, words), number)
    held = licences_held(look, [one.id for one in found.items])
    lines = [
        HatcheryLine(
            hatchery_id=one.id,
            name=one.name,
            uscc=one.uscc,
            division_name=reference.full_name(look, one.division_code),
            grade=grade(one.level, one.kind),
            state=one.state,
            licence=standing(held.get(one.id, ()), None, look.today),
            confirmed_on=one.confirmed_on,
        )
        for one in found.items
    ]
    return Pages(lines, found.number, found.size, found.total)


def hatchery_page(look: Look, after: str | None, size: int) -> Page[Hatchery]:
    """Return a stretch of the visible hatcheries for programs."""
    return look.page(select(Hatchery).where(look.visible(Hatchery)), Hatchery.id, after, size)


def waiting_count(look: Look) -> int:
    """Return how many registrations wait for this actor's county."""
    return look.pages(registered(look, State.REGISTERED.value), 1, 1).total


# --- licences -------------------------------------------------------------------------------


def licence_standing(
    look: Look, hatchery_id: UUID, species_code: str | None, on: date
) -> LicenceStanding:
    """Judge the verified seed-production licences for a species (None: any) on a day."""
    held: dict[UUID, LicenceFacts] = {}
    for row in look.rows(SEED_LICENCES, farm=hatchery_id):
        facts = held.get(row.id) or LicenceFacts(row.number, row.from_on, row.until_on, frozenset())
        if row.species_code is not None:
            facts = replace(facts, species=facts.species | {row.species_code})
        held[row.id] = facts
    return standing(list(held.values()), species_code, on)


def licences(look: Look, hatchery_id: UUID) -> list[LicenceLine]:
    """Return every licence of a hatchery, the one that ends last first."""
    rows = look.scalars(
        select(Licence)
        .where(Licence.hatchery_id == hatchery_id)
        .order_by(Licence.kind, Licence.until_on.desc(), Licence.id)
    )
    ids = [row.id for row in rows]
    species, terms, scans = _species_of(look, ids), _open_terms(look, ids), _scans(look, ids)
    renewed = {row.renews_id for row in rows}
    return [
        LicenceLine(
            licence_id=row.id,
            kind=row.kind,
            number=row.number,
            from_on=row.from_on,
            until_on=row.until_on,
            is_verified=row.verified_at is not None,
            species_names=tuple(
                reference.species(look, code).name_zh for code in species.get(row.id, ())
            ),
            species_codes=tuple(species.get(row.id, ())),
            renewal_until=terms.get(row.id),
            returned_because=row.returned_because or "",
            is_renewed=row.id in renewed,
            scans=tuple(scans.get(row.id, ())),
        )
        for row in rows
    ]


def licences_held(
    look: Look, hatchery_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[LicenceFacts]]:
    """Return the verified seed-production licences of several farms: what `standing` judges."""
    rows = look.scalars(
        select(Licence).where(
            Licence.hatchery_id.in_(hatchery_ids),
            Licence.kind == LicenceKind.SEED.value,
            Licence.verified_at.is_not(None),
        )
    )
    species = _species_of(look, [row.id for row in rows])
    found: dict[UUID, list[LicenceFacts]] = {}
    for row in rows:
        codes = frozenset(species.get(row.id, ()))
        facts = LicenceFacts(row.number, row.from_on, row.until_on, codes)
        found.setdefault(row.hatchery_id, []).append(facts)
    return found


def _species_of(look: Look, licence_ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for row in look.scalars(
        select(LicenceSpecies)
        .where(LicenceSpecies.licence_id.in_(licence_ids))
        .order_by(LicenceSpecies.id)
    ):
        found.setdefault(row.licence_id, []).append(row.species_code)
    return found


def _open_terms(look: Look, licence_ids: Collection[UUID]) -> Mapping[UUID, date]:
    rows = look.scalars(
        select(LicenceTerm).where(
            LicenceTerm.licence_id.in_(licence_ids), LicenceTerm.verified_at.is_(None)
        )
    )
    return {row.licence_id: row.until_on for row in rows}


def _scans(look: Look, licence_ids: Collection[UUID]) -> Mapping[UUID, list[StoredFile]]:
    found: dict[UUID, list[StoredFile]] = {}
    for file in look.scalars(
        select(StoredFile)
        .where(StoredFile.owner_kind == Licence.__tablename__, StoredFile.owner_id.in_(licence_ids))
        .order_by(StoredFile.id)
    ):
        found.setdefault(file.owner_id, []).append(file)
    return found
