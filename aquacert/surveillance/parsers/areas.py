"""Geometry of GeoJSON (RFC 7946) as feeds bring it: checked, rounded, cut at the dateline.

Positions are longitude first, WGS-84 degrees; a height is dropped. What only makes sense the other
way round is named as swapped, never turned silently. A ring that crosses the 180th meridian, in
either way of writing it, comes back as two parts (RFC 7946 section 3.1.9).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from aquacert.surveillance.parsers.shape import Bad, Code
from aquacert.surveillance.rules.events import COORDINATE_PLACES

MOST_POSITIONS = 50_000
RING = 4
"""Positions that a ring has at least, the last being the first again."""
Position = tuple[float, float]
Ring = list[Position]
WGS84 = ("crs84", "epsg:4326", "epsg::4326")
AREAS = frozenset({"Polygon", "MultiPolygon"})


def is_wgs84(document: Mapping[str, Any]) -> bool:
    """Say whether a document states no coordinate system, or WGS-84 (the only one of RFC 7946)."""
    crs = document.get("crs")
    if crs is None:
        return True
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return str(name or "").casefold().endswith(WGS84)


def position_of(found: object, column: str = "geometry") -> Position:
    """Return (longitude, latitude) of one position; raise `Bad` when it is none."""
    numbers = found[:2] if isinstance(found, list | tuple) else []
    if len(numbers) != 2 or not all(_is_number(one) for one in numbers):
        raise Bad(Code.SHAPE, column, found)
    longitude, latitude = float(numbers[0]), float(numbers[1])
    if abs(latitude) > 90 and abs(latitude) <= 180 and abs(longitude) <= 90:
        raise Bad(Code.SWAPPED, column, found)
    if not (abs(latitude) <= 90 and abs(longitude) <= 360):
        raise Bad(Code.COORDINATE, column, found)
    return (
        round(longitude, COORDINATE_PLACES) + 0.0,
        round(latitude, COORDINATE_PLACES) + 0.0,
    )


def area_of(geometry: Mapping[str, Any], column: str = "geometry") -> dict[str, Any]:
    """Return a Polygon or MultiPolygon as it is kept; raise `Bad` when it is no sound area."""
    from shapely import MultiPolygon

    kind, found = str(geometry.get("type")), geometry.get("coordinates")
    if kind not in AREAS or not isinstance(found, list) or not found:
        raise Bad(Code.SHAPE, column, kind)
    polygons = [found] if kind == "Polygon" else found
    parts = [part for one in polygons for part in _polygon(one, column)]
    if not MultiPolygon(parts).is_valid:
        raise Bad(Code.SHAPE, column, kind)  # its parts overlap
    written = [[_written(ring) for ring in (part.exterior, *part.interiors)] for part in parts]
    if len(written) == 1:
        return {"type": "Polygon", "coordinates": written[0]}
    return {"type": "MultiPolygon", "coordinates": written}


def _polygon(found: object, column: str) -> list[Any]:
    """Return a polygon as sound parts between the meridians -180 and 180."""
    from shapely import Polygon, affinity, box

    if not isinstance(found, list) or not found:
        raise Bad(Code.SHAPE, column, found)
    rings = [_ring(one, column) for one in found]
    middle = _middle(rings[0])
    whole = Polygon(rings[0], [_beside(ring, middle) for ring in rings[1:]])
    if not (whole.is_valid and whole.area > 0):
        raise Bad(Code.SHAPE, column, "Polygon")  # it crosses itself, or a hole lies outside
    west, _south, east, _north = whole.bounds
    if west >= -180 and east <= 180:
        return [whole]
    parts = []
    for shift in (-360.0, 0.0, 360.0):
        moved = affinity.translate(whole, xoff=shift)
        cut = moved.intersection(box(-180.0, -90.0, 180.0, 90.0))
        pieces = getattr(cut, "geoms", [cut])
        parts += [one for one in pieces if isinstance(one, Polygon) and one.area > 0]
    return parts


def _written(ring: Any) -> list[list[float]]:  # noqa: ANN401 (a ring of shapely)
    return [
        [round(x, COORDINATE_PLACES) + 0.0, round(y, COORDINATE_PLACES) + 0.0]
        for x, y in ring.coords
    ]


def _ring(found: object, column: str) -> Ring:
    """Return a ring whose longitudes run on without a jump: it may pass 180."""
    if not isinstance(found, list) or not RING <= len(found) <= MOST_POSITIONS:
        raise Bad(Code.SHAPE, column, f"{len(found) if isinstance(found, list) else found}")
    positions = [position_of(one, column) for one in found]
    ring = [positions[0]]
    for longitude, latitude in positions[1:]:
        turns = round((ring[-1][0] - longitude) / 360.0)
        ring.append((longitude + 360.0 * turns, latitude))
    if ring[0] != ring[-1] or len(set(ring)) < RING - 1:
        raise Bad(Code.SHAPE, column, positions[-1])  # open, flat, or around a pole
    return ring


def _middle(ring: Ring) -> float:
    return (min(x for x, _y in ring) + max(x for x, _y in ring)) / 2


def _beside(ring: Ring, middle: float) -> Ring:
    """Return a hole in the same turn of the globe as the ring it lies in."""
    turns = round((middle - _middle(ring)) / 360.0)
    return [(x + 360.0 * turns, y) for x, y in ring]


def _is_number(found: object) -> bool:
    return (
        isinstance(found, int | float)
        and not isinstance(found, bool)
        and math.isfinite(float(found))
    )
