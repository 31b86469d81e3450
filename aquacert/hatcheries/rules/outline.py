"""A pond's outline: corners as people type them or as GeoJSON, its area, its drawing. Pure.

Corners are WGS 84 longitude and latitude in degrees (RFC 7946). The area is that of the polygon on
a plane touching the ellipsoid at its middle latitude: for anything a pond can be (below 10 km
across) it differs from the geodesic area by less than 1 in 10,000.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from aquacert.kernel.errors import Invalid

DIGITS = re.compile(r"(\d+)")


def pond_name(text: str) -> str:
    """Return a pond's name as it is kept: ９号塘 and 9号塘 are one pond."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def by_number(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Return what names of ponds are sorted by: 2 号塘 before 10 号塘."""
    parts = [one for one in DIGITS.split(pond_name(name)) if one.strip()]
    return tuple((not one.isdecimal(), int(one) if one.isdecimal() else 0, one) for one in parts)


class Sort(StrEnum):
    """What a pond is built as."""

    EARTH = "earth"
    INDUSTRIAL = "industrial"
    CAGE = "cage"
    PADDY = "paddy"
    OTHER = "other"


SORT_WORDS: Mapping[Sort, str] = {
    Sort.EARTH: "池塘",
    Sort.INDUSTRIAL: "工厂化育苗池",
    Sort.CAGE: "网箱",
    Sort.PADDY: "稻田",
    Sort.OTHER: "其他",
}
Corner = tuple[float, float]
"""(longitude, latitude) in degrees."""
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
"""What holds China: anything else is a typing error, most often the two numbers turned round."""
FEWEST, MOST = 3, 200
SMALLEST_M2, LARGEST_M2 = 1, 10_000_000
"""A hatching tank, and ten square kilometres."""
EQUATOR_M, SQUARED_ECCENTRICITY = 6_378_137.0, 0.006_694_379_990_14
"""WGS 84."""
PLACES = 7
"""Decimals kept: 0.0000001° is about a centimetre."""
PAIR = re.compile(
    r"(\d{1,3}(?:\.\d+)?)\s*°?\s*[EeNn]?\s*[,\s]\s*(\d{1,3}(?:\.\d+)?)\s*°?\s*[EeNn]?"
)
EXAMPLE = "每行一个角，先经度后纬度，例如 118.801234, 32.061234。"


def read_outline(text: str, *, field: str = "outline") -> tuple[Corner, ...]:
    """Return the corners of typed lines or of a GeoJSON polygon; raise `Invalid` on `field`.

    The ring comes back open (the first corner is not repeated) and runs anticlockwise, as RFC 7946
    wants it.
    """
    try:
        corners = _geojson(text) if text.lstrip().startswith("{") else _lines(text)
        return _ring(corners)
    except ValueError as error:
        raise Invalid(str(error), **{field: str(error)}) from None


def area_m2(ring: Sequence[Corner]) -> int:
    """Return the area in whole square metres."""
    return round(abs(_signed_area(_metres(ring))))


def volume_m3(area: int | None, depth_cm: int | None) -> int | None:
    """Return area × depth in whole cubic metres; None when one of them is not known."""
    return None if not area or not depth_cm else round(area * depth_cm / 100)


def as_geojson(ring: Sequence[Corner], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outline as a GeoJSON feature (RFC 7946 §3.2)."""
    closed = [[lon, lat] for lon, lat in [*ring, ring[0]]] if ring else []
    shape = {"type": "Polygon", "coordinates": [closed]} if ring else None
    return {"type": "Feature", "geometry": shape, "properties": dict(properties)}


def as_lines(ring: Sequence[Corner]) -> str:
    """Return the corners as a person would type them."""
    return "\n".join(f"{lon}, {lat}" for lon, lat in ring)


def drawn(ring: Sequence[Corner], side: int = 96, margin: int = 4) -> str:
    """Return the `points` of an SVG polygon within a square, north up, in true proportion."""
    if not ring:
        return ""
    flat = _metres(ring)
    west, south = min(x for x, _y in flat), min(y for _x, y in flat)
    wide = max(x for x, _y in flat) - west
    high = max(y for _x, y in flat) - south
    scale = (side - 2 * margin) / max(wide, high, 0.01)
    left, below = (side - wide * scale) / 2, (side - high * scale) / 2
    return " ".join(
        f"{left + (x - west) * scale:.1f},{side - below - (y - south) * scale:.1f}" for x, y in flat
    )


def _lines(text: str) -> list[Corner]:
    plain = unicodedata.normalize("NFKC", text).replace("，", ",").replace("、", ",")
    rows = [row.strip() for row in re.split(r"[\n;]+", plain) if row.strip()]
    corners = []
    for number, row in enumerate(rows, start=1):
        found = PAIR.fullmatch(row)
        if found is None:
            raise ValueError(f"第 {number} 行看不懂：“{row[:30]}”。{EXAMPLE}")
        corners.append((float(found[1]), float(found[2])))
    return corners


def _geojson(text: str) -> list[Corner]:
    try:
        found = json.loads(text, parse_int=float)
        if found.get("type") == "FeatureCollection":
            [found] = found["features"]
        shape = found.get("geometry") if found.get("type") == "Feature" else found
        if shape["type"] != "Polygon" or len(shape["coordinates"]) != 1:
            raise ValueError("只收一个没有洞的多边形（GeoJSON 的 Polygon）。")
        ring = shape["coordinates"][0]
        return [(point[0] * 1.0, point[1] * 1.0) for point in ring]
    except (
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise ValueError("这份 GeoJSON 里没有找到一个多边形。") from error
    except json.JSONDecodeError as error:
        raise ValueError("这不是完整的 GeoJSON，请整段粘贴。") from error


def _ring(corners: Sequence[Corner]) -> tuple[Corner, ...]:
    ring = [(round(lon, PLACES), round(lat, PLACES)) for lon, lat in corners]
    ring = [one for place, one in enumerate(ring) if place == 0 or one != ring[place - 1]]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    if not FEWEST <= len(ring) <= MOST:
        raise ValueError(f"要有 {FEWEST} 到 {MOST} 个角，现在是 {len(ring)} 个。{EXAMPLE}")
    for place, (lon, lat) in enumerate(ring, start=1):
        if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
            turned = WEST <= lat <= EAST and SOUTH <= lon <= NORTH
            hint = "经度和纬度写反了。" if turned else "不在国内的经纬度范围里。"
            raise ValueError(f"第 {place} 个角（{lon}, {lat}）{hint}{EXAMPLE}")
    if crosses(ring):
        raise ValueError("边线交叉了。请沿着塘边一个角接一个角地写，不要跳着写。")
    size = _signed_area(_metres(ring))
    if not SMALLEST_M2 <= abs(size) <= LARGEST_M2:
        raise ValueError(f"算出来是 {abs(size):,.0f} 平方米，不像一个塘口，请核对坐标。")
    return tuple(ring if size > 0 else reversed(ring))


def crosses(ring: Sequence[Corner]) -> bool:
    """Say whether two sides that are not neighbours touch or cross."""
    count = len(ring)
    sides = [(ring[place], ring[(place + 1) % count]) for place in range(count)]
    return any(
        _meet(*sides[one], *sides[two])
        for one in range(count)
        for two in range(one + 2, count)
        if not (one == 0 and two == count - 1)
    )


def _meet(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = zip(turns, ((a, b, c), (a, b, d), (c, d, a), (c, d, b)), strict=True)
    return any(turn == 0 and _within(*three) for turn, three in ends)


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _within(a: Corner, b: Corner, c: Corner) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _metres(ring: Sequence[Corner]) -> list[tuple[float, float]]:
    """Return the corners in metres east and north of the first, by the two radii of curvature."""
    middle = math.radians(sum(lat for _lon, lat in ring) / len(ring))
    bent = 1 - SQUARED_ECCENTRICITY * math.sin(middle) ** 2
    east = EQUATOR_M / math.sqrt(bent) * math.cos(middle)
    north = EQUATOR_M * (1 - SQUARED_ECCENTRICITY) / bent**1.5
    first = ring[0]
    return [
        (math.radians(lon - first[0]) * east, math.radians(lat - first[1]) * north)
        for lon, lat in ring
    ]


def _signed_area(flat: Sequence[tuple[float, float]]) -> float:
    turned = [*flat[1:], flat[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, turned, strict=True)) / 2
