"""What a zone forbids: asked by every submission, acceptance and issue, and never kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
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


@dataclass(frozen=True)
class ZoneFacts:
    """A zone as far as what it forbids is concerned."""

    id: UUID
    disease_code: str
    from_on: date
    until_on: date | None


ZONES, PLACES, EVENTS = table_of(Zone), table_of(ZoneDivision), table_of(Event)
MOST_PLACES = 8
"""Places of one load: origin and destination with all that lies above each. A shorter list
repeats its first place, so that the statement is made once; only a longer one is made anew."""
_IN_FORCE = (
    select(
        ZONES.c.id,
        ZONES.c.disease_code,
        ZONES.c.from_on,
        ZONES.c.until_on,
        PLACES.c.division_code,
    )
    .join(PLACES, PLACES.c.zone_id == ZONES.c.id)
    .join(EVENTS, EVENTS.c.id == ZONES.c.event_id)
    .where(
        ZONES.c.lifted_at.is_(None),
        ZONES.c.from_on <= bindparam("on"),
        or_(ZONES.c.until_on.is_(None), ZONES.c.until_on >= bindparam("on")),
        EVENTS.c.is_confirmed,
    )
    .order_by(ZONES.c.from_on, ZONES.c.id, PLACES.c.division_code)
)
IN_FORCE = Quick(
    _IN_FORCE.where(
        or_(*(PLACES.c.division_code == bindparam(f"place{n}") for n in range(MOST_PLACES)))
    )
)


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


def _in_force(look: Look, division_codes: list[str], on: date) -> list[tuple[ZoneFacts, str]]:
    """Return (zone, place) of every zone in force over one of the places, the oldest first."""
    if len(division_codes) > MOST_PLACES:
        wanted = _IN_FORCE.where(PLACES.c.division_code.in_(division_codes))
        found: list[Any] = list(look.session.execute(wanted, {"on": on}))
    else:
        some = division_codes + division_codes[:1] * (MOST_PLACES - len(division_codes))
        found = look.rows(IN_FORCE, on=on, **{f"place{n}": code for n, code in enumerate(some)})
    found.sort(key=lambda row: (row.from_on, row.id, row.division_code))
    return [
        (ZoneFacts(row.id, row.disease_code, row.from_on, row.until_on), row.division_code)
        for row in found
    ]


def _upwards(look: Look, code: str) -> tuple[str, ...]:
    try:
        return tuple(step.code for step in reference.division_path(look, code))
    except NotFound:
        return (code,)


def _block(look: Look, zone: ZoneFacts, code: str, species: str, place: str, on: date) -> Block:
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
