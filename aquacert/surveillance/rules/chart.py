"""A picture of a zone without a base map: rings, rivers and farms in a frame of degrees.

Equirectangular around the middle of what is drawn; WGS-84 degrees in, units of the frame out. A
province's own map tiles may lie under it (Web Mercator, each stretched into its place, which at
these sizes is true to less than a unit).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aquacert.surveillance.rules import geo
from aquacert.surveillance.rules.shapes import (
    FLOW_WORDS,
    TIER_WORDS,
    Shape,
    ShapeKind,
    boxes_of,
    length_m,
    polygons,
)
from aquacert.surveillance.rules.sketch import (
    KM_PER_DEGREE,
    STEPS_KM,
    Line,
    degrees,
    ticks,
)

WIDTH, HEIGHT = 640.0, 520.0
LEAST_KM = 3.0
MOST_TILES = 60
TILE = 256
DEEPEST = 17


@dataclass(frozen=True)
class Part:
    """One part of a zone: an area's path, or a river's path with its width in units."""

    path: str
    tier: str
    label: str
    x: float
    y: float
    width: float = 0.0
    """Of a reach; 0 for an area."""
    is_asked: bool = False
    """Not in force: what is being previewed."""


@dataclass(frozen=True)
class Mark:
    """A farm or an event."""

    x: float
    y: float
    kind: str
    label: str


@dataclass(frozen=True)
class Tile:
    """One picture of the province's map service and the place it is stretched into."""

    x: float
    y: float
    width: float
    height: float
    url: str


@dataclass(frozen=True)
class Chart:
    """Everything the template draws."""

    width: float
    height: float
    parts: tuple[Part, ...]
    marks: tuple[Mark, ...]
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]
    scale_width: float
    scale_km: int
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Frame:
    """Where the picture lies: its middle in degrees, and units of the frame for a kilometre."""

    latitude: float
    longitude: float
    unit: float

    @property
    def shrink(self) -> float:
        """How much shorter a degree of longitude is than one of latitude."""
        return max(math.cos(math.radians(self.latitude)), 0.05)

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Return a place in units, rounded to a tenth."""
        east = geo.turned(longitude - self.longitude) * KM_PER_DEGREE * self.shrink
        north = (latitude - self.latitude) * KM_PER_DEGREE
        return round(WIDTH / 2 + east * self.unit, 1), round(HEIGHT / 2 - north * self.unit, 1)


def chart(
    shapes: Sequence[Shape],
    marks: Iterable[tuple[float, float, str, str]] = (),
    asked: Sequence[Shape] = (),
    tiles: str = "",
) -> Chart:
    """Return the picture of shapes, of those asked for, and of (latitude, longitude, kind, name)."""
    dots = list(marks)
    frame = _frame([*shapes, *asked], dots)
    wide = WIDTH / frame.unit / KM_PER_DEGREE / frame.shrink
    high = HEIGHT / frame.unit / KM_PER_DEGREE
    scale_km = max((km for km in STEPS_KM if km * frame.unit < WIDTH / 4), default=1)
    drawn = [Mark(*frame.place(lat, lon), kind, name) for lat, lon, kind, name in dots]
    ordered = sorted(shapes, key=lambda one: one.tier.value, reverse=True)
    return Chart(
        WIDTH,
        HEIGHT,
        parts=(
            *(_part(frame, one) for one in ordered),
            *(_part(frame, one, is_asked=True) for one in asked),
        ),
        marks=tuple(one for one in drawn if 0 < one.x < WIDTH and 0 < one.y < HEIGHT),
        meridians=tuple(
            Line(frame.place(frame.latitude, at)[0], degrees(at, "E", "W"))
            for at in ticks(frame.longitude, wide)
        ),
        parallels=tuple(
            Line(frame.place(at, frame.longitude)[1], degrees(at, "N", "S"))
            for at in ticks(frame.latitude, high)
        ),
        scale_width=round(scale_km * frame.unit, 1),
        scale_km=scale_km,
        tiles=tuple(_tiles(frame, wide, high, tiles)) if tiles else (),
    )


def _frame(shapes: Sequence[Shape], dots: Sequence[tuple[float, float, str, str]]) -> Frame:
    corners = [
        at
        for shape in shapes
        for box in boxes_of(shape)
        for at in ((box.west, box.south), (box.east, box.north))
    ] or [(lon, lat) for lat, lon, _kind, _name in dots]
    line = list(geo.unrolled(corners))
    south, north = min(y for _x, y in line), max(y for _x, y in line)
    west, east = min(x for x, _y in line), max(x for x, _y in line)
    middle = (south + north) / 2
    shrink = max(math.cos(math.radians(middle)), 0.05)
    wide = max((east - west) * KM_PER_DEGREE * shrink, 2 * LEAST_KM)
    high = max((north - south) * KM_PER_DEGREE, 2 * LEAST_KM)
    unit = min(WIDTH / (wide * 1.25), HEIGHT / (high * 1.25))
    return Frame(middle, geo.turned((west + east) / 2), unit)


def _part(frame: Frame, shape: Shape, *, is_asked: bool = False) -> Part:
    if shape.kind is ShapeKind.REACH:
        places = [(x, y) for x, y, *_z in shape.geometry["coordinates"]]
        end = frame.place(places[-1][1], places[-1][0])
        words = f"{shape.name}{FLOW_WORDS[shape.flow]}河段 {length_m(shape) / 1000:.0f} km"
        width = max(2 * (shape.metres or 0) / 1000 * frame.unit, 3.0)
        path = _path(frame, places)
        return Part(path, shape.tier.value, words, *end, round(width, 1), is_asked)
    rings = _rings(shape)
    path = " ".join(f"{_path(frame, ring)}Z" for ring in rings)
    top = max(rings[0], key=lambda place: place[1])
    size = f"{(shape.metres or 0) / 1000:g} km" if shape.kind is ShapeKind.CIRCLE else shape.name
    words = f"{TIER_WORDS[shape.tier]} {size}".strip()
    return Part(path, shape.tier.value, words, *frame.place(top[1], top[0]), 0.0, is_asked)


def _rings(shape: Shape) -> list[list[tuple[float, float]]]:
    if shape.kind is ShapeKind.CIRCLE:
        lon, lat = shape.geometry["coordinates"][:2]
        return [geo.circle_ring(lat, lon, shape.metres or 0)]
    return [[(x, y) for x, y, *_z in ring] for rings in polygons(shape.geometry) for ring in rings]


def _path(frame: Frame, places: Sequence[tuple[float, float]]) -> str:
    points = [frame.place(y, x) for x, y in places]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _tiles(frame: Frame, wide: float, high: float, template: str) -> Iterable[Tile]:
    """Yield the tiles under the frame, at the zoom that brings a tile nearest to its own size."""
    want = 360 / (wide * TILE / WIDTH)
    zoom = max(0, min(DEEPEST, round(math.log2(max(want, 1)))))
    while True:
        count = 1 << zoom
        west, top = _tile_of(frame.latitude + high / 2, frame.longitude - wide / 2, count)
        east, bottom = _tile_of(frame.latitude - high / 2, frame.longitude + wide / 2, count)
        if zoom == 0 or (east - west + 1) * (bottom - top + 1) <= MOST_TILES:
            break
        zoom -= 1
    for row in range(max(top, 0), min(bottom, count - 1) + 1):
        for column in range(west, east + 1):
            x1, y1 = frame.place(_latitude(row, count), column * 360 / count - 180)
            x2, y2 = frame.place(_latitude(row + 1, count), (column + 1) * 360 / count - 180)
            url = template.replace("{z}", str(zoom)).replace("{y}", str(row))
            url = url.replace("{x}", str(column % count))
            if x2 > x1:
                yield Tile(x1, y1, round(x2 - x1, 1), round(y2 - y1, 1), url)


def _tile_of(latitude: float, longitude: float, count: int) -> tuple[int, int]:
    """Return (column, row) of the tile that holds a place; columns may run past the dateline."""
    angle = math.radians(max(min(latitude, 85.0), -85.0))
    row = (1 - math.asinh(math.tan(angle)) / math.pi) / 2 * count
    return math.floor((longitude + 180) / 360 * count), math.floor(row)


def _latitude(row: int, count: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / count))))
