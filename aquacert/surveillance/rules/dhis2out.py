"""DHIS2 outwards: what is sent of counts and events, and what the answer says of each item. Pure.

By default everything goes under our own codes (`idScheme=CODE`); a table of the recipient turns
them into its ids, and what the table lacks is not sent but shown. Source: DHIS2 developer guide,
"Data values" and "Tracker" (importCount, conflicts with indexes, validationReport).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aquacert.surveillance.rules.giving import Count, GivenEvent, Item, uid_of
from aquacert.surveillance.rules.periods import as_dhis2

PREFIX = "AQ"
PROGRAM, STAGE, ENTITY = "AQ_EVENTS", "AQ_EVENT", "AQ_OUTBREAK"
FIELDS = (
    *("disease", "status", "country", "admin1", "locality", "observed_on", "reported_on"),
    *("species_text", "cases", "deaths"),
)
"""Data elements of an event, by the names our own reader knows."""
UNMAPPED = "对照表里没有“{0}”，没有发送。"
REFUSED = "对方没收：{0}"
TAKEN = ("imported", "updated", "deleted", "created")
"""Counts of what was taken."""


@dataclass(frozen=True)
class Answer:
    """What an answer says: counts, and the sentence of every key that was refused."""

    is_read: bool
    counts: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    is_error: bool = False
    """The other side says so of the whole message."""

    @property
    def took_nothing(self) -> bool:
        """Whether the whole message was refused."""
        return self.is_error and not any(self.counts.get(name) for name in TAKEN)


def element_code(one: Count) -> str:
    """Return our own code of what is counted."""
    return f"{PREFIX}_{one.disease_code}_{one.element}"


def value_item(one: Count, codes: Mapping[str, str]) -> Item:
    """Return a count as one data value; its key is the tuple that names it at DHIS2."""
    element, org = element_code(one), one.division_code
    lacking = [code for code in (element, org) if codes and code not in codes]
    body = {
        "dataElement": codes.get(element, element),
        "period": as_dhis2(one.period),
        "orgUnit": codes.get(org, org),
        "value": str(one.value),
    }
    fault = UNMAPPED.format(lacking[0]) if lacking else ""
    return Item("/".join((element, body["period"], org)), body, fault=fault)


def value_end(key: str, body: Mapping[str, Any]) -> Item:
    """Return the item that takes a data value back."""
    return Item(key, {**body, "value": "", "deleted": True}, is_end=True)


def values_payload(items: Sequence[Item]) -> dict[str, Any]:
    """Return the message with these data values."""
    return {"dataValues": [dict(one.body) for one in items]}


def event_item(one: GivenEvent, codes: Mapping[str, str]) -> Item:
    """Return an event as a tracked entity with one enrollment and one event, ids always the same."""
    org, said = one.county_code, _said(one)
    ids = {name: uid_of(name, one.id) for name in ("trackedEntity", "enrollment", "event")}
    place = {"orgUnit": codes.get(org, org)}
    day = one.observed_on or one.reported_on
    occurred = {"occurredAt": day.isoformat()} if day else {}
    event: dict[str, Any] = {
        "event": ids["event"],
        "programStage": codes.get(STAGE, STAGE),
        **place,
        **occurred,
        "status": "COMPLETED",
        "dataValues": [
            {"dataElement": codes.get(name, name), "value": str(said[name])}
            for name in FIELDS
            if said[name] is not None
        ],
    }
    if one.latitude is not None and one.longitude is not None:
        event["geometry"] = {"type": "Point", "coordinates": [one.longitude, one.latitude]}
    enrolled = {"enrolledAt": day.isoformat(), **occurred} if day else {}
    body = {
        "trackedEntity": ids["trackedEntity"],
        "trackedEntityType": codes.get(ENTITY, ENTITY),
        **place,
        "enrollments": [
            {
                "enrollment": ids["enrollment"],
                "program": codes.get(PROGRAM, PROGRAM),
                **place,
                **enrolled,
                "status": "ACTIVE",
                "events": [event],
            }
        ],
    }
    wanted = (org, PROGRAM, STAGE, ENTITY, *FIELDS)
    lacking = [code for code in wanted if codes and code not in codes]
    return Item(f"event/{ids['event']}", body, fault=UNMAPPED.format(lacking[0]) if lacking else "")


def _said(one: GivenEvent) -> dict[str, Any]:
    """Return what an event says, by our field names; None where it says nothing."""
    return {
        "disease": one.disease_en or one.disease,
        "status": one.status,
        "country": one.country,
        "admin1": one.province_en,
        "locality": one.county_en or one.county,
        "observed_on": one.observed_on.isoformat() if one.observed_on else None,
        "reported_on": one.reported_on.isoformat() if one.reported_on else None,
        "species_text": one.species or None,
        "cases": one.cases,
        "deaths": one.deaths,
    }


def event_end(key: str, body: Mapping[str, Any]) -> Item:
    """Return the item that denies an event which was sent before."""
    enrollment = dict(body["enrollments"][0])
    event = dict(enrollment["events"][0])
    name = _status_name(event)
    values = [one for one in event["dataValues"] if one["dataElement"] != name]
    event["dataValues"] = [*values, {"dataElement": name, "value": "denied"}]
    enrollment["events"] = [event]
    return Item(key, {**body, "enrollments": [enrollment]}, is_end=True)


def tracker_payload(items: Sequence[Item]) -> dict[str, Any]:
    """Return the message with these events."""
    return {"trackedEntities": [dict(one.body) for one in items]}


def read_values_answer(found: Mapping[str, Any], sent: Sequence[Item]) -> Answer:
    """Return what DHIS2 says of data values: counts, and each one in conflict."""
    summary = _part(found, "response") or found
    counts = _counts(_part(summary, "importCount"))
    if not counts:
        return Answer(is_read=False, message=str(found.get("message") or "")[:300])
    refused: dict[str, str] = {}
    for one in summary.get("conflicts") or ():
        if not isinstance(one, Mapping):
            continue
        sentence = REFUSED.format(str(one.get("value") or one.get("errorCode") or "")[:300])
        for at in one.get("indexes") or ():
            if isinstance(at, int) and 0 <= at < len(sent):
                refused[sent[at].key] = sentence
        if not one.get("indexes"):
            refused |= {
                item.key: sentence for item in sent if one.get("object") in item.body.values()
            }
    words = str(summary.get("description") or "")[:300]
    return Answer(True, counts, refused, words, summary.get("status") == "ERROR")


def read_tracker_answer(found: Mapping[str, Any], sent: Sequence[Item]) -> Answer:
    """Return what DHIS2 says of a tracker message: counts, and each event with an error report."""
    counts = _counts(_part(found, "stats"))
    if not counts:
        return Answer(is_read=False, message=str(found.get("message") or "")[:300])
    owners = {uid: item.key for item in sent for uid in _ids_of(item.body)}
    refused = {}
    for one in _part(found, "validationReport").get("errorReports") or ():
        if isinstance(one, Mapping) and (key := owners.get(str(one.get("uid")))):
            refused[key] = REFUSED.format(str(one.get("message") or "")[:300])
    return Answer(True, counts, refused, "", found.get("status") == "ERROR")


def _ids_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    enrollment = body["enrollments"][0]
    return body["trackedEntity"], enrollment["enrollment"], enrollment["events"][0]["event"]


def _status_name(event: Mapping[str, Any]) -> str:
    """Return the id of the status: the second of the fields, which is always said."""
    return str(event["dataValues"][FIELDS.index("status")]["dataElement"])


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, Mapping) else {}


def _counts(found: Mapping[str, Any]) -> dict[str, int]:
    return {
        str(name): value
        for name, value in found.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
