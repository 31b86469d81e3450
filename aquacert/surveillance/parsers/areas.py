"""Geometry of GeoJSON (RFC 7946) as feeds bring it: checked, rounded, cut at the dateline.

Positions are longitude first, WGS-84 degrees; a height is dropped. What only makes sense the other
way round is named as swapped, never turned silently. A ring that crosses the 180th meridian, in
either way of writing it, comes back as two parts (RFC 7946 section 3.1.9).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
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
    kind, found = geometry.get("type"), geometry.get("coordinates")
    if kind not in AREAS or not isinstance(found, list) or not found:
        raise Bad(Code.SHAPE, column, kind)
    polygons = [found] if kind == "Polygon" else found
    parts = [part for one in polygons for part in _polygon(one, column)]
    if not _is_sound(parts):
        raise Bad(Code.SHAPE, column, kind)
    written = [[[list(at) for at in ring] for ring in part] for part in parts]
    if len(written) == 1:
        return {"type": "Polygon", "coordinates": written[0]}
    return {"type": "MultiPolygon", "coordinates": written}


def _polygon(found: object, column: str) -> list[list[Ring]]:
    if not isinstance(found, list) or not found:
        raise Bad(Code.SHAPE, column, found)
    rings = [_ring(one, column) for one in found]
    middle = _middle(rings[0])
    rings = [_beside(ring, middle) for ring in rings]
    west = min(x for x, _y in rings[0])
    east = max(x for x, _y in rings[0])
    parts: list[list[Ring]] = []
    for shift in (-360.0, 0.0, 360.0):
        if east + shift <= -180 or west + shift >= 180:
            continue
        moved = [[(x + shift, y) for x, y in ring] for ring in rings]
        is_inside = west + shift >= -180 and east + shift <= 180
        kept = moved if is_inside else [_cut(ring) for ring in moved]
        if len(kept[0]) >= RING:
            parts.append([_rounded(ring) for ring in kept if len(ring) >= RING])
    return parts


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


def _cut(ring: Ring) -> Ring:
    """Return what of a ring lies between the meridians -180 and 180 (Sutherland-Hodgman)."""
    for edge, keeps_less in ((180.0, True), (-180.0, False)):
        ring = _half(ring, edge, keeps_less=keeps_less)
        if not ring:
            return []
    return ring


def _half(ring: Ring, edge: float, *, keeps_less: bool) -> Ring:
    kept: Ring = []
    for (x, y), (next_x, next_y) in pairwise(ring):
        is_in = x <= edge if keeps_less else x >= edge
        comes_in = next_x <= edge if keeps_less else next_x >= edge
        if is_in:
            kept.append((x, y))
        if is_in != comes_in and edge not in {x, next_x}:
            kept.append((edge, y + (next_y - y) * (edge - x) / (next_x - x)))
    return [*kept, kept[0]] if len(set(kept)) >= RING - 1 else []


def _rounded(ring: Ring) -> Ring:
    return [(round(x, COORDINATE_PLACES) + 0.0, round(y, COORDINATE_PLACES) + 0.0) for x, y in ring]


def _is_sound(parts: Sequence[Sequence[Ring]]) -> bool:
    """Say whether the parts are areas at all: no ring crosses itself, holes lie inside."""
    from shapely import MultiPolygon, Polygon

    if not parts:
        return False
    shapes = [Polygon(part[0], part[1:]) for part in parts]
    return bool(MultiPolygon(shapes).is_valid) and all(one.area > 0 for one in shapes)


def _is_number(found: object) -> bool:
    return (
        isinstance(found, int | float)
        and not isinstance(found, bool)
        and math.isfinite(float(found))
    )
