"""Distances and places on the ellipsoid (WGS-84), and the grid that finds what lies near a place.

Degrees in, metres out; latitude comes first in Python and longitude first in GeoJSON (RFC 7946
§3.1.1). Distances are geodesic (C. Karney, Algorithms for geodesics, J. Geodesy 87, 2013).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from geographiclib.geodesic import Geodesic

CIRCLE_CORNERS = 72
"""A circle drawn with so many corners lies within 0.1 % of its radius."""
FINE_PER_DEGREE, COARSE_PER_DEGREE = 10, 1
"""Cells of the grid: 0.1°, and 1° for what would cover too many of them."""
MOST_CELLS = 2_000
SHORTEST_DEGREE_M = 110_574.0
"""Of latitude, at the equator: dividing by it errs to the safe side."""
DEGREE_OF_LONGITUDE_M = 111_320.0
"""At the equator."""


@dataclass(frozen=True)
class Box:
    """What holds a shape, in degrees; where it crosses 180° its west is greater than its east."""

    west: float
    south: float
    east: float
    north: float


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the geodesic distance of two places in metres."""
    return float(Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE)["s12"])


def polar(lat1: float, lon1: float, lat2: float, lon2: float) -> tuple[float, float]:
    """Return the second place in metres east and north of the first (azimuthal equidistant)."""
    found = Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2)
    angle = math.radians(found["azi1"])
    return found["s12"] * math.sin(angle), found["s12"] * math.cos(angle)


def beyond(lat: float, lon: float, azimuth: float, metres: float) -> tuple[float, float]:
    """Return (latitude, longitude) of the place so many metres away at an azimuth in degrees."""
    found = Geodesic.WGS84.Direct(lat, lon, azimuth, metres)
    return found["lat2"], turned(found["lon2"])


def back(lat: float, lon: float, east: float, north: float) -> tuple[float, float]:
    """Return the place so many metres east and north: the inverse of `polar`."""
    return beyond(lat, lon, math.degrees(math.atan2(east, north)), math.hypot(east, north))


def circle_ring(
    lat: float, lon: float, metres: float, corners: int = CIRCLE_CORNERS
) -> list[tuple[float, float]]:
    """Return a circle as a closed ring of (longitude, latitude), anticlockwise, not split at 180°."""
    ring = [beyond(lat, lon, -360 * step / corners, metres) for step in range(corners)]
    near = [(lon + turned(x - lon), y) for y, x in ring]
    return [*near, near[0]]


def turned(longitude: float) -> float:
    """Return a longitude within −180 ≤ x < 180."""
    return (longitude + 180) % 360 - 180


def box_of(places: Iterable[tuple[float, float]], metres: float = 0) -> Box:
    """Return the box around (longitude, latitude) places, widened by `metres` on every side.

    The places are taken as they follow each other: a step of more than 180° goes round the back.
    """
    line = list(unrolled(places))
    south = min(y for _x, y in line) - metres / SHORTEST_DEGREE_M
    north = max(y for _x, y in line) + metres / SHORTEST_DEGREE_M
    south, north = max(south, -90.0), min(north, 90.0)
    narrow = max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    wide = metres / (DEGREE_OF_LONGITUDE_M * narrow)
    west, east = min(x for x, _y in line) - wide, max(x for x, _y in line) + wide
    if east - west >= 360:
        return Box(-180.0, south, 180.0, north)
    return Box(turned(west), south, east if east == 180 else turned(east), north)


def unrolled(places: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield (longitude, latitude) with each longitude within 180° of the one before it."""
    last: float | None = None
    for x, y in places:
        last = x if last is None else last + turned(x - last)
        yield last, y


def within_box(box: Box, latitude: float, longitude: float) -> bool:
    """Say whether a place lies within a box, borders included."""
    if not box.south <= latitude <= box.north:
        return False
    longitude = turned(longitude)
    if box.west <= box.east:
        return box.west <= longitude <= box.east or (longitude == -180 and box.east == 180)
    return longitude >= box.west or longitude <= box.east


def cell_of(latitude: float, longitude: float, per_degree: int = FINE_PER_DEGREE) -> int:
    """Return the cell that holds a place: positive for a fine one, negative for a coarse one."""
    row = min(math.floor((latitude + 90) * per_degree + 1e-9), 180 * per_degree - 1)
    column = math.floor((turned(longitude) + 180) * per_degree + 1e-9) % (360 * per_degree)
    number = 1 + row * 360 * per_degree + column
    return number if per_degree == FINE_PER_DEGREE else -number


def cells_of_place(latitude: float, longitude: float) -> tuple[int, int]:
    """Return the two cells a place is looked up by."""
    return cell_of(latitude, longitude), cell_of(latitude, longitude, COARSE_PER_DEGREE)


def cells_of_boxes(boxes: Iterable[Box]) -> frozenset[int]:
    """Return every cell the boxes touch; coarse ones where fine ones would be too many."""
    some = list(boxes)
    for per_degree in (FINE_PER_DEGREE, COARSE_PER_DEGREE):
        if sum(_count(box, per_degree) for box in some) <= MOST_CELLS:
            break
    return frozenset(cell for box in some for cell in _cells(box, per_degree))


def covering(boxes: Iterable[Box]) -> int:
    """Return at most how many coarse cells the boxes touch: what a shape may cost at worst."""
    return sum(_count(box, COARSE_PER_DEGREE) for box in boxes)


def _width(box: Box) -> float:
    return box.east - box.west if box.east >= box.west else box.east - box.west + 360


def _count(box: Box, per_degree: int) -> int:
    wide = math.ceil(_width(box) * per_degree) + 1
    return wide * (math.ceil((box.north - box.south) * per_degree) + 1)


def _cells(box: Box, per_degree: int) -> Iterator[int]:
    rows = [math.floor((edge + 90) * per_degree + 1e-9) for edge in (box.south, box.north)]
    first = math.floor((box.west + 180) * per_degree + 1e-9)
    last = math.floor((box.west + 180 + _width(box)) * per_degree + 1e-9)
    across = 360 * per_degree
    for row in range(max(rows[0], 0), min(rows[1], 180 * per_degree - 1) + 1):
        for column in range(first, min(last, first + across - 1) + 1):
            number = 1 + row * across + column % across
            yield number if per_degree == FINE_PER_DEGREE else -number
