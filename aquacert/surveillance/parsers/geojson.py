"""Events as GeoJSON (RFC 7946): a Point is an event, a Polygon or MultiPolygon a designated area.

A FeatureCollection or one Feature, WGS-84, longitude first. The feature's `id`, or one of its
properties, names the event; the properties that are read stand in VOCABULARY, each with the other
names it goes by (upper and lower case, spaces and `_` are one). Others are kept raw and ignored.
Days are ISO; `13/05/2026` can only be read one way and is taken, `04/05/2026` is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, BinaryIO

from aquacert.surveillance.parsers.areas import AREAS, area_of, is_wgs84, position_of
from aquacert.surveillance.parsers.cells import (
    count_of,
    flag_of,
    iso_day_of,
    key_of,
    place_of,
    refused,
    slashed_day_of,
)
from aquacert.surveillance.parsers.jsonfile import (
    as_map,
    at,
    load_json,
    part,
    record_row,
    words,
)
from aquacert.surveillance.parsers.shape import (
    Asked,
    Bad,
    Code,
    Kind,
    Opened,
    Report,
    Row,
    report,
)
from aquacert.surveillance.rules.events import Value
from aquacert.surveillance.rules.places import is_china

VOCABULARY: Mapping[str, str] = {
    "key": "id event_id 编号 事件编号",
    "disease": "disease disease_name 疫病 病名",
    "serotype": "serotype 血清型",
    "status": "status 状态",
    "country": "country 国家",
    "admin1": "admin1 province 省 省份",
    "locality": "locality county 县 地点",
    "place": "place name 名称",
    "region": "region 大区",
    "observed_on": "observed_on observation_date start_date valid_from 发现日期 发现日",
    "confirmed_on": "confirmed_on confirmation_date 确诊日期",
    "reported_on": "reported_on report_date 报告日期 报告日",
    "ended_on": "ended_on end_date valid_to 结束日期",
    "species_text": "species_text species 品种 物种",
    "at_risk": "at_risk susceptible 存栏",
    "cases": "cases 发病数",
    "deaths": "deaths dead 死亡数",
    "destroyed": "destroyed killed 扑杀数",
    "slaughtered": "slaughtered 屠宰数",
    "vaccinated": "vaccinated 免疫数",
    "diagnosis_source": "diagnosis_source source 信息来源",
    "water": "water water_type 水体",
    "is_wild": "is_wild wild 野生",
    "is_aquatic": "is_aquatic aquatic 水生",
    "reason": "reason 原因",
    "report_no": "report_no report_number version 版本",
    "event_ref": "event_ref",
    "national_ref": "national_ref",
    "epi_unit": "epi_unit",
    "measures": "measures 措施",
    "comment": "comment description remark 备注",
}
"""Field → every name its property goes by."""
NAMES = {
    re.sub(r"[\s_-]", "", name): field
    for field, all_ in VOCABULARY.items()
    for name in all_.split()
}
COUNTS = frozenset({"at_risk", "cases", "deaths", "destroyed", "slaughtered", "vaccinated"})
FLAGS = frozenset({"is_wild", "is_aquatic"})
DAYS = frozenset({"observed_on", "confirmed_on", "reported_on"})
CHINA_BOX = (3.0, 54.0, 73.0, 136.0)
"""South, north, west, east: no place of China lies outside (islands included)."""
Said = dict[str, Value]


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Open a GeoJSON file of events; raise `Invalid` when it is none or not WGS-84."""
    features = features_of(load_json(file))
    say = partial(feature_reports, today=asked.today)
    return Opened("geojson", _rows(features, say))


def features_of(document: object) -> list[Any]:
    """Return the features of a document in the only coordinate system that GeoJSON has."""
    kind = str(document.get("type")) if isinstance(document, dict) else ""
    if not isinstance(document, dict) or kind not in {"FeatureCollection", "Feature"}:
        raise refused("这不是 GeoJSON：最外层应该是 FeatureCollection 或 Feature。")
    if not is_wgs84(document):
        raise refused("坐标系不是 WGS-84。请在软件里转成 WGS-84（EPSG:4326）再传，没有导入。")
    features = [document] if kind == "Feature" else document.get("features")
    if not isinstance(features, list):
        raise refused("这不是 GeoJSON：FeatureCollection 里没有 features。")
    return features


def _rows(features: Iterable[object], say: Callable[[Any], tuple[Report, ...]]) -> Iterator[Row]:
    return (record_row(line, one, say) for line, one in enumerate(features, 1))


def feature_reports(feature: dict[str, Any], today: date) -> tuple[Report, ...]:
    """Return the one report of a feature; raise `Bad` with the property that cannot be read."""
    if feature.get("type") != "Feature":
        raise Bad(Code.STRUCTURE, "type", feature.get("type"))
    values = said(part(feature, "properties"), NAMES, today)
    key = feature.get("id") if values.get("key") is None else values.pop("key")
    values.pop("key", None)
    key = at("id", key_of, key)
    if values.get("disease") is None:
        raise Bad(Code.MISSING, "disease")
    values |= where(feature.get("geometry"), str(values.get("country") or ""))
    return (report(Kind.EVENT, str(key), values, version_of(values.get("report_no"))),)


def said(properties: Mapping[str, Any], names: Mapping[str, str], today: date) -> Said:
    """Return what properties say by field; two names of one field that differ are ambiguous."""
    found: Said = {}
    for name, cell in properties.items():
        field = names.get(re.sub(r"[\s_-]", "", name).casefold())
        if field is None:
            continue
        value = at(name, _value, field, cell, today)
        if field in found and found[field] is not None and value not in {None, found[field]}:
            raise Bad(Code.AMBIGUOUS, name, cell)
        if found.get(field) is None:
            found[field] = value
    return found


def _value(field: str, cell: object, today: date) -> Value:
    if field in COUNTS:
        return count_of(cell)
    if field in FLAGS:
        return flag_of(cell)
    if field in DAYS:
        return day_of(cell, today)
    if field == "ended_on":
        return day_of(cell, date.max)  # an area may be designated until a day to come
    if isinstance(cell, list) and all(isinstance(one, str) for one in cell):
        return " / ".join(cell)
    if isinstance(cell, bool | dict | list):
        raise Bad(Code.STRUCTURE, value=cell)
    return words(cell)


def day_of(cell: object, today: date) -> str | None:
    """Return an ISO day; a slashed one only where no second reading exists."""
    text = str(cell or "").strip()
    parts = re.split(r"[/.]", text)
    if len(parts) != 3:
        return iso_day_of(cell, today)
    if len(parts[0]) == 4:
        return iso_day_of("-".join(one.zfill(2) for one in parts), today)
    if not all(one.isdecimal() for one in parts):
        raise Bad(Code.DATE, value=cell)
    first, second = int(parts[0]), int(parts[1])
    if first <= 12 and second <= 12 and first != second:
        raise Bad(Code.AMBIGUOUS, value=cell)
    return slashed_day_of(text, today, month_first=second > 12)


def where(geometry: object, country: str) -> Said:
    """Return the place that a geometry says: a point's coordinates, or an area's shape."""
    if geometry is None:
        return {}
    found = as_map(geometry, "geometry")
    if str(found.get("type")) in AREAS:
        return {"shape": area_of(found)}
    if found.get("type") != "Point":
        raise Bad(Code.SHAPE, "geometry", found.get("type"))
    longitude, latitude = position_of(found.get("coordinates"))
    place = at("geometry", place_of, latitude, longitude)
    if place[0] is not None and place[1] is not None and is_china(country):
        must_be_in_china(place[0], place[1])
    return {"latitude": place[0], "longitude": place[1]}


def must_be_in_china(latitude: float, longitude: float, column: str = "geometry") -> None:
    """Raise `Bad` SWAPPED when a place of China lies in it only the other way round."""
    if not _in_china(latitude, longitude) and _in_china(longitude, latitude):
        raise Bad(Code.SWAPPED, column, f"{latitude}, {longitude}")


def version_of(found: Value) -> int | None:
    """Return the source's version when it is a whole number."""
    text = "" if found is None or isinstance(found, bool) else str(found)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _in_china(latitude: float, longitude: float) -> bool:
    south, north, west, east = CHINA_BOX
    return south <= latitude <= north and west <= longitude <= east
