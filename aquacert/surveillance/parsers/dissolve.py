"""Areas joined, compared and cut on the ellipsoid: through a map centred on them, and back.

The map is azimuthal equidistant (distances from its middle are true): for areas up to a few hundred
kilometres across, what a straight edge of it differs from the earth's is metres. The shapely
library does the joining; it is loaded only when needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aquacert.surveillance.rules import geo
from aquacert.surveillance.rules.shapes import Shape, ShapeKind, polygons

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Centre = tuple[float, float]
DECIMALS = 6
SLACK_M = 5.0
"""Corners that stand for a circle may leave this much of it out."""


def dissolved(shapes: Sequence[Shape]) -> dict[str, Any] | None:
    """Return what the shapes cover together as a MultiPolygon or Polygon; None of nothing."""
    if not shapes:
        return None
    centre = centre_of(shapes)
    return _back(_union(shapes, centre), centre)


def covers(larger: Sequence[Shape], smaller: Sequence[Shape]) -> bool:
    """Say whether everything that `smaller` covers lies within `larger`."""
    if not smaller:
        return True
    if not larger:
        return False
    centre = centre_of(smaller)
    return bool(_union(larger, centre).buffer(SLACK_M).covers(_union(smaller, centre)))


def overlap(one: Sequence[Shape], other: Sequence[Shape]) -> bool:
    """Say whether two sets of shapes share any ground."""
    if not one or not other:
        return False
    centre = centre_of(one)
    return bool(_union(one, centre).intersects(_union(other, centre)))


def area_km2(shapes: Sequence[Shape]) -> float:
    """Return how much the shapes cover together."""
    return float(_union(shapes, centre_of(shapes)).area) / 1e6 if shapes else 0.0


def centre_of(shapes: Iterable[Shape]) -> Centre:
    """Return (latitude, longitude) of the middle of some corners: good enough for a map's."""
    line = list(geo.unrolled(place for shape in shapes for place in _places(shape)))
    south, north = min(y for _x, y in line), max(y for _x, y in line)
    west, east = min(x for x, _y in line), max(x for x, _y in line)
    return (south + north) / 2, geo.turned((west + east) / 2)


def _places(shape: Shape) -> list[tuple[float, float]]:
    places = shape.geometry["coordinates"]
    if shape.kind is ShapeKind.CIRCLE:
        return [(places[0], places[1])]
    if shape.kind is ShapeKind.REACH:
        return [(x, y) for x, y, *_z in places]
    return [(x, y) for rings in polygons(shape.geometry) for x, y, *_z in rings[0]]


def _union(shapes: Sequence[Shape], centre: Centre) -> BaseGeometry:
    from shapely import union_all

    return union_all([_flat(shape, centre) for shape in shapes])


def _flat(shape: Shape, centre: Centre) -> BaseGeometry:
    """Return a shape in metres around the centre."""
    from shapely import LineString, MultiPolygon, Polygon

    places = shape.geometry["coordinates"]
    if shape.kind is ShapeKind.CIRCLE:
        ring = geo.circle_ring(places[1], places[0], shape.metres or 0)
        return Polygon([_there(centre, y, x) for x, y in ring]).buffer(0)
    if shape.kind is ShapeKind.REACH:
        line = LineString([_there(centre, y, x) for x, y, *_z in places])
        return line.buffer(shape.metres or 0, quad_segs=12)
    return MultiPolygon(
        [
            Polygon(*_rings([[_there(centre, y, x) for x, y, *_z in ring] for ring in rings]))
            for rings in polygons(shape.geometry)
        ]
    ).buffer(0)


def _rings(rings: list[list[tuple[float, float]]]) -> tuple[Any, Any]:
    return rings[0], rings[1:]


@lru_cache(maxsize=20_000)
def _there(centre: Centre, latitude: float, longitude: float) -> tuple[float, float]:
    return geo.polar(*centre, latitude, longitude)


def _back(flat: BaseGeometry, centre: Centre) -> dict[str, Any]:
    from shapely import get_parts
    from shapely.geometry.polygon import orient

    parts = []
    for one in get_parts(flat):
        if one.geom_type == "Polygon" and not one.is_empty:
            turned = orient(one)
            parts.append([_ring(ring, centre) for ring in (turned.exterior, *turned.interiors)])
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _ring(ring: Any, centre: Centre) -> list[list[float]]:  # noqa: ANN401 (shapely's own)
    found = []
    for east, north in ring.coords:
        lat, lon = geo.back(*centre, east, north)
        found.append([round(lon, DECIMALS), round(lat, DECIMALS)])
    found[-1] = found[0]
    return found
