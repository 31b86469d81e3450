"""What a zone forbids: asked by every submission, acceptance and issue, and never kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Event, Zone, ZoneDivision
from aquacert.surveillance.rules.zones import sentence


@dataclass(frozen=True)
class Block:
    """One zone that stops one species at one place."""

    zone_id: UUID
    disease_code: str
    disease_name: str
    species_code: str
    division_code: str
    from_on: date
    until_on: date | None
    sentence: str


def blocks(
    look: Look, *, species_codes: Collection[str], division_codes: Collection[str], on: date
) -> tuple[Block, ...]:
    """Return every zone in force on `on` that touches one of the species at one of the places.

    A place is touched by a zone over itself or over any division above it. Only confirmed events
    act, and only on species their disease affects; an event denied since blocks nothing any more.
    """
    places = {code: _upwards(look, code) for code in sorted(set(division_codes))}
    above = sorted({code for path in places.values() for code in path})
    if not above or not species_codes:
        return ()
    found = [
        _block(look, zone, code, species, place, on)
        for zone, code in _in_force(look, above, on)
        for place, path in places.items()
        if code in path
        for species in sorted(set(species_codes))
        if reference.affects(look, zone.disease_code, species)
    ]
    return tuple(dict.fromkeys(found))


def _in_force(look: Look, division_codes: list[str], on: date) -> list[tuple[Zone, str]]:
    statement = (
        select(Zone, ZoneDivision.division_code)
        .join(ZoneDivision, ZoneDivision.zone_id == Zone.id)
        .join(Event, Event.id == Zone.event_id)
        .where(
            ZoneDivision.division_code.in_(division_codes),
            Zone.lifted_at.is_(None),
            Zone.from_on <= on,
            or_(Zone.until_on.is_(None), Zone.until_on >= on),
            Event.is_confirmed,
        )
        .order_by(Zone.from_on, Zone.id, ZoneDivision.division_code)
    )
    return [(zone, code) for zone, code in look.session.execute(statement)]


def _upwards(look: Look, code: str) -> tuple[str, ...]:
    try:
        return tuple(step.code for step in reference.division_path(look, code))
    except NotFound:
        return (code,)


def _block(look: Look, zone: Zone, code: str, species: str, place: str, on: date) -> Block:
    disease = reference.disease(look, zone.disease_code).name_zh
    return Block(
        zone_id=zone.id,
        disease_code=zone.disease_code,
        disease_name=disease,
        species_code=species,
        division_code=place,
        from_on=zone.from_on,
        until_on=zone.until_on,
        sentence=sentence(
            reference.division(look, code).name_zh,
            zone.from_on,
            disease,
            reference.species(look, species).name_zh,
            on,
        ),
    )
