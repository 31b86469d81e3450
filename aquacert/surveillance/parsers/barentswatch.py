"""Files in the shapes of BarentsWatch's fish health service: a week, the localities, the zones.

A week `{year, week, localities[…]}` is a figure per locality and ISO week; localities are a figure
each without a period; zones of PD and ILA are areas with a geometry (a FeatureCollection, or a bare
list of areas) and become events with a shape. Weeks are counted by `date.fromisocalendar` only:
clients that count days from January get the turn of the year wrong. A mean of 0 lice without a
report (`hasReportedLice: false`) is no zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, BinaryIO

from aquacert.surveillance.parsers.cells import flag_of, key_of, place_of, refused
from aquacert.surveillance.parsers.geojson import NAMES, features_of, said, version_of, where
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

COUNTRY = "Norway"
LICE = "lice.adult_female.mean"
LOCALITY = "locality"
FLAGS: Mapping[str, str] = {
    "isFallow": "is_fallow",
    "hasCleanerfishDeployed": "has_cleanerfish",
    "hasMechanicalRemoval": "has_mechanical_removal",
    "hasSubstanceTreatments": "has_substance_treatments",
    "hasSalmonoids": "has_salmonids",
    "hasPd": "has_pd",
    "hasIla": "has_ila",
    "isOnLand": "is_on_land",
    "hasReportedLice": "has_reported",
}
ZONE_NAMES: Mapping[str, str] = NAMES | {
    "controlareaid": "key",
    "diseasetype": "disease",
    "sykdom": "disease",
    "controlareaname": "place",
    "establisheddate": "observed_on",
    "validfrom": "observed_on",
    "validto": "ended_on",
    "regulation": "measures",
    "regulationname": "measures",
    "municipality": "locality",
    "county": "admin1",
    "zonetype": "reason",
    "type": "reason",
}
"""Names of a zone's properties, casefolded and without `_`: `county` is a Norwegian fylke here."""
FEATURES = frozenset({"FeatureCollection", "Feature"})
Said = dict[str, Value]


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Open a week, a list of localities or of zones; raise `Invalid` when it is none of these."""
    found = load_json(file)
    today = asked.today
    if isinstance(found, dict) and isinstance(found.get("localities"), list):
        week = _week(found, today)
        return Opened("week", _week_rows(found, week))
    if isinstance(found, dict) and str(found.get("type")) in FEATURES:
        return Opened("zones", _rows(features_of(found), partial(_zone, today=today)))
    if not isinstance(found, dict | list):
        raise _unknown()
    rows = found if isinstance(found, list) else [found]
    first = next((one for one in rows if isinstance(one, dict)), None)
    if first is None:
        raise _unknown()
    if "geometry" in first:
        return Opened("zones", _rows(rows, partial(_zone, today=today)))
    if "localityNo" in first and "week" in first:
        return Opened("weeks", _rows(rows, partial(_own_week, today=today)))
    if "localityNo" in first:
        return Opened("localities", _rows(rows, _locality))
    raise _unknown()


def _rows(records: list[Any], say: Any) -> Iterator[Row]:  # noqa: ANN401 (record → reports)
    return (record_row(line, one, say) for line, one in enumerate(records, 1))


def _week_rows(document: Mapping[str, Any], week: date) -> Iterator[Row]:
    """Yield a row per locality, each raw a whole week of its own."""
    head = {"year": document["year"], "week": document["week"]}
    for line, one in enumerate(document["localities"], 1):
        yield record_row(line, {**head, "localities": [one]}, partial(_in_week, week=week))


def _in_week(record: dict[str, Any], week: date) -> tuple[Report, ...]:
    return (_figure(as_map(record["localities"][0], "localities"), week),)


def _own_week(record: dict[str, Any], today: date) -> tuple[Report, ...]:
    return (_figure(record, _monday(record, today)),)


def _figure(one: dict[str, Any], week: date) -> Report:
    """Return what a locality says of the week that begins on this Monday."""
    number = _number(one)
    year, of_year, _day = week.isocalendar()
    period = f"{year}-W{of_year:02d}"
    flags: Said = {
        field: at(name, flag_of, one[name]) for name, field in FLAGS.items() if name in one
    }
    values: Said = {
        **_place(one, "lat", "lon"),
        "admin1": at("municipality", words, one.get("municipality")),
        "period": period,
        "observed_on": week.isoformat(),
        "element": LICE,
        "value": None if flags.get("has_reported") is False else _mean(one),
        **flags,
    }
    return report(Kind.FIGURE, f"{number}:{period}", values)


def _locality(one: dict[str, Any]) -> tuple[Report, ...]:
    number = _number(one)
    town = one.get("municipality")
    active = at("isActive", flag_of, one.get("isActive"))
    values: Said = {
        **_place(one, "latitude", "longitude"),
        "admin1": at("municipality", words, town),
        "element": LOCALITY,
        "value": None if active is None else "active" if active else "inactive",
        "production_area": at("productionAreaId", words, one.get("productionAreaId")),
        "has_biomass": at("hasBiomass", flag_of, one.get("hasBiomass")),
    }
    return (report(Kind.FIGURE, f"{LOCALITY}:{number}", values),)


def _zone(one: dict[str, Any], today: date) -> tuple[Report, ...]:
    """Return an area where a disease is fought, whichever way its properties stand."""
    is_feature = one.get("type") == "Feature" and "properties" in one
    properties = part(one, "properties") if is_feature else dict(one)
    for name in ("geometry", "center"):
        properties.pop(name, None)
    values = said(properties, ZONE_NAMES, today)
    written = values.pop("key", None)
    values = {"country": COUNTRY, "is_aquatic": True, **values}
    if values.get("disease") is None:
        raise Bad(Code.MISSING, "disease")
    shape = where(one.get("geometry"), str(values["country"]))
    if "shape" not in shape:
        raise Bad(Code.SHAPE, "geometry", part(one, "geometry").get("type"))
    key = at("id", key_of, one.get("id") if written is None else written)
    return (report(Kind.EVENT, f"zone:{key}", values | shape, version_of(values.get("report_no"))),)


def _place(one: dict[str, Any], latitude: str, longitude: str) -> Said:
    place = at(latitude, place_of, one.get(latitude), one.get(longitude))
    return {
        "country": COUNTRY,
        "place": at("name", words, one.get("name")),
        "latitude": place[0],
        "longitude": place[1],
    }


def _number(one: dict[str, Any]) -> str:
    return at("localityNo", key_of, one.get("localityNo"))


def _mean(one: dict[str, Any]) -> str | None:
    """Return a mean as it is kept, text: `0.10` and `0.1` are one."""
    found = one.get("avgAdultFemaleLice")
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or found < 0:
        raise Bad(Code.NUMBER, "avgAdultFemaleLice", found)
    return f"{found:.6g}"


def _week(document: Mapping[str, Any], today: date) -> date:
    try:
        return _monday(document, today)
    except Bad as bad:
        raise refused(f"年和周不能用：{bad.row.value}。") from None


def _monday(record: Mapping[str, Any], today: date) -> date:
    """Return the Monday of a record's ISO week; week 53 only in years that have one."""
    year, week = record.get("year"), record.get("week")
    whole = isinstance(year, int) and isinstance(week, int) and not isinstance(week, bool)
    try:
        monday = date.fromisocalendar(int(year or 0), int(week or 0), 1) if whole else None
    except ValueError:
        monday = None
    if monday is None:
        raise Bad(Code.PERIOD, "week", f"{year}-W{week}")
    if monday > today:
        raise Bad(Code.FUTURE, "week", f"{year}-W{week}")
    return monday


def _unknown() -> Exception:
    return refused("认不出是哪一种：应该是一周的数据、养殖点清单或者管控区 GeoJSON。")
