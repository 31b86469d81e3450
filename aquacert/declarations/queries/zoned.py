"""Which open declarations a zone touches, which ones it was told to hold, and what it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import Batch, Declaration, DeclarationHold, Load
from aquacert.declarations.queries.lists import DeclarationLine, lines
from aquacert.declarations.queries.places import ROLE_WORDS, points_of, route_bars
from aquacert.declarations.rules.states import OPEN
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries.reaching import reach_of_zone
from aquacert.surveillance.rules.zones import ASSUMED, Place, Reach, Role, place_at


@dataclass(frozen=True)
class Touch:
    """What a zone does to one open declaration."""

    bars: bool
    because: str


@dataclass
class Trip:
    """One open declaration as far as its places matter."""

    hatchery_id: UUID
    origin_code: str
    destinations: set[str] = field(default_factory=set)
    via_codes: set[str] = field(default_factory=set)


def touched_by(look: Look, zone: Zone) -> dict[UUID, Touch]:
    """Return every open declaration that a zone stops, asks a test of, or warns; by declaration."""
    trips = _open_trips(look, zone.disease_code)
    reach, bars = reach_of_zone(look, zone), route_bars(look)
    farms = {trip.hatchery_id for trip in trips.values()}
    points = points_of(look, farms) if reach.shapes else {}
    found = {}
    for paper_id, trip in trips.items():
        places = [
            place_at(trip.origin_code, points.get(trip.hatchery_id, ())),
            *(Place(code, Role.ROUTE) for code in sorted(trip.via_codes)),
            *(Place(code, Role.DESTINATION) for code in sorted(trip.destinations)),
        ]
        touch = _touch(look, zone, reach, places, bars=bars)
        if touch is not None:
            found[paper_id] = touch
    return found


def _touch(
    look: Look, zone: Zone, reach: Reach, places: list[Place], *, bars: bool
) -> Touch | None:
    """Return the gravest of what a zone does at these places; None where it does nothing."""
    stops, asks, passes = [], [], []
    for place in places:
        tier, on_the_way = reach.tier_at(place), place.role == Role.ROUTE
        if tier is not None and on_the_way and not bars:
            passes.append(_named(look, reach, place))
        elif tier == "protection":
            stops.append(_named(look, reach, place))
        elif tier is not None and place.role == Role.ORIGIN:
            asks.append(_named(look, reach, place))
    disease = reference.disease(look, zone.disease_code).name_zh
    since = f"{disease}管控区 {zone.from_on} 起生效"
    said = (
        (stops, "{0}在区内，暂停调运"),
        (asks, "{0}在监视区，要有该日以后采样的阴性结果"),
        (passes, "{0}在区内，请绕开"),
    )
    found = next(((names, words) for names, words in said if names), None)
    if found is None:
        return None
    return Touch(bars=bool(stops), because=f"{since}：{found[1].format('、'.join(found[0]))}")


def _named(look: Look, reach: Reach, place: Place) -> str:
    said = f"{ROLE_WORDS[str(place.role)]}{reference.full_name(look, place.division_code)}"
    is_assumed = reach.shapes and not place.is_located and place.role != Role.ROUTE
    return f"{said}（{ASSUMED}）" if is_assumed else said


def _open_trips(look: Look, disease_code: str) -> dict[UUID, Trip]:
    species = sorted(reference.affected(look, disease_code))
    carries = select(Batch.declaration_id).where(Batch.species_code.in_(species))
    rows = look.session.execute(
        select(
            Declaration.id,
            Declaration.hatchery_id,
            Declaration.origin_code,
            Load.destination_code,
            Load.via_codes,
        )
        .join(Load, Load.declaration_id == Declaration.id)
        .where(Declaration.state.in_(sorted(OPEN)), Declaration.id.in_(carries))
        .order_by(Declaration.id)
    )
    found: dict[UUID, Trip] = {}
    for paper_id, hatchery_id, origin, destination, via in rows:
        trip = found.setdefault(paper_id, Trip(hatchery_id, origin))
        trip.destinations.add(destination)
        trip.via_codes |= set(via or ())
    return found


def holds_of_zone(look: Look, zone_id: UUID) -> dict[UUID, DeclarationHold]:
    """Return what a zone holds, by declaration."""
    rows = look.scalars(
        select(DeclarationHold).where(
            DeclarationHold.zone_id == zone_id, DeclarationHold.ended_at.is_(None)
        )
    )
    return {row.declaration_id: row for row in rows}


def holds_of(look: Look, declaration_ids: Collection[UUID]) -> dict[UUID, list[DeclarationHold]]:
    """Return the zones over open declarations, by declaration: those that stop it first."""
    found: defaultdict[UUID, list[DeclarationHold]] = defaultdict(list)
    rows = look.scalars(
        select(DeclarationHold)
        .join(Declaration, Declaration.id == DeclarationHold.declaration_id)
        .where(
            DeclarationHold.declaration_id.in_(list(declaration_ids)),
            DeclarationHold.ended_at.is_(None),
            Declaration.state.in_(sorted(OPEN)),
        )
        .order_by(DeclarationHold.bars.desc(), DeclarationHold.since_at, DeclarationHold.id)
    )
    for row in rows:
        found[row.declaration_id].append(row)
    return found


def zones_holding(look: Look) -> list[UUID]:
    """Return every zone that holds some declaration."""
    return look.scalars(
        select(DeclarationHold.zone_id)
        .where(DeclarationHold.ended_at.is_(None))
        .distinct()
        .order_by(DeclarationHold.zone_id)
    )


def in_zone_page(
    look: Look, zone_id: UUID, number: int = 1, size: int = 20
) -> Pages[DeclarationLine]:
    """Return one page of the visible declarations that a zone holds, or held, newest first."""
    held = select(DeclarationHold.declaration_id).where(DeclarationHold.zone_id == zone_id)
    chosen = (
        select(Declaration)
        .where(look.visible(Declaration), Declaration.id.in_(held))
        .order_by(Declaration.submitted_at.desc(), Declaration.id.desc())
    )
    found = look.pages(chosen, number, size)
    return Pages(lines(look, found.items), found.number, found.size, found.total)
