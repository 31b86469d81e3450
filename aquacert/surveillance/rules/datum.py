"""GCJ-02 to WGS-84 and back: converted once, when coordinates are entered. Pure.

Maps sold in China shift places by up to some 700 m (GCJ-02). The shift is not published by any
authority; the formula here is the one in public circulation since 2010, rebuilt from samples. It
agrees with public map services to a metre or so and is no surveying ground: `SURENESS`. Outside
the rectangle that those services shift, nothing is converted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

SURENESS = "unverified"
SHIFTED = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of what is shifted: a rectangle, not a border."""
AXIS_M, SQUARED_ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943
"""Of the Krasovsky ellipsoid, which the formula uses."""
ROUNDS = 8
DECIMALS = 7


class Datum(StrEnum):
    """The coordinate system numbers were given in. CGCS2000 counts as WGS-84 (within 0.1 m)."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


DATUM_WORDS: Mapping[Datum, str] = {
    Datum.WGS84: "WGS-84 / CGCS2000（GPS、天地图）",
    Datum.GCJ02: "GCJ-02（手机地图）",
}


def is_shifted(latitude: float, longitude: float) -> bool:
    """Say whether public maps shift this place."""
    west, south, east, north = SHIFTED
    return west <= longitude <= east and south <= latitude <= north


def to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """Return WGS-84 degrees as GCJ-02."""
    if not is_shifted(latitude, longitude):
        return latitude, longitude
    north, east = _shift(longitude - 105, latitude - 35)
    angle = math.radians(latitude)
    bent = 1 - SQUARED_ECCENTRICITY * math.sin(angle) ** 2
    meridian = AXIS_M * (1 - SQUARED_ECCENTRICITY) / bent**1.5
    parallel = AXIS_M / math.sqrt(bent) * math.cos(angle)
    return latitude + math.degrees(north / meridian), longitude + math.degrees(east / parallel)


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """Return GCJ-02 degrees as WGS-84: the inverse of `to_gcj02`, within a centimetre."""
    if not is_shifted(latitude, longitude):
        return latitude, longitude
    lat, lon = latitude, longitude
    for _round in range(ROUNDS):
        there = to_gcj02(lat, lon)
        lat, lon = lat + latitude - there[0], lon + longitude - there[1]
    return lat, lon


def geometry_to_wgs84(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a GeoJSON geometry given in GCJ-02 with every position as WGS-84."""
    return {**geometry, "coordinates": _each(geometry["coordinates"])}


def _each(places: Any) -> Any:  # noqa: ANN401 (positions nest to any depth)
    if places and isinstance(places[0], int | float):
        lat, lon = to_wgs84(places[1], places[0])
        return [round(lon, DECIMALS), round(lat, DECIMALS)]
    return [_each(one) for one in places]


def _shift(x: float, y: float) -> tuple[float, float]:
    """Return metres (north, east) of the shift at x, y degrees from 105°E 35°N."""
    root = math.sqrt(abs(x))
    waves = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    return north, east
