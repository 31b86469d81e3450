"""DHIS2 tracker: tracked entities, their enrollments and events, nested or flat; one row an event.

A row is one event with what stands above it (entity with its attributes, enrollment). Where its
attributes and data elements say what an event of ours needs, it becomes an EVENT; else it is kept
whole as a FIGURE of its programme stage, nothing lost. Which id says what: the mapping's `fields`
({"id or code": "field"}); without it an attribute or element whose `code` or `displayName` is the
name of a field of ours (`disease`, `status`, `cases`, …) says that field. An enrollment or an
entity without events is kept too. Accounts, notes and (unless the mapping says `keep_attributes`)
entity attributes that mean no field of ours are taken out: they may be people (parsers/persons.py). A deleted event denies what it said. Version: `updatedAt`.

Source: DHIS2 developer guide, "Tracker" (import and export of nested and flat payloads).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO

from aquacert.surveillance.parsers.cells import (
    count_of,
    flag_of,
    iso_day_of,
    place_of,
    refused,
    text_of,
)
from aquacert.surveillance.parsers.dhis2 import joined, text_at, version_of
from aquacert.surveillance.parsers.jsonfile import (
    as_map,
    at,
    listed,
    load_json,
    part,
    record_row,
)
from aquacert.surveillance.parsers.persons import of_tracker
from aquacert.surveillance.parsers.shape import Asked, Bad, Code, Kind, Opened, Report, Row, report
from aquacert.surveillance.rules.events import Status, plain_name

COUNTS = frozenset({"at_risk", "cases", "deaths", "destroyed", "slaughtered", "vaccinated"})
DAYS = frozenset({"observed_on", "confirmed_on", "reported_on", "ended_on"})
TEXTS = frozenset(
    {
        *("disease", "serotype", "status", "country", "admin1", "locality", "place", "region"),
        *("quality", "species_text", "diagnosis_source", "water", "reason", "report_no"),
        *("event_ref", "national_ref", "epi_unit", "measures", "comment"),
    }
)
COORDINATES = frozenset({"latitude", "longitude"})
FLAGS = frozenset({"is_wild", "is_aquatic"})
FIELDS = COUNTS | DAYS | TEXTS | COORDINATES | FLAGS
NO_TRACKER = "这不是 DHIS2 的跟踪数据文件（trackedEntities、enrollments、events）。"
LISTS = ("trackedEntities", "enrollments", "events")
Said = tuple[str, str, object]
"""(id, name, value) of one attribute or data element."""


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Return one row an event, whatever nests in what."""
    fields = _fields(asked.mapping)
    found = of_tracker(
        load_json(file), None if asked.mapping.get("keep_attributes") else _kept(fields)
    )
    if isinstance(found, dict) and isinstance(found.get("instances"), list):
        found = {_kind_of(found["instances"]): found["instances"]}
    if not isinstance(found, dict) or not any(isinstance(found.get(one), list) for one in LISTS):
        raise refused(NO_TRACKER)
    nested = "nested" if isinstance(found.get("trackedEntities"), list) else "flat"
    return Opened(nested, _rows(found, asked.today, fields))


def without_accounts(file: BinaryIO) -> bytes:
    """Return the file as it may be kept: without accounts, notes and unmapped attributes."""
    return json.dumps(of_tracker(load_json(file), _kept({}))).encode()


def _kept(fields: Mapping[str, str]) -> frozenset[str]:
    return frozenset(fields or FIELDS)


def _rows(found: Mapping[str, Any], today: date, fields: Mapping[str, str]) -> Iterator[Row]:
    for line, record in enumerate(_each(found), 1):
        yield record_row(line, record, lambda one: [_said(one, today, fields)])


def _each(found: Mapping[str, Any]) -> Iterator[object]:
    """Yield each event as a file of its own: the entity above it, its enrollment, itself."""
    entities = {_id(one, "trackedEntity"): one for one in _list(found, "trackedEntities")}
    enrolled = {_id(one, "enrollment"): one for one in _list(found, "enrollments")}
    for entity in _list(found, "trackedEntities"):
        yield from _of_entity(entity)
    for enrollment in _list(found, "enrollments"):
        entity = entities.get(_id(enrollment, "trackedEntity"), _above(enrollment))
        yield from _of_enrollment(entity, enrollment)
    for event in _list(found, "events"):
        if not isinstance(event, dict):
            yield event
            continue
        enrollment = enrolled.get(_id(event, "enrollment"), _above(event, "enrollment", "program"))
        over = {**_above(event), **_above(enrollment)}
        entity = entities.get(_id(over, "trackedEntity"), over)
        yield _file(entity, enrollment, event)


def _of_entity(entity: object) -> Iterator[object]:
    if not isinstance(entity, dict):
        yield entity
        return
    enrollments = _list(entity, "enrollments")
    if not enrollments:
        yield _file(entity, None, None)
    for enrollment in enrollments:
        yield from _of_enrollment(entity, enrollment)


def _of_enrollment(entity: object, enrollment: object) -> Iterator[object]:
    if not isinstance(enrollment, dict):
        yield enrollment
        return
    events = _list(enrollment, "events")
    if not events:
        yield _file(entity, enrollment, None)
    for event in events:
        yield _file(entity, enrollment, event)


def _file(entity: object, enrollment: object, event: object) -> dict[str, Any]:
    above = dict(entity) if isinstance(entity, dict) else {}
    middle = dict(enrollment) if isinstance(enrollment, dict) else None
    if middle is not None:
        middle["events"] = [] if event is None else [event]
    above["enrollments"] = [] if middle is None else [middle]
    return {"trackedEntities": [above]}


def _said(record: dict[str, Any], today: date, fields: Mapping[str, str]) -> Report:
    entity = as_map((listed(record, "trackedEntities") or [None])[0], "trackedEntities")
    enrollment = as_map((listed(entity, "enrollments") or [{}])[0], "enrollments")
    event = as_map((listed(enrollment, "events") or [{}])[0], "events")
    said = [*_said_in(entity, "attributes"), *_said_in(enrollment, "attributes")]
    said += _said_in(event, "dataValues", "dataElement")
    version = max(
        (version_of(one.get("updatedAt"), today, "updatedAt") or 0)
        for one in (entity, enrollment, event)
    )
    values = _values(said, event, enrollment, today, fields)
    is_event = bool(event) and bool(values.get("disease"))
    kind = Kind.EVENT if is_event else Kind.FIGURE
    if not is_event:
        values = _figure(said, entity, enrollment, event, today)
    return report(kind, _key(entity, enrollment, event), values, version or None)


def _values(
    said: Sequence[Said],
    event: Mapping[str, Any],
    enrollment: Mapping[str, Any],
    today: date,
    fields: Mapping[str, str],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for uid, name, value in said:
        field = fields.get(uid) or fields.get(name) or _field_named(name, fields)
        if field:
            found[field] = at(uid, _cell, field, value, today)
    latitude, longitude = _point(event) if _point(event) != (None, None) else _point(enrollment)
    if COORDINATES & found.keys():
        latitude, longitude = found.get("latitude"), found.get("longitude")
    found["latitude"], found["longitude"] = at("geometry", place_of, latitude, longitude)
    if not found.get("observed_on"):
        found["observed_on"] = at("occurredAt", iso_day_of, text_at(event, "occurredAt"), today)
    found["org_unit"] = text_at(event, "orgUnit") or text_at(enrollment, "orgUnit")
    if _is_deleted(event) or _is_deleted(enrollment):
        found |= {"status": Status.DENIED.value, "is_deleted": True}
    return found


def _figure(
    said: Sequence[Said],
    entity: Mapping[str, Any],
    enrollment: Mapping[str, Any],
    event: Mapping[str, Any],
    today: date,
) -> dict[str, Any]:
    lowest = event or enrollment or entity
    when = text_at(event, "occurredAt") or text_at(enrollment, "occurredAt")
    deleted = any(_is_deleted(one) for one in (event, enrollment, entity))
    return {
        "element": text_at(event, "programStage") or text_at(enrollment, "program"),
        "period": at("occurredAt", iso_day_of, when, today),
        "org_unit": text_at(lowest, "orgUnit") or text_at(entity, "orgUnit"),
        "value": text_at(lowest, "status"),
        "status": "deleted" if deleted else "live",
        "said": {uid: value for uid, _name, value in said},
    }


def _key(entity: Mapping[str, Any], enrollment: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """Return the lowest thing's own id; without one nothing could be told from a second copy."""
    for name, one in (("event", event), ("enrollment", enrollment), ("trackedEntity", entity)):
        if one:
            uid = text_at(one, name)
            if not uid:
                raise Bad(Code.MISSING, name)
            return joined([name, uid])
    raise Bad(Code.MISSING, "event")


def _said_in(above: Mapping[str, Any], name: str, key: str = "attribute") -> Iterator[Said]:
    for one in listed(dict(above), name):
        pair = as_map(one, name)
        uid = text_at(pair, key) or ""
        named = text_at(pair, "code") or text_at(pair, "displayName") or uid
        yield uid, named, text_at(pair, "value")


def _field_named(name: str, fields: Mapping[str, str]) -> str | None:
    if fields:
        return None
    plain = plain_name(name).replace(" ", "_")
    return plain if plain in FIELDS else None


def _cell(field: str, value: object, today: date) -> object:
    if field in COUNTS:
        return count_of(value)
    if field in DAYS:
        return iso_day_of(value, today)
    if field in FLAGS:
        return flag_of(value)
    return text_of(value)


def _point(one: Mapping[str, Any]) -> tuple[object, object]:
    geometry = part(dict(one), "geometry")
    if geometry.get("type") != "Point":
        return None, None
    place = listed(geometry, "coordinates")
    if len(place) < 2:
        raise Bad(Code.COORDINATE, "geometry", place)
    return place[1], place[0]


def _is_deleted(one: Mapping[str, Any]) -> bool:
    return at("deleted", flag_of, one.get("deleted")) or False


def _fields(mapping: Mapping[str, Any]) -> Mapping[str, str]:
    fields = mapping.get("fields") or {}
    if not isinstance(fields, Mapping):
        raise refused("映射里的 fields 要写成“编号：字段”。")
    unknown = sorted({str(one) for one in fields.values()} - FIELDS)
    if unknown:
        raise refused(f"映射里有不认识的字段：{'、'.join(unknown)[:200]}。")
    return {str(one): str(field) for one, field in fields.items()}


def _kind_of(instances: Sequence[Any]) -> str:
    first = instances[0] if instances and isinstance(instances[0], dict) else {}
    if "event" in first or "programStage" in first:
        return "events"
    return "enrollments" if "enrollment" in first else "trackedEntities"


def _above(one: object, *names: str) -> dict[str, Any]:
    if not isinstance(one, dict):
        return {}
    wanted = names or ("trackedEntity", "trackedEntityType")
    return {name: one[name] for name in wanted if one.get(name) is not None}


def _id(one: object, name: str) -> str:
    found = one.get(name) if isinstance(one, dict) else None
    return found if isinstance(found, str) else ""


def _list(above: Mapping[str, Any], name: str) -> list[Any]:
    found = above.get(name)
    return found if isinstance(found, list) else []
