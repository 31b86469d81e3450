"""Events as dots on a graticule (no base map) and as bars by week: pure figures for a page to draw."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from aquacert.surveillance.rules.sketch import HEIGHT, WIDTH, Line, degrees

STEPS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
MARGIN = 0.12
LEAST = 0.2
"""Degrees shown at least, so that one dot is not a world of its own."""
BAR_WIDTH, BAR_HEIGHT, FOOT = 640.0, 220.0, 26.0


@dataclass(frozen=True)
class Mark:
    """One event to be drawn: where, of which kind, and its words."""

    latitude: float
    longitude: float
    kind: str
    label: str


@dataclass(frozen=True)
class Placed:
    """A mark in frame units."""

    x: float
    y: float
    kind: str
    label: str


@dataclass(frozen=True)
class Overview:
    """Dots and their graticule, in frame units (WIDTH × HEIGHT)."""

    width: float
    height: float
    dots: tuple[Placed, ...]
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]


@dataclass(frozen=True)
class Bar:
    """One week: its Monday, both counts, and where its bar stands."""

    monday: date
    confirmed: int
    others: int
    x: float
    width: float
    y_confirmed: float
    y_others: float
    is_labelled: bool


@dataclass(frozen=True)
class Curve:
    """Bars by week, in frame units."""

    width: float
    height: float
    foot: float
    highest: int
    bars: tuple[Bar, ...]


def overview(marks: Sequence[Mark]) -> Overview | None:
    """Return the dots within the frame that holds them all; None without any."""
    if not marks:
        return None
    south, north = _span([one.latitude for one in marks])
    west, east = _span(_unwrapped([one.longitude for one in marks]))
    shrink = max(math.cos(math.radians((south + north) / 2)), 0.05)
    unit = min(WIDTH / ((east - west) * shrink), HEIGHT / (north - south))
    middle = ((west + east) / 2, (south + north) / 2)

    def place(latitude: float, longitude: float) -> tuple[float, float]:
        off = (longitude - middle[0] + 180) % 360 - 180
        x = WIDTH / 2 + off * shrink * unit
        return round(x, 1), round(HEIGHT / 2 - (latitude - middle[1]) * unit, 1)

    wide, high = WIDTH / unit / shrink, HEIGHT / unit
    return Overview(
        WIDTH,
        HEIGHT,
        tuple(Placed(*place(m.latitude, m.longitude), m.kind, m.label) for m in marks),
        tuple(
            Line(place(middle[1], at)[0], degrees(at, "E", "W")) for at in _ticks(middle[0], wide)
        ),
        tuple(
            Line(place(at, middle[0])[1], degrees(at, "N", "S"))
            for at in _ticks(middle[1], high)
            if abs(at) <= 90
        ),
    )


def curve(weeks: Sequence[tuple[date, int]], confirmed: Sequence[tuple[date, int]]) -> Curve:
    """Return the bars of all events by week, the confirmed ones at the foot of each bar."""
    highest = max((count for _monday, count in weeks), default=0)
    sure = dict(confirmed)
    step = BAR_WIDTH / max(len(weeks), 1)
    tall = BAR_HEIGHT - FOOT
    every = max(1, math.ceil(len(weeks) / 8))
    bars = []
    for at, (monday, count) in enumerate(weeks):
        low = sure.get(monday, 0)
        bars.append(
            Bar(
                monday,
                low,
                count - low,
                round(at * step + step * 0.1, 1),
                round(step * 0.8, 1),
                round(tall - tall * low / max(highest, 1), 1),
                round(tall - tall * count / max(highest, 1), 1),
                at % every == 0,
            )
        )
    return Curve(BAR_WIDTH, BAR_HEIGHT, tall, highest, tuple(bars))


def _unwrapped(longitudes: Iterable[float]) -> list[float]:
    """Return longitudes on one side: across the dateline the western ones count on."""
    found = list(longitudes)
    moved = [one + 360 if one < 0 else one for one in found]
    return moved if max(moved) - min(moved) < max(found) - min(found) else found


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    more = max((high - low) * MARGIN, (LEAST - (high - low)) / 2)
    return low - more, high + more


def _ticks(centre: float, extent: float) -> list[float]:
    step = min(STEPS, key=lambda one: abs(extent / one - 4))
    first, last = math.ceil((centre - extent / 2) / step), math.floor((centre + extent / 2) / step)
    return [round(step * number, 6) for number in range(first, last + 1)]
