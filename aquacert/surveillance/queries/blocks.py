"""What a zone forbids, or asks a fresh negative for: asked at every step, and never kept.

Two short statements, both by index: zones over the divisions of the places and of all above them,
and parts of zones in the grid cells of the places that have coordinates. What lies in a part is
then worked out by the rules. Events are joined by their key alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, or_, select

from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models.events import Event, Zone, ZoneDivision
from aquacert.surveillance.models.zones import ZoneCell, ZoneShape
from aquacert.surveillance.rules.geo import cells_of_place
from aquacert.surveillance.rules.shapes import GRAVEST, Flow, Shape, ShapeKind, Tier, tier_at
from aquacert.surveillance.rules.zones import Place, Role, asking, sentence


@dataclass(frozen=True)
class Block:
    """One zone that stops one species at one place, or asks a fresh negative of it (`tier`)."""

    zone_id: UUID
    disease_code: str
    disease_name: str
    species_code: str
    division_code: str
    from_on: date
    until_on: date | None
    sentence: str
    tier: str = Tier.PROTECTION.value
    role: str = Role.ORIGIN.value
    is_assumed: bool = False
    """The zone has an outline and the place no coordinates: it counts as inside, to be careful."""


@dataclass(frozen=True)
class Wanted:
    """A negative result that a surveillance zone asks for, sampled on its first day or later."""

    disease_code: str
    species_code: str
    since_on: date
    block: Block


@dataclass(frozen=True)
class ZoneFacts:
    """A zone as far as what it forbids is concerned, over which of its divisions."""

    id: UUID
    disease_code: str
    from_on: date
    until_on: date | None
    tier: str
    is_shaped: bool
    division_code: str


ZONES, PLACES, EVENTS = table_of(Zone), table_of(ZoneDivision), table_of(Event)
SHAPES, CELLS = table_of(ZoneShape), table_of(ZoneCell)
MOST_PLACES = 8
"""Places of one load: origin and destination with all that lies above each. A shorter list
repeats its first place, so that the statement is made once; only a longer one is made anew."""
MOST_CELLS = 6
"""Two cells for each of three places with coordinates."""
_FACTS = (
    *(ZONES.c.id, ZONES.c.disease_code, ZONES.c.from_on, ZONES.c.until_on),
    *(ZONES.c.tier, ZONES.c.is_shaped),
)


def _standing() -> tuple[ColumnElement[bool], ...]:
    return (
        ZONES.c.lifted_at.is_(None),
        ZONES.c.from_on <= bindparam("on"),
        or_(ZONES.c.until_on.is_(None), ZONES.c.until_on >= bindparam("on")),
        EVENTS.c.is_confirmed,
    )


_LISTED = (
    select(*_FACTS, PLACES.c.division_code)
    .join(PLACES, PLACES.c.zone_id == ZONES.c.id)
    .join(EVENTS, EVENTS.c.id == ZONES.c.event_id)
    .where(*_standing())
)
_DRAWN = (
    select(
        *_FACTS,
        SHAPES.c.id.label("shape_id"),
        SHAPES.c.tier.label("shape_tier"),
        SHAPES.c.kind,
        SHAPES.c.geometry,
        SHAPES.c.metres,
        SHAPES.c.name,
    )
    .select_from(CELLS)
    .join(SHAPES, SHAPES.c.id == CELLS.c.shape_id)
    .join(ZONES, ZONES.c.id == CELLS.c.zone_id)
    .join(EVENTS, EVENTS.c.id == ZONES.c.event_id)
    .where(*_standing())
)
LISTED = Quick(
    _LISTED.where(
        or_(*(PLACES.c.division_code == bindparam(f"place{n}") for n in range(MOST_PLACES)))
    )
)
DRAWN = Quick(
    _DRAWN.where(or_(*(CELLS.c.cell == bindparam(f"cell{n}") for n in range(MOST_CELLS))))
)


def blocks(
    look: Look,
    *,
    species_codes: Collection[str],
    division_codes: Collection[str] = (),
    places: Collection[Place] = (),
    on: date,
) -> tuple[Block, ...]:
    """Return every zone in force on `on` that bars one of the species at one of the places.

    A place with coordinates is in a zone with an outline only when a protection part holds it; one
    without is in every zone over its division or over any above it. Only confirmed events act, and
    only on species their disease affects; an event denied since blocks nothing any more. What a
    place on the way (`Role.ROUTE`) means is the asker's to say.
    """
    found = touching(
        look, species_codes=species_codes, places=[*_bare(division_codes), *places], on=on
    )
    return tuple(one for one in found if one.tier == Tier.PROTECTION)


def wanted(
    look: Look, *, species_codes: Collection[str], places: Collection[Place], on: date
) -> tuple[Wanted, ...]:
    """Return the fresh negatives that surveillance zones ask of what leaves one of the places."""
    asked = [one for one in places if one.role == Role.ORIGIN]
    found = touching(look, species_codes=species_codes, places=asked, on=on)
    return tuple(
        Wanted(one.disease_code, one.species_code, one.from_on, one)
        for one in found
        if one.tier == Tier.SURVEILLANCE
    )


def tests_wanted(
    look: Look, *, species_codes: Collection[str], places: Collection[Place], on: date
) -> tuple[str, ...]:
    """Return the diseases that surveillance zones want a fresh negative of, in order of code."""
    found = wanted(look, species_codes=species_codes, places=places, on=on)
    return tuple(sorted({one.disease_code for one in found}))


def touching(
    look: Look, *, species_codes: Collection[str], places: Sequence[Place], on: date
) -> tuple[Block, ...]:
    """Return every zone in force that holds one of the places, the oldest first, of both tiers."""
    if not places or not species_codes:
        return ()
    hits = sorted(
        [*_by_list(look, places, on), *_by_shape(look, places, on)],
        key=lambda hit: (hit[0].from_on, hit[0].id, hit[0].division_code),
    )
    found = [
        _block(look, zone, place, Tier(tier), species, on)
        for zone, place, tier in hits
        for species in sorted(set(species_codes))
        if reference.affects(look, zone.disease_code, species)
    ]
    return tuple(dict.fromkeys(found))


def _bare(division_codes: Collection[str]) -> list[Place]:
    return [Place(code) for code in sorted(set(division_codes))]


Hit = tuple[ZoneFacts, Place, str]


def _by_list(look: Look, places: Sequence[Place], on: date) -> Iterator[Hit]:
    """Yield zones over the divisions of places; one with an outline only where none is located."""
    paths = {place: _upwards(look, place.division_code) for place in places if place.division_code}
    above = sorted({code for path in paths.values() for code in path})
    for zone in _listed(look, above, on) if above else ():
        for place, path in paths.items():
            if zone.division_code in path and not (zone.is_shaped and place.is_located):
                yield zone, place, zone.tier


def _by_shape(look: Look, places: Sequence[Place], on: date) -> Iterator[Hit]:
    """Yield zones a part of which holds one of the located places, at their gravest tier there."""
    located = [(place, *point) for place in places for point in place.points]
    if not located:
        return
    parts = _drawn(
        look, sorted({cell for _p, a, b in located for cell in cells_of_place(a, b)}), on
    )
    for zone, shapes in parts.items():
        found: dict[Place, set[Tier]] = {}
        for place, latitude, longitude in located:
            tier = tier_at(shapes, latitude, longitude)
            if tier is not None:
                found.setdefault(place, set()).add(tier)
        for place, tiers in found.items():
            yield zone, place, next(tier for tier in GRAVEST if tier in tiers).value


def _listed(look: Look, codes: list[str], on: date) -> list[ZoneFacts]:
    rows = _run(look, LISTED, _LISTED, PLACES.c.division_code, "place", codes, MOST_PLACES, on)
    return [_facts(row, row.division_code) for row in rows]


def _facts(row: Any, code: str) -> ZoneFacts:  # noqa: ANN401 (a named tuple)
    return ZoneFacts(
        *(row.id, row.disease_code, row.from_on, row.until_on, row.tier),
        is_shaped=row.is_shaped,
        division_code=code,
    )


def _drawn(look: Look, cells: list[int], on: date) -> dict[ZoneFacts, list[Shape]]:
    """Return the parts near the cells by zone, each part once."""
    found: dict[ZoneFacts, dict[UUID, Shape]] = {}
    for row in _run(look, DRAWN, _DRAWN, CELLS.c.cell, "cell", cells, MOST_CELLS, on):
        zone = _facts(row, "")
        shape = Shape(
            *(Tier(row.shape_tier), ShapeKind(row.kind), row.geometry, row.metres, row.name),
            flow=Flow.NONE,
        )
        found.setdefault(zone, {})[row.shape_id] = shape
    return {
        zone: sorted(parts.values(), key=lambda one: GRAVEST.index(one.tier))
        for zone, parts in found.items()
    }


def _run(
    look: Look,
    quick: Quick,
    statement: Select[Any],
    column: ColumnElement[Any],
    name: str,
    values: Sequence[object],
    most: int,
    on: date,
) -> list[Any]:
    """Run a statement for some values: made once for up to `most` of them, else made anew."""
    if len(values) > most:
        return list(look.session.execute(statement.where(column.in_(values)), {"on": on}))
    some = [*values, *[values[0]] * (most - len(values))]
    return look.rows(quick, on=on, **{f"{name}{n}": value for n, value in enumerate(some)})


def _upwards(look: Look, code: str) -> tuple[str, ...]:
    try:
        return tuple(step.code for step in reference.division_path(look, code))
    except NotFound:
        return (code,)


def _block(look: Look, zone: ZoneFacts, place: Place, tier: Tier, species: str, on: date) -> Block:
    disease = reference.disease(look, zone.disease_code).name_zh
    is_assumed = zone.is_shaped and not place.is_located
    over = zone.division_code or place.division_code
    say = sentence if tier is Tier.PROTECTION else asking
    return Block(
        zone_id=zone.id,
        disease_code=zone.disease_code,
        disease_name=disease,
        species_code=species,
        division_code=place.division_code,
        from_on=zone.from_on,
        until_on=zone.until_on,
        sentence=say(
            reference.division(look, over).name_zh if over else "这里",
            zone.from_on,
            disease,
            reference.species(look, species).name_zh,
            on,
            is_assumed=is_assumed and place.role != Role.ROUTE,  # a county on the way has no point
        ),
        tier=tier.value,
        role=str(place.role),
        is_assumed=is_assumed,
    )
