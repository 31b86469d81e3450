"""The places of a declaration that a zone may touch: from where, through what, to where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.queries.facts import LoadFacts
from aquacert.declarations.queries.subjects import Subject
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries.points import Points, points_of_farm, points_of_farms
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.queries.blocks import Block, touching
from aquacert.surveillance.queries.reaching import bars_at
from aquacert.surveillance.rules.zones import Place, Reach, Role, place_at

ROUTE_RULE = "zone.route_bars"
ROLE_WORDS: Mapping[str, str] = {
    Role.ORIGIN.value: "启运地",
    Role.ROUTE.value: "途经",
    Role.DESTINATION.value: "到达地",
}
PROTECTION = "protection"


@dataclass(frozen=True)
class Touches:
    """What zones do to one declaration or load today."""

    bars: tuple[Block, ...] = ()
    """Nothing may leave or arrive."""
    asks: tuple[Block, ...] = ()
    """A fresh negative is wanted (监视区)."""
    passes: tuple[Block, ...] = ()
    """It only passes through one: a warning, unless the dated rule says that it bars."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what bars, in sentences."""
        return _each(self.bars)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what only warns, in sentences."""
        return _each(self.passes)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Return what asks for a fresh negative, in sentences."""
        return _each(self.asks)


def told(block: Block) -> str:
    """Return a block's sentence with what the place is to the load: 启运地六合区 5 月 1 日起…."""
    return f"{ROLE_WORDS.get(block.role, '')}{block.sentence}"


def _each(found: Iterable[Block]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(told(block) for block in found))


def route_bars(look: Look) -> bool:
    """Say whether a zone on the way bars like one at an end: no, until the province adopts it."""
    rule = reference.binding_rule(look, ROUTE_RULE, look.today)
    return rule is not None and rule.value > 0


def points_of(look: Look, hatchery_ids: Collection[UUID]) -> Mapping[UUID, Points]:
    """Return where farms lie, of those whose ponds have outlines."""
    return points_of_farms(look, hatchery_ids)


def farms_in(look: Look, reach: Reach) -> frozenset[UUID]:
    """Return every farm that the inner tier of a zone with an outline holds.

    A farm whose ponds have outlines by its point, any other by its county, to be careful.
    """
    rows = look.session.execute(select(Hatchery.id, Hatchery.division_code)).all()
    points = points_of_farms(look, {farm for farm, _code in rows})
    return frozenset(
        farm for farm, code in rows if bars_at(reach, place_at(code, points.get(farm, ())))
    )


def places_from(
    origin_code: str,
    points: Points,
    destinations: Iterable[str],
    via_codes: Iterable[str] = (),
) -> tuple[Place, ...]:
    """Return the places of a load or a declaration, each once."""
    found = [place_at(origin_code, points)]
    found += [Place(code, Role.ROUTE) for code in via_codes]
    found += [Place(code, Role.DESTINATION) for code in destinations]
    return tuple(dict.fromkeys(found))


def places_of_load(look: Look, load: LoadFacts) -> tuple[Place, ...]:
    """Return the places of one load."""
    points = points_of_farm(look, load.hatchery_id)
    return places_from(load.origin_code, points, [load.destination_code], load.via_codes)


def touches_of_load(look: Look, load: LoadFacts) -> Touches:
    """Return what zones do to one load today."""
    species = {line.species_code for line in load.lines}
    return touches(look, species, places_of_load(look, load))


def places_of_subject(subject: Subject, points: Points) -> tuple[Place, ...]:
    """Return the places of everything a declaration wants to move."""
    farm = subject.hatchery.division_code
    return places_from(farm, points, subject.destinations, subject.via_codes)


def touches(look: Look, species: Collection[str], places: Collection[Place]) -> Touches:
    """Return what zones do today to seed of these species at these places."""
    found = touching(look, species_codes=species, places=tuple(places), on=look.today)
    on_the_way = any(block.role == Role.ROUTE for block in found)
    return sorted_out(found, bars=on_the_way and route_bars(look))


def touches_each(
    look: Look, asked: Sequence[tuple[Collection[str], Sequence[Place]]]
) -> list[Touches]:
    """Return the same for several papers: one question for all places known by their division.

    Farms with coordinates are asked about together too; only when some zone holds one of them, each
    is asked about by itself.
    """
    species = {code for codes, _places in asked for code in codes}
    every = {place for _codes, places in asked for place in places}
    bare = tuple(place for place in every if not place.is_located)
    located = tuple(place for place in every if place.is_located)
    ask = partial(touching, look, species_codes=species, on=look.today)
    found: dict[Place, list[Block]] = defaultdict(list)
    for block in ask(places=bare):
        found[Place(block.division_code, block.role)].append(block)
    if located and ask(places=located):
        for place in located:
            found[place] = list(ask(places=(place,)))
    bars = route_bars(look)
    return [
        sorted_out(
            (
                block
                for place in places
                for block in found.get(_key(place), ())
                if block.species_code in codes
            ),
            bars=bars,
        )
        for codes, places in asked
    ]


def _key(place: Place) -> Place:
    return place if place.is_located else Place(place.division_code, str(place.role))


def sorted_out(found: Iterable[Block], *, bars: bool) -> Touches:
    """Tell apart what bars, what asks for a test and what only warns; `bars`: the way bars too."""
    kinds: tuple[list[Block], list[Block], list[Block]] = ([], [], [])
    for block in found:
        if block.role == Role.ROUTE and not bars:
            kinds[2].append(block)
        elif block.tier == PROTECTION:
            kinds[0].append(block)
        elif block.role == Role.ORIGIN:
            kinds[1].append(block)
    return Touches(*(tuple(kind) for kind in kinds))
