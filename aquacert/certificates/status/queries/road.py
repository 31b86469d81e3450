"""Which certificates a zone touches: where their goods come from, go to, and pass through.

Asked by farm and by place, not by certificate: of a hundred thousand on the road there are some
thousand farms and a few hundred destinations.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select

from aquacert.certificates.models import Certificate, Standing
from aquacert.certificates.rules.states import LIVE
from aquacert.certificates.status.queries.grounds import stretches
from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.queries.places import farms_in, points_of, route_bars
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries.reaching import bars_at, reach_of_zone
from aquacert.surveillance.rules.shapes import Tier
from aquacert.surveillance.rules.zones import Place, Reach, Role, place_at


class OnRoad(NamedTuple):
    """What of a certificate decides whether a zone touches it."""

    id: UUID
    hatchery_id: UUID
    origin_code: str
    destination_code: str
    load_id: UUID


def travelling(look: Look, zone: Zone) -> list[OnRoad]:
    """Return every live certificate on the road with a species that the zone's disease affects."""
    species = sorted(reference.affected(look, zone.disease_code))
    return _rows(
        look,
        Certificate.species_code.in_(species),
        Certificate.valid_until >= look.now,
        Standing.arrived_at.is_(None),
    )


def those(look: Look, certificate_ids: Iterable[UUID]) -> list[OnRoad]:
    """Return these certificates, whatever has become of their goods since."""
    return [
        row for some in stretches(certificate_ids) for row in _rows(look, Certificate.id.in_(some))
    ]


def touched(look: Look, zone: Zone, rows: Collection[OnRoad]) -> set[UUID]:
    """Return the certificates of these whose goods a zone bars: from, to, or by rule on the way."""
    reach = reach_of_zone(look, zone)
    farms = {(row.hatchery_id, row.origin_code) for row in rows}
    points = points_of(look, {farm for farm, _code in farms}) if reach.shapes else {}
    hit_farms = {
        (farm, code) for farm, code in farms if bars_at(reach, place_at(code, points.get(farm, ())))
    }
    ends = {row.destination_code for row in rows}
    hit_ends = {code for code in ends if bars_at(reach, Place(code, Role.DESTINATION))}
    found = {
        row.id
        for row in rows
        if row.destination_code in hit_ends or (row.hatchery_id, row.origin_code) in hit_farms
    }
    if route_bars(look):
        found |= _on_the_way(look, reach, [row for row in rows if row.id not in found])
    return found


def bars(look: Look, reach: Reach) -> ColumnElement[bool]:
    """Return the condition that a zone bars a certificate's goods, whenever it was issued.

    For questions of people (recall, counts): its species, from or to its places.
    """
    if reach.tier is not Tier.PROTECTION and not reach.shapes:
        return false()
    places = sorted(reach.divisions)
    leaves: ColumnElement[bool] = Certificate.origin_code.in_(places)
    if reach.shapes:
        farms = select(Declaration.id).where(
            Declaration.hatchery_id.in_(sorted(farms_in(look, reach)))
        )
        leaves = Certificate.declaration_id.in_(farms)
    return and_(
        Certificate.species_code.in_(sorted(reach.species)),
        or_(leaves, Certificate.destination_code.in_(places)),
    )


def _on_the_way(look: Look, reach: Reach, rows: Collection[OnRoad]) -> set[UUID]:
    by_load = {row.load_id: row.id for row in rows}
    found: set[UUID] = set()
    for some in stretches(by_load):
        named = look.session.execute(
            select(Load.id, Load.via_codes).where(Load.id.in_(some), Load.via_codes.is_not(None))
        )
        found |= {
            by_load[load_id]
            for load_id, codes in named
            if any(bars_at(reach, Place(code, Role.ROUTE)) for code in codes or ())
        }
    return found


def _rows(look: Look, *chosen: ColumnElement[bool]) -> list[OnRoad]:
    found = look.session.execute(
        select(
            Certificate.id,
            Declaration.hatchery_id,
            Certificate.origin_code,
            Certificate.destination_code,
            Certificate.load_id,
        )
        .join(Standing, Standing.id == Certificate.id)
        .join(Declaration, Declaration.id == Certificate.declaration_id)
        .where(Standing.status.in_(sorted(status.value for status in LIVE)), *chosen)
    )
    return [OnRoad(*row) for row in found]
