"""Files of feeds for tests, and what a reader makes of them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

from aquacert.surveillance.parsers.shape import Asked, BadRow
from aquacert.surveillance.rules import china as forms
from aquacert.surveillance.rules.periods import quarter_of
from aquacert.surveillance.rules.qaad import Line, QuarterTable, parse_cell

TODAY = date(2026, 5, 9)


def rows(reader, data, **mapping):
    """Return the rows of bytes, or of what is to be JSON."""
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return list(reader(io.BytesIO(data), Asked(TODAY, mapping=mapping)).rows)


def reports(reader, data, **mapping):
    """Return all reports; no row may be set aside."""
    found = []
    for row in rows(reader, data, **mapping):
        assert not isinstance(row.said, BadRow), row
        found += row.said
    return found


def bad(reader, data, **mapping):
    """Return the code and the column that the only row is set aside by."""
    [row] = rows(reader, data, **mapping)
    return row.said.code, row.said.column


def table(*lines):
    """Return lines as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


VALUE = {"dataElement": "f7n9E0hX8qk", "period": "201401", "orgUnit": "DiszpKrYNg8", "value": "12"}


def tracker(**change):
    """Return a nested tracker payload of one event."""
    event = {
        "event": "evABC",
        "programStage": "PaOOjwLVW23",
        "orgUnit": "O6uvpzGd5pu",
        "occurredAt": "2026-04-01T08:00:00.000",
        "updatedAt": "2026-04-02T08:00:00.000",
        "createdBy": {"username": "anna"},
        "geometry": {"type": "Point", "coordinates": [118.8, 32.1]},
        "dataValues": [
            {"dataElement": "deDISEASE01", "value": "White spot disease", "storedBy": "anna"},
            {"dataElement": "deCASES0001", "value": "30"},
        ],
    } | change
    return {
        "trackedEntities": [
            {
                "trackedEntity": "teABC",
                "orgUnit": "O6uvpzGd5pu",
                "attributes": [
                    {"attribute": "atNAME00001", "displayName": "Name", "value": "Zhang San"}
                ],
                "enrollments": [
                    {
                        "enrollment": "enABC",
                        "program": "prABC",
                        "notes": [{"value": "call Anna"}],
                        "events": [event],
                    }
                ],
            }
        ]
    }


def message(**change):
    """Return a lab message of one sample and one test."""
    test = {
        "testLabName": "State Lab",
        "testType": "PCR_RT_PCR",
        "dateOfResult": 1775001600000,
        "testResult": "POSITIVE",
        "testResultVerified": True,
        "cqValue": 24.1,
        "ctValueOrf1": 23,
        "ctValueE": None,
        "prescriberLastName": "Muster",
        "testResultText": "Herr Muster",
    } | change.pop("test", {})
    return {
        "type": "LAB_MESSAGE",
        "disease": "KHV",
        "messageDateTime": 1775088000000,
        "reportId": "R1",
        "reportMessageId": "M1",
        "reporterName": "Dr. Muster",
        "personFirstName": "Max",
        "personLastName": "Muster",
        "personPhone": "0123",
        "assignee": {"caption": "Muster"},
        "sampleReports": [
            {"labSampleId": "S1", "sampleDateTime": "2026-03-30T08:00:00Z", "testReports": [test]}
        ],
    } | change


def quarter(*lines, comments=None):
    """Return a quarter of lines."""
    return QuarterTable("China P.R.", quarter_of(2026, 1), lines, comments or {})


KHV = Line(
    "finfish",
    "Koi herpesvirus disease",
    False,
    (parse_cell("+()"), parse_cell("-(2024)"), None),
    "III",
    (1, 2),
)


def filled(template, **change):
    """Return a template with its examples filled in."""
    said = {one.field: one.example for one in template.columns} | change
    return table(["南京市"], forms.heads(template), [said[one.field] for one in template.columns])
