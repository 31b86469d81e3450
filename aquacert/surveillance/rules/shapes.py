"""Shapes of a zone and whether a place lies in one: circle, polygon, reach of a river. Pure.

A shape's geometry is GeoJSON in WGS-84 (RFC 7946): the Point at a circle's middle, a Polygon or
MultiPolygon, or the LineString of a reach with so many metres on both sides of it. The edges of a
polygon are straight in longitude and latitude (RFC 7946 §3.1.1), its border belongs to it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from aquacert.surveillance.rules import geo
from aquacert.surveillance.rules.geo import Box


class Tier(StrEnum):
    """What a part of a zone does: bar what lies in it, or ask a fresh negative of it."""

    PROTECTION = "protection"
    SURVEILLANCE = "surveillance"


class ShapeKind(StrEnum):
    """How a part is drawn."""

    CIRCLE = "circle"
    POLYGON = "polygon"
    REACH = "reach"


class Flow(StrEnum):
    """Which way of the event a reach runs; empty for what is no reach."""

    NONE = ""
    UP = "upstream"
    DOWN = "downstream"


TIER_WORDS: Mapping[Tier, str] = {Tier.PROTECTION: "保护区", Tier.SURVEILLANCE: "监视区"}
KIND_WORDS: Mapping[ShapeKind, str] = {
    ShapeKind.CIRCLE: "圆",
    ShapeKind.POLYGON: "多边形",
    ShapeKind.REACH: "河段",
}
FLOW_WORDS: Mapping[Flow, str] = {Flow.NONE: "", Flow.UP: "上游", Flow.DOWN: "下游"}
GRAVEST = (Tier.PROTECTION, Tier.SURVEILLANCE)
Ring = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Shape:
    """One part of a zone."""

    tier: Tier
    kind: ShapeKind
    geometry: Mapping[str, Any]
    metres: int | None = None
    """Radius of a circle; half the width of a reach."""
    name: str = ""
    """Of the river or the area, as people call it."""
    flow: Flow = Flow.NONE


def circle(tier: Tier, latitude: float, longitude: float, metres: int, name: str = "") -> Shape:
    """Return a circle."""
    point = {"type": "Point", "coordinates": [longitude, latitude]}
    return Shape(tier, ShapeKind.CIRCLE, point, metres, name)


def holds(shape: Shape, latitude: float, longitude: float) -> bool:
    """Say whether a place lies in a shape; its border belongs to it."""
    places = shape.geometry["coordinates"]
    if shape.kind is ShapeKind.CIRCLE:
        return geo.distance_m(places[1], places[0], latitude, longitude) <= (shape.metres or 0)
    if shape.kind is ShapeKind.REACH:
        return _near_line(places, shape.metres or 0, latitude, longitude)
    return any(in_polygon(rings, latitude, longitude) for rings in polygons(shape.geometry))


def tier_at(shapes: Collection[Shape], latitude: float, longitude: float) -> Tier | None:
    """Return the gravest tier of the shapes that hold a place; None outside them all."""
    found = {shape.tier for shape in shapes if holds(shape, latitude, longitude)}
    return gravest(found)


def gravest(tiers: Collection[Tier]) -> Tier | None:
    """Return the tier that does most; None of none."""
    return next((tier for tier in GRAVEST if tier in tiers), None)


def polygons(geometry: Mapping[str, Any]) -> list[list[Ring]]:
    """Return the rings of each polygon of a Polygon or MultiPolygon."""
    places = geometry["coordinates"]
    return [places] if geometry["type"] == "Polygon" else list(places)


def in_polygon(rings: Sequence[Ring], latitude: float, longitude: float) -> bool:
    """Say whether a place lies within the first ring and within none of its holes."""
    if not _in_ring(rings[0], latitude, longitude):
        return False
    return not any(
        _in_ring(hole, latitude, longitude) and not _on_ring(hole, latitude, longitude)
        for hole in rings[1:]
    )


def boxes_of(shape: Shape) -> list[Box]:
    """Return boxes that hold a shape together: one for most, one for each step of a reach."""
    places = shape.geometry["coordinates"]
    if shape.kind is ShapeKind.CIRCLE:
        return [geo.box_of([tuple(places)], shape.metres or 0)]
    if shape.kind is ShapeKind.REACH:
        line = [(x, y) for x, y, *_z in places]
        steps = pairwise(line)
        return [geo.box_of(step, shape.metres or 0) for step in steps]
    return [geo.box_of([(x, y) for x, y, *_z in rings[0]]) for rings in polygons(shape.geometry)]


def cells_of(shape: Shape) -> frozenset[int]:
    """Return the cells of the grid a shape may touch."""
    return geo.cells_of_boxes(boxes_of(shape))


def length_m(shape: Shape) -> float:
    """Return how long a reach is."""
    places = shape.geometry["coordinates"]
    return sum(geo.distance_m(a[1], a[0], b[1], b[0]) for a, b in pairwise(places))


def _sides(ring: Ring, longitude: float) -> Iterator[tuple[float, float, float, float]]:
    """Yield the sides of a ring, their longitudes unrolled from beside the place."""
    line = [(x, y) for x, y, *_z in ring]
    if line[0] != line[-1]:
        line.append(line[0])
    first = longitude + geo.turned(line[0][0] - longitude)
    rolled = list(geo.unrolled([(first, line[0][1]), *line[1:]]))
    for (x1, y1), (x2, y2) in pairwise(rolled):
        yield x1, y1, x2, y2


def _in_ring(ring: Ring, latitude: float, longitude: float) -> bool:
    """Say whether a place lies in a ring or on it: the even-odd rule, at each turn of the earth."""
    sides = list(_sides(ring, longitude))
    if _touches(sides, latitude, longitude):
        return True
    return any(_odd(sides, latitude, longitude + turn) for turn in (0, 360, -360))


def _on_ring(ring: Ring, latitude: float, longitude: float) -> bool:
    return _touches(list(_sides(ring, longitude)), latitude, longitude)


def _odd(sides: Sequence[tuple[float, float, float, float]], y: float, x: float) -> bool:
    inside = False
    for x1, y1, x2, y2 in sides:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _touches(sides: Sequence[tuple[float, float, float, float]], y: float, x: float) -> bool:
    for x1, y1, x2, y2 in sides:
        if min(y1, y2) <= y <= max(y1, y2):
            for at in (x, x + 360, x - 360):
                turn = (x2 - x1) * (y - y1) - (y2 - y1) * (at - x1)
                if turn == 0 and min(x1, x2) <= at <= max(x1, x2):
                    return True
    return False


def _near_line(
    places: Sequence[Sequence[float]], metres: float, latitude: float, longitude: float
) -> bool:
    """Say whether a place lies within so many metres of a line; only near steps are measured."""
    line = [(x, y) for x, y, *_z in places]
    for start, end in pairwise(line):
        if geo.within_box(geo.box_of((start, end), metres), latitude, longitude):
            a = geo.polar(latitude, longitude, start[1], start[0])
            b = geo.polar(latitude, longitude, end[1], end[0])
            if _from_origin(a, b) <= metres:
                return True
    return False


def _from_origin(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of (0, 0) from the straight step between two points."""
    across, up = b[0] - a[0], b[1] - a[1]
    squared = across * across + up * up
    part = 0.0 if squared == 0 else -(a[0] * across + a[1] * up) / squared
    part = min(max(part, 0.0), 1.0)
    return math.hypot(a[0] + part * across, a[1] + part * up)
