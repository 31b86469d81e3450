"""GeoJSON of an area or a river, as people send it, and as we give it back (RFC 7946).

What comes in is checked and put in order: rings closed, the outer one anticlockwise, holes
clockwise, longitude first, WGS-84. What cannot be an area is refused in one sentence that says
where. GCJ-02 is converted here, once, when the sender says so.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from geographiclib.geodesic import Geodesic

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.rules import geo
from aquacert.surveillance.rules.datum import Datum, geometry_to_wgs84
from aquacert.surveillance.rules.shapes import Shape, ShapeKind, polygons

Geometry = dict[str, Any]
MOST_CORNERS, FEWEST_CORNERS, MOST_STEPS = 2_000, 3, 500
LARGEST_KM2, SMALLEST_M2 = 1_000_000, 100
LARGEST_BYTES = 4_000_000
DECIMALS = 7
CHINA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north: what a pair of numbers turned round falls into."""
WGS84_NAMES = ("CRS84", "4326", "4490", "WGS84", "WGS 84")
PAIR = re.compile(
    r"(-?\d{1,3}(?:\.\d+)?)\s*°?\s*[EeWw]?\s*[,\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*°?\s*[NnSs]?"
)
EXAMPLE = "每行一个点，先经度后纬度，例如 118.8012, 32.0612。"


def read_area(data: str | bytes, datum: Datum = Datum.WGS84, *, field: str = "area") -> Geometry:
    """Return the one Polygon or MultiPolygon that a text holds; raise `Invalid` on `field`.

    The text is GeoJSON (a geometry, a feature, a collection), or lines of longitude and latitude.
    """
    try:
        found = _parsed(data, {"Polygon", "MultiPolygon"})
        if found is None:
            found = {"type": "Polygon", "coordinates": [_lines(data)]}
        return checked_area(found, datum)
    except (ValueError, RecursionError) as error:
        said = _said(error)
        raise Invalid(said, **{field: said}) from None


def read_line(data: str | bytes, datum: Datum = Datum.WGS84, *, field: str = "line") -> Geometry:
    """Return the LineString of a river that a text holds; raise `Invalid` on `field`."""
    try:
        found = _parsed(data, {"LineString"})
        line = _steps(_lines(data) if found is None else found.get("coordinates"))
        return _as_wgs84({"type": "LineString", "coordinates": line}, datum)
    except (ValueError, RecursionError) as error:
        said = _said(error)
        raise Invalid(said, **{field: said}) from None


def _said(error: ValueError | RecursionError) -> str:
    return str(error) if isinstance(error, ValueError) else "GeoJSON 套得太深了。"


def checked_area(geometry: Mapping[str, Any], datum: Datum = Datum.WGS84) -> Geometry:
    """Return an area in order; raise `ValueError` with the sentence that says what is wrong."""
    if geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise ValueError("范围要是一个多边形（GeoJSON 的 Polygon 或 MultiPolygon）。")
    try:
        given = [[list(ring) for ring in rings] for rings in polygons(geometry)]
    except (TypeError, KeyError):
        raise ValueError("多边形的坐标结构不对，要是“环的列表”。") from None
    corners = sum(len(ring) for rings in given for ring in rings)
    if not all(given):
        raise ValueError("多边形的坐标结构不对，要是“环的列表”。")
    if not given or corners > MOST_CORNERS:
        raise ValueError(f"最多 {MOST_CORNERS} 个角，现在是 {corners} 个，请先简化边线。")
    parts = [[_ring(ring, hole=place > 0) for place, ring in enumerate(one)] for one in given]
    _must_be_simple(parts)
    _must_be_sized(parts)
    if geo.covering([geo.box_of([(x, y) for x, y in one[0]]) for one in parts]) > geo.MOST_CELLS:
        raise ValueError("范围的外框太大，请核对坐标，或者分成几块。")
    whole: Geometry = {"type": "MultiPolygon", "coordinates": parts}
    if len(parts) == 1:
        whole = {"type": "Polygon", "coordinates": parts[0]}
    return _as_wgs84(whole, datum)


def outline_of(shape: Shape) -> Geometry:
    """Return a shape as an area: a circle and a reach as the polygon they cover."""
    if shape.kind is ShapeKind.POLYGON:
        return dict(shape.geometry)
    if shape.kind is ShapeKind.CIRCLE:
        lon, lat = shape.geometry["coordinates"][:2]
        ring = geo.circle_ring(lat, lon, shape.metres or 0)
        return {"type": "Polygon", "coordinates": [[_rounded(one) for one in ring]]}
    from aquacert.surveillance.parsers.dissolve import dissolved

    return dissolved([shape]) or {"type": "MultiPolygon", "coordinates": []}


def feature(
    shape: Shape, properties: Mapping[str, Any], identity: str | None = None
) -> dict[str, Any]:
    """Return a shape as a GeoJSON feature in WGS-84: its outline, and what it was made from."""
    made: dict[str, Any] = {"kind": shape.kind.value, "tier": shape.tier.value, "name": shape.name}
    if shape.kind is ShapeKind.CIRCLE:
        made |= {"centre": shape.geometry["coordinates"], "radius_m": shape.metres}
    if shape.kind is ShapeKind.REACH:
        made |= {"line": shape.geometry, "buffer_m": shape.metres, "flow": shape.flow.value}
    found = {
        "type": "Feature",
        "geometry": outline_of(shape),
        "properties": {**properties, **made},
    }
    return found if identity is None else {**found, "id": identity}


def _parsed(data: str | bytes, wanted: set[str]) -> Geometry | None:
    """Return the geometry of GeoJSON text; None where the text is none."""
    if len(data) > LARGEST_BYTES:
        raise ValueError(f"文件太大，最多 {LARGEST_BYTES // 1_000_000} MB，请先简化边线。")
    text = _text(data)
    if not text.lstrip().startswith("{"):
        return None
    try:
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("这不是完整的 GeoJSON，请整个文件上传或整段粘贴。") from None
    _must_be_wgs84(whole)
    found = [one for one in _geometries(whole) if str(one.get("type")) in wanted]
    if not found:
        raise ValueError(
            f"文件里没有找到{'河线（LineString）' if 'LineString' in wanted else '多边形（Polygon）'}。"
        )
    if len(found) == 1:
        return found[0]
    if "LineString" in wanted:
        raise ValueError(f"文件里有 {len(found)} 条线，一次只收一条。")
    try:
        parts = [one for geometry in found for one in polygons(geometry)]
    except (TypeError, KeyError):
        raise ValueError("多边形的坐标结构不对，要是“环的列表”。") from None
    return {"type": "MultiPolygon", "coordinates": parts}


def _geometries(whole: Any) -> list[Geometry]:  # noqa: ANN401 (as parsed)
    if not isinstance(whole, dict):
        raise ValueError("GeoJSON 的结构不对。")  # noqa: TRY004 (a sentence for the sender)
    kind = whole.get("type")
    if kind == "FeatureCollection":
        parts = whole.get("features")
    elif kind == "GeometryCollection":
        parts = whole.get("geometries")
    elif kind == "Feature":
        parts = [whole.get("geometry")]
    else:
        return [whole]
    if not isinstance(parts, list):
        raise ValueError("GeoJSON 的结构不对。")  # noqa: TRY004 (a sentence for the sender)
    return [one for part in parts if part is not None for one in _geometries(part)]


def _must_be_wgs84(whole: Any) -> None:  # noqa: ANN401 (as parsed)
    """Refuse a file that names another coordinate system (the `crs` of GeoJSON before 2016)."""
    said = json.dumps(whole.get("crs"), ensure_ascii=False) if isinstance(whole, dict) else ""
    if said not in {"", "null"} and not any(name in said for name in WGS84_NAMES):
        raise ValueError("文件写明的坐标系不是 WGS-84（CGCS2000），请转换后再上传。")


def _lines(data: str | bytes) -> list[list[float]]:
    plain = unicodedata.normalize("NFKC", _text(data)).replace("、", ",")
    rows = [row.strip() for row in re.split(r"[\n;]+", plain) if row.strip()]
    found = []
    for number, row in enumerate(rows, start=1):
        pair = PAIR.fullmatch(row)
        if pair is None:
            raise ValueError(f"第 {number} 行看不懂：“{row[:30]}”。{EXAMPLE}")
        found.append([float(pair[1]), float(pair[2])])
    return found


def _text(data: str | bytes) -> str:
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("文件不是 UTF-8 编码的文本。") from None


def _steps(given: Any) -> list[list[float]]:  # noqa: ANN401 (as parsed)
    if not isinstance(given, list):
        raise ValueError(f"河段要是点的列表。{EXAMPLE}")  # noqa: TRY004 (a sentence for the sender)
    line = _distinct([_position(one, place) for place, one in enumerate(given, start=1)])
    if not 2 <= len(line) <= MOST_STEPS:
        raise ValueError(f"河段要有 2 到 {MOST_STEPS} 个点，现在是 {len(line)} 个。{EXAMPLE}")
    return line


def _position(given: Any, number: int) -> list[float]:  # noqa: ANN401 (as parsed)
    try:
        lon, lat = float(given[0]), float(given[1])
    except (TypeError, ValueError, IndexError, KeyError):
        raise ValueError(f"第 {number} 个点不是“经度, 纬度”两个数。") from None
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise ValueError(f"第 {number} 个点不是“经度, 纬度”两个数。")
    west, south, east, north = CHINA
    inside = west <= lon <= east and south <= lat <= north
    turned = west <= lat <= east and south <= lon <= north
    if turned and not inside:
        raise ValueError(
            f"第 {number} 个点（{lon:g}, {lat:g}）经度和纬度写反了，应该先经度后纬度。"
        )
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"第 {number} 个点（{lon:g}, {lat:g}）不在经纬度的范围里。")
    return _rounded((lon, lat))


def _rounded(place: Sequence[float]) -> list[float]:
    lon = place[0] if -180 <= place[0] <= 180 else geo.turned(place[0])
    return [round(lon, DECIMALS) + 0.0, round(place[1], DECIMALS) + 0.0]


def _distinct(line: list[list[float]]) -> list[list[float]]:
    return [one for place, one in enumerate(line) if place == 0 or one != line[place - 1]]


def _ring(given: Sequence[Any], *, hole: bool) -> list[list[float]]:
    """Return a ring closed and turned the right way."""
    ring = _distinct([_position(one, place) for place, one in enumerate(given, start=1)])
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    if len(ring) < FEWEST_CORNERS + 1:
        raise ValueError(f"多边形至少要有 {FEWEST_CORNERS} 个不同的角。{EXAMPLE}")
    flat = list(geo.unrolled([(x, y) for x, y in ring]))
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(flat))
    return ring[::-1] if (area < 0) is not hole else ring


def _must_be_simple(parts: list[list[list[list[float]]]]) -> None:
    """Refuse rings that cross themselves or each other, holes outside, parts that overlap."""
    from shapely import MultiPolygon, Polygon
    from shapely.validation import explain_validity

    flat = [[list(geo.unrolled([(x, y) for x, y in ring])) for ring in rings] for rings in parts]
    whole = MultiPolygon([Polygon(rings[0], rings[1:]) for rings in flat])
    if not whole.is_valid:
        where = re.search(r"\[(\S+) (\S+)\]", explain_validity(whole))
        at = f"（在 {float(where[1]):.4f}, {float(where[2]):.4f} 附近）" if where else ""
        raise ValueError(f"边线自己交叉或者重叠了{at}。请沿着边一个角接一个角地画。")


def _must_be_sized(parts: list[list[list[list[float]]]]) -> None:
    area = sum(_area_m2(rings[0]) - sum(map(_area_m2, rings[1:])) for rings in parts)
    if area < SMALLEST_M2:
        raise ValueError("范围小于 100 平方米，请核对坐标。")
    if area > LARGEST_KM2 * 1e6:
        raise ValueError(f"范围大于 {LARGEST_KM2} 平方公里，请核对坐标，或者改用区划名单。")


def _area_m2(ring: Sequence[Sequence[float]]) -> float:
    whole = Geodesic.WGS84.Polygon()
    for lon, lat in ring[:-1]:
        whole.AddPoint(lat, lon)
    return abs(float(whole.Compute()[2]))


def _as_wgs84(geometry: Geometry, datum: Datum) -> Geometry:
    return geometry_to_wgs84(geometry) if datum is Datum.GCJ02 else geometry
