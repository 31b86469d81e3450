"""Files of data given back: frozen facts in, bytes out. The same facts are the same bytes, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from aquacert.kernel.papers import Paper, docx
from aquacert.reference.documents import Table, workbook
from aquacert.reference.rules.text import plain_cell
from aquacert.surveillance.rules.giving import ELEMENT_WORDS, Element, Facts, GivenEvent
from aquacert.surveillance.rules.periods import as_dhis2
from aquacert.surveillance.rules.qaad import QuarterTable, print_cell, print_numbers
from aquacert.surveillance.rules.quarters import LEVEL_HEAD, MONTHS, print_quarter, sheet_rows

LANGUAGES = ("eng", "fr", "esp")
WAHIS_COLUMNS: tuple[str, ...] = (
    *("epi_event_id", "disease_id", "reporting_level"),
    *(f"strain_{one}" for one in LANGUAGES),
    *(f"sero_sub_genotype_{one}" for one in LANGUAGES),
    *(f"disease_{one}" for one in LANGUAGES),
    *("iso_code", "country", "region", "reason_of_notification", "event_start_date"),
    *("event_confirmation_date", "event_closing_date", "date_last_occurrence", "terra_aqua"),
    *("report_id", "in_fur", "report_number", "report_nat_ref", "reporting_date"),
    *("outbreak_id", "outbreak_nat_ref", "outbreak_start_date", "outbreak_end_date"),
    *("is_cluster", "n_outbreaks_cluster", "epi_unit", "longitude", "latitude"),
    *("location_aprox", "location_name", "ob_area_id"),
    *(f"level{n}_{one}" for n in (3, 2, 1) for one in ("area_id", "unique_code", "name")),
    *("country_area_id", "country_unique_code", "country_name"),
    *("is_wild", "wild_type", "water_type", "species", "quantitative_unit"),
    *("susceptible", "cases", "dead", "killed_disposed", "slaughtered", "vaccinated"),
    *("morbidity", "mortality"),
)
"""The 63 columns of the outbreak extract, in its order."""
NOTES = (
    "只到县，不写养殖场、人和报告；坐标（如有）取到 0.1 度，约十公里；圆形管控区只给县，不画圆。WGS-84，经度在前。",
    "数字来自本系统的检测报告和经办的疫情；已撤回的报告、已否定的疫情不在其中。",
    "别国、国际组织汇编的数据不转发。",
)
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("period", "时期", "", "ISO 写法：2026-W05 周，2026-04 月，2026-Q2 季，2026 年"),
    ("dhis2_period", "时期的 DHIS2 写法", "", "2026W5、202604、2026Q2、2026"),
    ("division_code", "县（市、区）代码", "", "GB/T 2260 六位代码"),
    ("division", "县（市、区）", "", ""),
    ("disease_code", "疫病代码", "", "本系统的代码，见“疫病”表"),
    ("disease", "疫病", "", ""),
    ("element", "数的是什么", "", "；".join(f"{e} {ELEMENT_WORDS[e][0]}" for e in Element)),
    ("value", "数目", "个", "0 是数过、没有；没有这一行是没有检测"),
)
"""Column, meaning, unit, codes."""
EARLY = (1980, 1, 1, 0, 0, 0)
"""The time of every file of an archive: the same facts are the same bytes."""


def table_zip(facts: Facts) -> bytes:
    """Return the counts as CSV with a data dictionary and notes, in one archive."""
    dictionary = _csv(("column", "meaning", "unit", "codes"), COLUMNS)
    files = (
        ("figures.csv", table_csv(facts)),
        ("dictionary.csv", dictionary),
        ("notes.txt", "\r\n".join(NOTES).encode("utf-8-sig")),
    )
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, EARLY), data)
    return kept.getvalue()


def table_csv(facts: Facts) -> bytes:
    """Return the counts as CSV (UTF-8 with its mark)."""
    rows = (
        (
            one.period.text,
            as_dhis2(one.period),
            one.division_code,
            one.division,
            one.disease_code,
            one.disease,
            one.element.value,
            one.value,
        )
        for one in facts.counts
    )
    return _csv([name for name, *_ in COLUMNS], rows)


def events_geojson(events: Iterable[GivenEvent]) -> bytes:
    """Return events as GeoJSON (RFC 7946), by the property names that our own reader knows."""
    found = {
        "type": "FeatureCollection",
        "coordinate_system": "WGS-84",
        "note": " ".join(NOTES),
        "features": [_feature(one) for one in events],
    }
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _feature(one: GivenEvent) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [one.longitude, one.latitude]}
    return {
        "type": "Feature",
        "id": one.id,
        "geometry": point if one.latitude is not None and one.longitude is not None else None,
        "properties": {
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
            "is_aquatic": "true",
            "report_no": str(one.version),
        },
    }


def wahis_workbook(events: Iterable[GivenEvent]) -> bytes:
    """Return events in the shape of the WAHIS outbreak extract: 63 columns, then notes."""
    rows = [[record.get(name) for name in WAHIS_COLUMNS] for record in map(_outbreak, events)]
    return workbook(
        Table("outbreak_events_extract", WAHIS_COLUMNS, rows),
        Table("notes", ("说明",), [(one,) for one in NOTES], (100,)),
    )


def _outbreak(one: GivenEvent) -> dict[str, object]:
    started = one.observed_on.isoformat() if one.observed_on else None
    reported = one.reported_on.isoformat() if one.reported_on else None
    return {
        "epi_event_id": one.id,
        "disease_eng": one.disease_en or one.disease,
        "iso_code": "CHN",
        "country": one.country,
        "region": "Asia",
        "event_start_date": started,
        "event_confirmation_date": reported if one.status == "confirmed" else None,
        "terra_aqua": "Aquatic",
        "report_id": one.id,
        "report_number": one.version,
        "reporting_date": reported,
        "outbreak_id": one.id,
        "outbreak_start_date": started,
        "is_cluster": "FAUX",
        "longitude": one.longitude,
        "latitude": one.latitude,
        "location_aprox": "true",
        "location_name": one.county_en or one.county,
        "level3_unique_code": one.county_code,
        "level3_name": one.county_en or one.county,
        "level1_name": one.province_en,
        "country_name": one.country,
        "is_wild": "false",
        "species": one.species,
        "cases": one.cases,
        "dead": one.deaths,
    }


def qaad_csv(table: QuarterTable) -> bytes:
    """Return the quarter's table as CSV, as its reader reads it."""
    return _csv(None, sheet_rows(table))


def qaad_workbook(table: QuarterTable) -> bytes:
    """Return the quarter's table as .xlsx."""
    heads, *rows = [list(row) for row in sheet_rows(table)]
    return workbook(Table("QAAD", heads, rows, (44, 18, 18, 18, 20, 30)))


def qaad_docx(table: QuarterTable) -> bytes:
    """Return the quarter's table as .docx, for the letter that goes with it."""
    months = [MONTHS[table.period.first.month - 1 + at] for at in range(3)]
    lines = [
        (
            f"{one.disease}{'*' if one.is_unlisted else ''}",
            *(print_cell(cell) for cell in one.cells),
            one.level,
            print_numbers(one.comments),
        )
        for one in table.lines
    ]
    comments = [f"{number}. {text}" for number, text in sorted(table.comments.items())]
    return docx(
        Paper(
            title="Quarterly Aquatic Animal Disease Report (Asia and Pacific Region)",
            number="",
            rows=(("Country", table.country), ("Period", print_quarter(table.period))),
            tables=[("Disease status", ("Disease", *months, LEVEL_HEAD, "No."), lines)],
            statements=comments,
            notes=NOTES,
        )
    )


def _csv(heads: Sequence[str] | None, rows: Iterable[Sequence[object]]) -> bytes:
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    if heads is not None:
        writer.writerow(heads)
    writer.writerows([plain_cell(cell) for cell in row] for row in rows)
    return kept.getvalue().encode("utf-8-sig")
