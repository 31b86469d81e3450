"""Reports of WAHIS as the JSON of its web site: lists, details, and details as before 2023.

A file holds one document, or a list of documents. A detail is said outbreak by outbreak, each an
event under its own id; its version is the last report that touched it (`lastUpdateReportId`), so
that a late old report does not overwrite a newer truth. The quantities of a detail are of the whole
report (`news`) or of the event since its beginning (`totals`): they are kept as figures of two
kinds and never added up. Only where a report has one single outbreak, and the totals can be of
nothing else, do they become that outbreak's counts. A row of a list names a report: a figure.

Senders' names, telephones and addresses stand in old details: no row keeps them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, BinaryIO

from aquacert.surveillance.parsers.cells import (
    count_of,
    flag_of,
    iso_day_of,
    key_of,
    place_of,
    refused,
)
from aquacert.surveillance.parsers.geojson import must_be_in_china, version_of
from aquacert.surveillance.parsers.jsonfile import as_map, at, listed, load_json, part, record_row
from aquacert.surveillance.parsers.jsonfile import words as said_in
from aquacert.surveillance.parsers.shape import Asked, Bad, Code, Kind, Opened, Report, report
from aquacert.surveillance.parsers.wahisnames import species_field, species_parts
from aquacert.surveillance.parsers.wahisold import is_old, old_reports
from aquacert.surveillance.rules.events import Value
from aquacert.surveillance.rules.places import is_china

QUANTITIES: Mapping[str, str] = {
    "susceptible": "at_risk",
    "cases": "cases",
    "deaths": "deaths",
    "killed": "destroyed",
    "slaughtered": "slaughtered",
    "vaccinated": "vaccinated",
}
SCOPES: Mapping[str, str] = {"news": "new", "totals": "total"}
KEPT = ("event", "report", "outbreaks", "quantitativeData")
PERSONS = ("senderDto", "enterInfoDto")
Said = dict[str, Value]


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Open a list, a detail, or a list of details; raise `Invalid` when it is none of these."""
    found = load_json(file)
    documents = found if isinstance(found, list) else [found]
    kinds = {_kind(one) for one in documents if isinstance(one, dict)} - {""}
    if not kinds:
        raise refused("认不出是 WAHIS 的哪一种：应该是报告清单，或者一份、几份报告详情。")
    say = partial(_said, today=asked.today)
    small = (one for document in documents for one in _parts(document))
    rows = (record_row(line, one, say) for line, one in enumerate(small, 1))
    return Opened("+".join(sorted(kinds)), rows)


def without_persons(file: BinaryIO) -> bytes:
    """Return the file as it may be kept: without who sent and who entered a report."""
    found = load_json(file)
    documents = found if isinstance(found, list) else [found]
    for one in documents:
        for name in PERSONS:
            if isinstance(one, dict):
                one.pop(name, None)
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _kind(document: dict[str, Any]) -> str:
    if isinstance(document.get("event"), dict):
        return "detail"
    if is_old(document):
        return "old_detail"
    is_list = isinstance(document.get("list"), list)
    return "list" if is_list or {"eventId", "reportId"} <= set(document) else ""


def _parts(document: object) -> Iterator[object]:
    """Yield documents as small as their rows: each is a whole document of its own."""
    kind = _kind(document) if isinstance(document, dict) else ""
    if not isinstance(document, dict) or not kind:
        yield document
    elif kind == "list":
        yield from document.get("list", [document])
    elif kind == "old_detail":
        yield from _old_parts(document)
    else:
        yield from _detail_parts(_only(document, *KEPT))


def _only(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: document[name] for name in names if name in document}


def _detail_parts(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    head = _only(document, "event", "report")
    outbreaks, quantities = document.get("outbreaks") or [], document.get("quantitativeData")
    if not isinstance(outbreaks, list) or len(outbreaks) == 1:
        yield document
        return
    for one in outbreaks:
        yield {**head, "outbreaks": [one]}
    if quantities or not outbreaks:
        yield {**head, "outbreaks": [], "quantitativeData": quantities}


def _old_parts(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    head = _only(document, "generalInfoDto", "reportDto")
    outer = document.get("eventOutbreakDto")
    found = outer.get("outbreakMap") if isinstance(outer, dict) else None
    if not isinstance(found, dict) or not found:
        yield {**head, "eventOutbreakDto": {"outbreakMap": {}}}
        return
    for key, one in found.items():
        yield {**head, "eventOutbreakDto": {"outbreakMap": {key: one}}}


def _said(record: dict[str, Any], today: date) -> tuple[Report, ...]:
    kind = _kind(record)
    if kind == "detail":
        return _detail(record, today)
    if kind == "old_detail":
        return old_reports(record, today)
    if kind == "list":
        return (_listed_report(record, today),)
    raise Bad(Code.STRUCTURE, "event")


def _listed_report(one: dict[str, Any], today: date) -> Report:
    """Return a row of a list: a report exists, and of what; where, its detail will say."""
    key = at("reportId", key_of, one.get("reportId"))
    values: Said = {
        "disease": _needed(one, "disease"),
        "serotype": at("subType", said_in, one.get("subType")),
        "country": at("country", said_in, one.get("country")),
        "event_ref": at("eventId", key_of, one.get("eventId")),
        "observed_on": at("eventStartDate", iso_day_of, one.get("eventStartDate"), today),
        "reported_on": at("submissionDate", iso_day_of, one.get("submissionDate"), today),
        "reason": at("reason", said_in, one.get("reason")),
        "report_no": at("reportNumber", said_in, one.get("reportNumber")),
        "event_status": at("eventStatus", said_in, one.get("eventStatus")),
        "animals": at("animalType", said_in, one.get("animalType")),
        "element": "report",
        "value": at("reportType", said_in, one.get("reportType")),
    }
    return report(Kind.FIGURE, f"report:{key}", values)


def _detail(document: dict[str, Any], today: date) -> tuple[Report, ...]:
    event, about = part(document, "event"), part(document, "report")
    head = _head(event, about, today)
    outbreaks = listed(document, "outbreaks")
    quantities = part(document, "quantitativeData")
    said = list(_figures(quantities, event, about, head))
    for one in outbreaks:
        said = [*_outbreak(as_map(one, "outbreaks"), head, quantities, about, today), *said]
    if not said:
        key = at("reportId", key_of, about.get("reportId"))
        said = [report(Kind.FIGURE, f"report:{key}", {**head, "element": "report"})]
    return tuple(said)


def _head(event: dict[str, Any], about: dict[str, Any], today: date) -> Said:
    """Return what holds of every outbreak of a report."""
    confirmed = event.get("confirmedOn") or event.get("confirmOn") or event.get("confirmationDate")
    subtype = event.get("subType")
    inner = subtype.get("disease") if isinstance(subtype, dict) else None
    sent = about.get("submissionDate") or about.get("reportedOn") or about.get("reportDate")
    confirmed_on = at("event.confirmedOn", iso_day_of, confirmed, today)
    return {
        "disease": _needed(event, "disease"),
        "serotype": at("event.subType", said_in, inner or subtype),
        "country": at("event.country", said_in, event.get("country")),
        "observed_on": at("event.startedOn", iso_day_of, event.get("startedOn"), today),
        "confirmed_on": confirmed_on,
        "status": "confirmed" if confirmed_on else None,
        "reported_on": at("report.submissionDate", iso_day_of, sent, today),
        "reason": at("event.reason", said_in, event.get("reason")),
        "event_status": at("event.eventStatus", said_in, event.get("eventStatus")),
        "is_aquatic": at("event.isAquatic", flag_of, event.get("isAquatic")),
        "event_ref": at("event.eventId", key_of, event.get("eventId")),
        "report_no": at("report.reportNumber", said_in, about.get("reportNumber")),
    }


def _outbreak(
    one: dict[str, Any],
    head: Said,
    quantities: dict[str, Any],
    about: dict[str, Any],
    today: date,
) -> list[Report]:
    key = at("outbreakId", key_of, one.get("outbreakId"))
    latitude, longitude = at("latitude", place_of, one.get("latitude"), one.get("longitude"))
    if latitude is not None and longitude is not None and is_china(str(head["country"] or "")):
        must_be_in_china(latitude, longitude, "latitude")
    rough = at("locationApprox", flag_of, one.get("locationApprox"))
    started = at("startDate", iso_day_of, one.get("startDate"), today)
    values: Said = {
        **head,
        "observed_on": started or head["observed_on"],
        "ended_on": at("endDate", iso_day_of, one.get("endDate"), today),
        "admin1": at("adminDivision", said_in, one.get("adminDivision")),
        "locality": at("location", said_in, one.get("location")),
        "place": at("location", said_in, one.get("location")),
        "latitude": latitude,
        "longitude": longitude,
        "quality": None if rough is None else "approximate" if rough else "exact",
        "national_ref": at("nationalReference", said_in, one.get("nationalReference")),
        "epi_unit": at("epiUnitType", said_in, one.get("epiUnitType")),
        "outbreaks": at("clusterCount", count_of, one.get("clusterCount")),
        "comment": at("description", said_in, one.get("description")),
    }
    version = version_of(one.get("lastUpdateReportId")) or version_of(about.get("reportId"))
    own: list[Said] = [{}]
    if _are_its_own(one, quantities, about):
        own = _by_species(listed(quantities, "totals"), quantities)
    return [report(Kind.EVENT, key, values | species, version) for species in own]


def _are_its_own(one: dict[str, Any], quantities: dict[str, Any], about: dict[str, Any]) -> bool:
    """Say whether totals that stand beside one single outbreak can be of no other.

    They are when they equal the news (nothing came before), or when the outbreak is older than the
    report: then the file lists the outbreaks of earlier reports too, and there is only this one.
    """
    totals, news = listed(quantities, "totals"), listed(quantities, "news")
    if not totals:
        return False
    created, number = version_of(one.get("createdByReportId")), version_of(about.get("reportId"))
    is_older = created is not None and number is not None and created < number
    return is_older or _bare(totals) == _bare(news)


def _bare(lines: list[Any]) -> list[tuple[str, ...]]:
    names = ("speciesName", "isWild", *QUANTITIES)
    return sorted(tuple(str(as_map(one).get(name)) for name in names) for one in lines)


def _by_species(lines: list[Any], quantities: dict[str, Any]) -> list[Said]:
    """Return species fields; a species that comes twice goes on into a further report."""
    groups: list[Said] = [{}]
    for one in lines:
        line = as_map(one, "quantitativeData")
        counts: Said = {
            field: at(name, count_of, line.get(name)) for name, field in QUANTITIES.items()
        }
        counts["unit"] = at("unit", said_in, quantities.get("unit"))
        wild = at("isWild", flag_of, line.get("isWild"))
        name = at("speciesName", said_in, line.get("speciesName"))
        species = species_field(name, counts, is_wild=wild)
        home = next((group for group in groups if not group.keys() & species.keys()), None)
        if home is None:
            groups.append(home := {})
        home.update(species)
    return groups


def _figures(
    quantities: dict[str, Any], event: dict[str, Any], about: dict[str, Any], head: Said
) -> Iterator[Report]:
    """Yield a figure for each count of a species: new ones by report, totals by event."""
    number = version_of(about.get("reportId"))
    for scope, word in SCOPES.items():
        subject, column = (about, "reportId") if scope == "news" else (event, "eventId")
        for one in listed(quantities, scope):
            line = as_map(one, scope)
            key = at(column, key_of, subject.get(column))
            name = at("speciesName", said_in, line.get("speciesName")) or ""
            wild = "wild" if at("isWild", flag_of, line.get("isWild")) else "kept"
            for column_name, field in QUANTITIES.items():
                count = at(column_name, count_of, line.get(column_name))
                if count is None or (field == "at_risk" and not count):
                    continue  # nobody counts nought animals at risk: it is unknown
                values: Said = {
                    **{field: head[field] for field in ("disease", "country", "reported_on")},
                    "event_ref": head["event_ref"],
                    "species": species_parts(name)[0],
                    "element": f"{field}.{word}",
                    "value": count,
                    "unit": at("unit", said_in, quantities.get("unit")),
                }
                figure = f"{word}:{key}:{name[:80]}:{wild}:{field}"
                yield report(Kind.FIGURE, figure, values, number)


def _needed(record: dict[str, Any], name: str) -> str:
    found = at(name, said_in, record.get(name))
    if found is None:
        raise Bad(Code.MISSING, name)
    return found
