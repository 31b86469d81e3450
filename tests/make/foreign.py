"""Files of feeds as their sources write them, small and made up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

WAHIS = [
    "epi_event_id",
    "disease_id",
    "reporting_level",
    "strain_eng",
    "strain_fr",
    "strain_esp",
    "sero_sub_genotype_eng",
    "sero_sub_genotype_fr",
    "sero_sub_genotype_esp",
    "disease_eng",
    "disease_fr",
    "disease_esp",
    "iso_code",
    "country",
    "region",
    "reason_of_notification",
    "event_start_date",
    "event_confirmation_date",
    "event_closing_date",
    "date_last_occurrence",
    "terra_aqua",
    "report_id",
    "in_fur",
    "report_number",
    "report_nat_ref",
    "reporting_date",
    "outbreak_id",
    "outbreak_nat_ref",
    "outbreak_start_date",
    "outbreak_end_date",
    "is_cluster",
    "n_outbreaks_cluster",
    "epi_unit",
    "longitude",
    "latitude",
    "location_aprox",
    "location_name",
    "ob_area_id",
    "level3_area_id",
    "level3_unique_code",
    "level3_name",
    "level2_area_id",
    "level2_unique_code",
    "level2_name",
    "level1_area_id",
    "level1_unique_code",
    "level1_name",
    "country_area_id",
    "country_unique_code",
    "country_name",
    "is_wild",
    "wild_type",
    "water_type",
    "species",
    "quantitative_unit",
    "susceptible",
    "cases",
    "dead",
    "killed_disposed",
    "slaughtered",
    "vaccinated",
    "morbidity",
    "mortality",
]
"""The 63 columns of the outbreak extract, in its order."""
PLUS = [
    "Event.ID",
    "Disease",
    "Serotype",
    "Region",
    "Subregion",
    "Country",
    "Admin.level.1",
    "Locality",
    "Latitude",
    "Longitude",
    "Diagnosis.source",
    "Diagnosis.status",
    "Animal.type",
    "Species",
    "Observation.date..dd.mm.yyyy.",
    "Report.date..dd.mm.yyyy.",
    "Humans.affected",
    "Human.deaths",
]
"""The export of EMPRES-i+, its names as R writes them."""


def outbreak_row(**changes: str) -> dict[str, str]:
    """Return one row of the extract: white spot disease in Luhe, as reported first."""
    return {
        "epi_event_id": "4001",
        "disease_eng": "White spot disease",
        "country": "China (People's Rep. of)",
        "event_start_date": "04/25/2024",
        "event_confirmation_date": "2024-04-28",
        "event_closing_date": "25/06/2024",
        "terra_aqua": "Aquatic",
        "report_id": "9001",
        "in_fur": "IN",
        "report_number": "1",
        "reporting_date": "2024-05-03",
        "outbreak_id": "77001",
        "outbreak_start_date": "2024-04-20",
        "is_cluster": "FAUX",
        "n_outbreaks_cluster": "1",
        "epi_unit": "Farm",
        "longitude": "118.84",
        "latitude": "32.34",
        "location_aprox": "true",
        "location_name": "Hengliang",
        "level3_name": "Luhe",
        "level1_name": "Jiangsu",
        "is_wild": "FAUX",
        "water_type": "Brackish",
        "species": "Whiteleg shrimp (Penaeus vannamei)",
        "susceptible": "0",
        "cases": "12",
        "dead": "3",
        **changes,
    }


def plus_row(**changes: str) -> dict[str, str]:
    """Return one row of EMPRES-i+."""
    return {
        "Event.ID": "351002",
        "Disease": "White spot disease",
        "Country": "China",
        "Admin.level.1": "Jiangsu",
        "Locality": "Luhe",
        "Latitude": "32.34",
        "Longitude": "118.84",
        "Diagnosis.status": "Confirmed",
        "Animal.type": "Wild",
        "Species": "Whiteleg shrimp",
        "Observation.date..dd.mm.yyyy.": "28/04/2026",
        "Report.date..dd.mm.yyyy.": "03/05/2026",
        **changes,
    }


def table(rows: Sequence[Mapping[str, str]], names: Sequence[str], delimiter: str = ",") -> str:
    """Return rows as CSV below their header."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue()


def document(found: Any) -> bytes:
    """Return a JSON file."""
    return json.dumps(found, ensure_ascii=False).encode()


def detail(**changes: Any) -> dict[str, Any]:
    """Return a WAHIS detail in the new shape, with one outbreak."""
    return {
        "event": {
            "eventId": 5,
            "country": {"name": "China (People's Rep. of)"},
            "disease": {"name": "White spot disease"},
            "subType": None,
            "startedOn": "2024-04-01T00:00:00.000+00:00",
            "confirmedOn": "2024-04-05T00:00:00.000+00:00",
            "eventStatus": {"keyValue": "ONGOING", "translation": "On-going"},
            "isAquatic": True,
        },
        "report": {"reportId": 900, "reportNumber": 2},
        "outbreaks": [outbreak()],
        "quantitativeData": {
            "unit": {"keyValue": "ANIMAL", "translation": "Animal"},
            "news": [shrimp(cases=5, deaths=1)],
            "totals": [shrimp(cases=12, deaths=3)],
        },
        **changes,
    }


def outbreak(**changes: Any) -> dict[str, Any]:
    """Return an outbreak of a detail: made by an earlier report, touched by this one."""
    return {
        "outbreakId": 77,
        "createdByReportId": 890,
        "lastUpdateReportId": 900,
        "adminDivision": "Jiangsu",
        "location": "Luhe",
        "locationApprox": False,
        "startDate": "2024-04-02",
        "latitude": 32.34,
        "longitude": 118.84,
        **changes,
    }


def shrimp(**changes: Any) -> dict[str, Any]:
    """Return the quantities of one species."""
    name = "Whiteleg shrimp (Penaeus vannamei)"
    return {"speciesName": name, "isWild": False, "susceptible": 0, **changes}


def old_detail(details: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a WAHIS detail as before 2023, with its sender in it."""
    return {
        "senderDto": {"senderFullName": "Somebody", "senderEmail": "somebody@example.org"},
        "generalInfoDto": {"country": "Norway", "disease": "ISA", "startDate": "2021-01-01"},
        "reportDto": {"reportId": 10, "reportTitle": "FUR 1", "reportDate": "2021-01-02"},
        "eventOutbreakDto": {
            "outbreakMap": {
                "ob_1": {
                    "outbreakId": "ob_1",
                    "latitude": 60,
                    "longitude": 5,
                    "speciesDetails": details,
                }
            }
        },
    }


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    """Return a GeoJSON feature of an event."""
    about = {"disease": "White spot disease", "country": "China", **properties}
    return {"type": "Feature", "id": "A1", "geometry": geometry, "properties": about}


def point(longitude: float, latitude: float, *more: float) -> dict[str, Any]:
    """Return a Point."""
    return {"type": "Point", "coordinates": [longitude, latitude, *more]}


def polygon(*positions: Sequence[float]) -> dict[str, Any]:
    """Return a Polygon of one ring."""
    return {"type": "Polygon", "coordinates": [[list(one) for one in positions]]}
