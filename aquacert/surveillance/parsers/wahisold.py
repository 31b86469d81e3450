"""Details of WAHIS reports in the shape of before 2023: `eventOutbreakDto.outbreakMap`.

The last row of `speciesDetails` sums up the others and is dropped: it names no species, or repeats
their sum. Who sent and who entered the report (`senderDto`, `enterInfoDto`) is never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from aquacert.surveillance.parsers.cells import count_of, flag_of, iso_day_of, key_of, place_of
from aquacert.surveillance.parsers.geojson import must_be_in_china, version_of
from aquacert.surveillance.parsers.jsonfile import as_map, at, listed, part
from aquacert.surveillance.parsers.jsonfile import words as said_in
from aquacert.surveillance.parsers.shape import Bad, Code, Kind, Report, report
from aquacert.surveillance.parsers.wahisnames import species_field
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
NAMES = ("spicieName", "specieName", "speciesName")
"""As the service spelt it, and as it should have."""
TOTALS = frozenset({"total", "totals", "all species"})
Said = dict[str, Value]


def is_old(document: Mapping[str, Any]) -> bool:
    """Say whether a document is a detail in the old shape."""
    return isinstance(document.get("reportDto"), dict) and "eventOutbreakDto" in document


def old_reports(document: dict[str, Any], today: date) -> tuple[Report, ...]:
    """Return the outbreaks of a detail, or that a report without any exists."""
    general, about = part(document, "generalInfoDto"), part(document, "reportDto")
    head = _head(general, about, today)
    version = version_of(about.get("reportId"))
    found = part(part(document, "eventOutbreakDto"), "outbreakMap")
    said = [
        one
        for name, outbreak in found.items()
        for one in _outbreak(name, as_map(outbreak, name), head, version, today)
    ]
    if said:
        return tuple(said)
    key = at("reportId", key_of, about.get("reportId"))
    return (report(Kind.FIGURE, f"report:{key}", {**head, "element": "report"}),)


def _head(general: dict[str, Any], about: dict[str, Any], today: date) -> Said:
    disease = at("disease", said_in, general.get("disease") or general.get("diseaseName"))
    if disease is None:
        raise Bad(Code.MISSING, "disease")
    country = general.get("country") or general.get("countryOrTerritory")
    sent = about.get("reportDate") or general.get("reportDate")
    confirmed_on = at("confirmedOn", iso_day_of, general.get("confirmedOn"), today)
    return {
        "disease": disease,
        "serotype": at("diseaseType", said_in, general.get("diseaseType")),
        "country": at("country", said_in, country),
        "observed_on": at("startDate", iso_day_of, general.get("startDate"), today),
        "confirmed_on": confirmed_on,
        "status": "confirmed" if confirmed_on else None,
        "reported_on": at("reportDate", iso_day_of, sent, today),
        "reason": at("translatedReason", said_in, general.get("translatedReason")),
        "event_status": at("eventStatus", said_in, about.get("eventStatus")),
        "is_aquatic": at("isAquatic", flag_of, general.get("isAquatic")),
        "report_no": at("reportTitle", said_in, about.get("reportTitle")),
    }


def _outbreak(
    name: str, one: dict[str, Any], head: Said, version: int | None, today: date
) -> list[Report]:
    key = one.get("outbreakId") or one.get("outbreakInfoId") or one.get("oieReference") or name
    latitude, longitude = at("latitude", place_of, one.get("latitude"), one.get("longitude"))
    if latitude is not None and longitude is not None and is_china(str(head["country"] or "")):
        must_be_in_china(latitude, longitude, "latitude")
    rough = at("locationApprox", flag_of, one.get("locationApprox"))
    started, ended = one.get("outbreakStartDate"), one.get("outbreakEndDate")
    lowest = one.get("thirdAdmDivision") or one.get("secondAdmDivision") or one.get("location")
    measures = [text for text in listed(one, "controlMeasures") if isinstance(text, str)]
    values: Said = {
        **head,
        "observed_on": at("outbreakStartDate", iso_day_of, started, today) or head["observed_on"],
        "ended_on": at("outbreakEndDate", iso_day_of, ended, today),
        "admin1": at("firstAdmDivision", said_in, one.get("firstAdmDivision")),
        "locality": at("thirdAdmDivision", said_in, lowest),
        "latitude": latitude,
        "longitude": longitude,
        "quality": None if rough is None else "approximate" if rough else "exact",
        "national_ref": at("nationalObReference", said_in, one.get("nationalObReference")),
        "epi_unit": at("epiUnitType", said_in, one.get("epiUnitType")),
        "measures": "; ".join(dict.fromkeys(measures)) or None,
        "comment": at("affectedDesc", said_in, one.get("affectedDesc")),
    }
    return [
        report(Kind.EVENT, at("outbreakId", key_of, key), values | species, version)
        for species in _species(one)
    ]


def _species(one: dict[str, Any]) -> list[Said]:
    animals = [as_map(line, "animalCategory") for line in listed(one, "animalCategory")]
    wild = at("isWild", flag_of, animals[0].get("isWild")) if animals else None
    groups: list[Said] = [{}]
    for line in without_total([as_map(row, "speciesDetails") for row in _details(one)]):
        counts: Said = {
            field: at(name, count_of, line.get(name)) for name, field in QUANTITIES.items()
        }
        counts["unit"] = at("unit", said_in, line.get("unit"))
        own = line.get("isWild")
        is_wild = wild if own is None else at("isWild", flag_of, own)
        species = species_field(_name(line), counts, is_wild=is_wild)
        home = next((group for group in groups if not group.keys() & species.keys()), None)
        if home is None:
            groups.append(home := {})
        home.update(species)
    return groups


def without_total(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that are of a species: the last one may only sum up the others."""
    named = [line for line in lines if _name(line) and _name(line).casefold() not in TOTALS]
    if len(named) == len(lines) and len(lines) > 1 and _is_sum(lines[-1], lines[:-1]):
        return lines[:-1]
    return named


def _is_sum(last: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    found = [(last.get(name), [one.get(name) for one in others]) for name in QUANTITIES]
    numbers = [
        (total, sum(one or 0 for one in rest))
        for total, rest in found
        if isinstance(total, int) and all(one is None or isinstance(one, int) for one in rest)
    ]
    return any(total for total, _sum in numbers) and all(a == b for a, b in numbers)


def _details(one: dict[str, Any]) -> list[Any]:
    return listed(one, "speciesDetails")


def _name(line: dict[str, Any]) -> str:
    found = next((line[name] for name in NAMES if line.get(name)), None)
    return (at("spicieName", said_in, found) or "").strip()
