"""Counties beside a zone that its list does not name: whose farms its outline holds, or may hold.

No outlines of counties are shipped, so a circle over a border is known only by the farms whose
ponds are drawn. What a neighbouring farm without drawn ponds is to the zone nobody can say: it is
counted as unknown, and the county's own officers are told, who may open a zone of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries.points import points_of_farms
from aquacert.hatcheries.rules import State
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models.events import Zone
from aquacert.surveillance.queries.shapes import Extent
from aquacert.surveillance.queries.zones import division_codes_of
from aquacert.surveillance.rules.geo import Box, box_of, within_box
from aquacert.surveillance.rules.shapes import Shape, ShapeKind, boxes_of, tier_at

AROUND_M = 5_000
"""A drawn farm so near to an outline says that its county may lie in it too."""


@dataclass(frozen=True)
class Neighbour:
    """One county that a zone's list does not name."""

    code: str
    name: str
    inside: int
    """Farms whose ponds are drawn and lie in the zone: they are in it, whatever the list says."""
    unknown: int
    """Farms without drawn ponds: the zone does not hold them, and they may lie in it."""


def neighbours(look: Look, zone: Zone, extent: Extent) -> list[Neighbour]:
    """Return the counties outside a zone's list that its outline reaches, or nearly reaches."""
    if not extent.shapes:
        return []
    codes = division_codes_of(look, zone.id)
    listed = frozenset[str]().union(*(reference.descendants(look, code) for code in codes))
    farms = {farm: code for farm, code in _farms(look) if code not in listed}
    points, near = points_of_farms(look, farms), _near(extent.shapes)
    inside: defaultdict[str, int] = defaultdict(int)
    for farm, some in points.items():
        if any(within_box(box, *point) for point in some for box in near):
            inside[farms[farm]] += any(tier_at(extent.shapes, *point) for point in some)
    return [
        Neighbour(
            *(code, reference.full_name(look, code), inside[code]),
            unknown=sum(other == code for farm, other in farms.items() if farm not in points),
        )
        for code in sorted(inside)
    ]


def lies_elsewhere(look: Look, shapes: Sequence[Shape], divisions: Collection[str]) -> bool:
    """Say whether a part drawn by hand holds farms, and none of them in these divisions."""
    drawn = [one for one in shapes if one.kind is not ShapeKind.CIRCLE]
    if not drawn:
        return False
    farms = dict(_farms(look))
    points = points_of_farms(look, farms)
    for shape in drawn:
        held = {
            farms[farm]
            for farm, some in points.items()
            if any(tier_at([shape], *point) for point in some)
        }
        if held and held.isdisjoint(divisions):
            return True
    return False


def _farms(look: Look) -> list[tuple[UUID, str]]:
    """Return every farm that may send seed, with its county: counted here, never shown."""
    rows = look.session.execute(
        select(Hatchery.id, Hatchery.division_code).where(Hatchery.state == State.APPROVED.value)
    )
    return [(farm, code) for farm, code in rows]


def _near(shapes: Sequence[Shape]) -> list[Box]:
    boxes = [box for shape in shapes for box in boxes_of(shape)]
    return [box_of([(one.west, one.south), (one.east, one.north)], AROUND_M) for one in boxes]
