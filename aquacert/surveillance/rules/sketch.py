"""The sketch of an event: a frame of kilometres around it, no base map (示意图，不作边界依据).

Equirectangular around the centre, good to a fraction of a percent at the sizes drawn here;
coordinates are WGS-84, degrees in, hundredths of the frame out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

KM_PER_DEGREE = 111.195
"""Of latitude: a degree of a sphere with the earth's mean radius, 6371.0 km."""
WIDTH, HEIGHT = 640.0, 400.0
STEPS_KM = (1, 2, 5, 10, 20, 50, 100, 200)
STEPS_DEGREES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Dot:
    """A neighbouring event, in frame units."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Line:
    """A meridian or parallel: where it crosses the frame and how it is called."""

    at: float
    label: str


@dataclass(frozen=True)
class Sketch:
    """Everything the template draws, in frame units (WIDTH × HEIGHT)."""

    width: float
    height: float
    x: float
    y: float
    radii: tuple[tuple[float, str], ...]
    dots: tuple[Dot, ...]
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]
    scale_width: float
    scale_km: int


def draw(
    latitude: float,
    longitude: float,
    radii_km: Iterable[float] = (),
    neighbours: Iterable[tuple[float, float, str]] = (),
) -> Sketch:
    """Return the sketch around a point; neighbours outside the frame are left out."""
    circles = sorted(set(radii_km))
    half_km = max([*circles, 10.0]) * 1.25
    unit = HEIGHT / 2 / half_km
    shrink = max(math.cos(math.radians(latitude)), 0.05)

    def place(lat: float, lon: float) -> tuple[float, float]:
        east = (lon - longitude + 180) % 360 - 180
        x = WIDTH / 2 + east * KM_PER_DEGREE * shrink * unit
        return round(x, 1), round(HEIGHT / 2 - (lat - latitude) * KM_PER_DEGREE * unit, 1)

    dots = (Dot(*place(lat, lon), label) for lat, lon, label in neighbours)
    width_degrees = WIDTH / unit / KM_PER_DEGREE / shrink
    height_degrees = HEIGHT / unit / KM_PER_DEGREE
    scale_km = max((km for km in STEPS_KM if km * unit < WIDTH / 4), default=1)
    return Sketch(
        width=WIDTH,
        height=HEIGHT,
        x=WIDTH / 2,
        y=HEIGHT / 2,
        radii=tuple((round(km * unit, 1), f"{km:g} km") for km in circles),
        dots=tuple(dot for dot in dots if 0 < dot.x < WIDTH and 0 < dot.y < HEIGHT),
        meridians=tuple(
            Line(place(latitude, at)[0], degrees(at, "E", "W"))
            for at in ticks(longitude, width_degrees)
        ),
        parallels=tuple(
            Line(place(at, longitude)[1], degrees(at, "N", "S"))
            for at in ticks(latitude, height_degrees)
        ),
        scale_width=round(scale_km * unit, 1),
        scale_km=scale_km,
    )


def ticks(centre: float, extent: float) -> list[float]:
    """Return round values within `extent` around `centre`, about three of them."""
    step = min(STEPS_DEGREES, key=lambda one: abs(extent / one - 3))
    first = math.ceil((centre - extent / 2) / step)
    last = math.floor((centre + extent / 2) / step)
    return [round(step * number, 6) for number in range(first, last + 1)]


def degrees(value: float, plus: str, minus: str) -> str:
    """Return degrees and minutes with the letter of the side: 118°30′E."""
    value = (value + 180) % 360 - 180 if plus == "E" else value
    degrees, minutes = divmod(round(abs(value) * 60), 60)
    return f"{degrees}°{minutes:02d}′{plus if value >= 0 else minus}"
