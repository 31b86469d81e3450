"""DHIS2, SORMAS, the quarterly table and our templates, all the way into records and events."""

from __future__ import annotations

import io
import itertools
import json

import pytest
from sqlalchemy import select

from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.feeds import ImportAsked, import_in
from aquacert.surveillance.commands.feeds.replaying import replay
from aquacert.surveillance.models import Event
from aquacert.surveillance.models.feeds import FeedFile, FeedRawRow, FeedRecord, FeedSetAside
from aquacert.surveillance.parsers.china import read_monthly, read_samples
from aquacert.surveillance.parsers.shape import Asked
from aquacert.surveillance.rules import china as forms
from aquacert.surveillance.rules.quarters import sheet_rows
from tests.make.accounts import signed_in
from tests.make.readings import KHV, TODAY, VALUE, filled, message, quarter, table, tracker
from tests.make.surveillance import make_officer

SAMPLES = message()
SAMPLES["sampleReports"] = [
    {**SAMPLES["sampleReports"][0], "labSampleId": "S2"},
    {"testReports": SAMPLES["sampleReports"][0]["testReports"]},
    SAMPLES["sampleReports"][0],
]
LATER = tracker(event="evDEF", occurredAt="2026-13-01T08:00:00.000")
FIELDS = {"deDISEASE01": "disease", "deCASES0001": "cases"}


def brought(db, name, data, source="", **mapping):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    with db.work(SYSTEM) as w:
        ask = ImportAsked(source, name, f"{name}.file", mapping=mapping)
        found = import_in(w, data, ask)
    return {word: count for word, count in found.as_dict().items() if count}


def record(db, key, source):
    with db.look(SYSTEM) as look:
        asked = select(FeedRecord).where(FeedRecord.source_key == key, FeedRecord.source == source)
        return look.session.scalars(asked).one()


def test_each_format_ends_in_records_and_events_and_again_changes_nothing(db):
    files = [
        ("dhis2_values", {"dataValues": [VALUE]}, {"created": 1}),
        ("dhis2_tracker", tracker(), {"created": 1}),
        ("sormas_lab", message(), {"created": 1}),
        ("qaad", table(*sheet_rows(quarter(KHV))), {"created": 2}),
        ("china_monthly", filled(forms.MONTHLY), {"created": 1}),
        ("china_samples", filled(forms.SAMPLES), {"created": 1}),
    ]
    for name, data, counts in files:
        mapping = {"fields": FIELDS} if name == "dhis2_tracker" else {}
        assert brought(db, name, data, **mapping) == counts, name
        again = brought(db, name, data, **mapping)
        assert again.keys() <= {"unchanged"}, name
    with db.look(SYSTEM) as look:
        event = look.session.scalars(select(Event).where(Event.source_key == "event/evABC")).one()
        assert (event.disease_code, event.cases) == ("WSD", 30)
        for raw in look.session.scalars(select(FeedRawRow.raw)):
            assert "Muster" not in raw
            assert "Zhang San" not in raw
    month = record(db, "320116-03/2026-04/凡纳滨对虾/白斑综合征", "china_monthly")
    assert (month.disease_code, month.period) == ("WSD", "2026-04")


def test_a_value_that_goes_back_to_what_it_was_is_told_by_its_version(db):
    said = [("10", "2026-01-01"), ("9", "2026-02-01"), ("10", "2026-03-01")]
    files = [[VALUE | {"value": value, "lastUpdated": day}] for value, day in said]
    for at, order in enumerate(itertools.permutations(files)):
        for one in order:
            brought(db, "dhis2_values", one, source=f"feed{at}")
        found = record(db, "f7n9E0hX8qk/2014-01/DiszpKrYNg8//", f"feed{at}")
        assert found.content["value"] == 10, order
    touched = [VALUE | {"value": "10", "lastUpdated": "2026-04-01"}]
    assert brought(db, "dhis2_values", touched, source="feed0") == {"unchanged": 1}


@pytest.mark.parametrize(
    ("name", "data", "mend"),
    [
        (
            "dhis2_values",
            {"period": "201401", "dataValues": [VALUE | {"orgUnit": ""}]},
            lambda raw: raw | {"orgUnit": "here"},
        ),
        (
            "dhis2_values",
            table(["dataelement", "period", "orgunit", "value"], ["d", "2014BiW1", "o", "1"]),
            lambda raw: ["d", "2014W1", "o", "1"],
        ),
        (
            "qaad",
            table(*sheet_rows(quarter(KHV))).replace(b"+()", b"yes"),
            lambda raw: [raw[0], "+", *raw[2:]],
        ),
        (
            "china_monthly",
            filled(forms.MONTHLY, cases="x"),
            lambda raw: ["5" if one == "x" else one for one in raw],
        ),
        (
            "sormas_lab",
            SAMPLES,
            lambda raw: {
                **raw,
                "sampleReports": [SAMPLES["sampleReports"][0] | {"labSampleId": "S3"}],
            },
        ),
        (
            "dhis2_tracker",
            {"trackedEntities": tracker()["trackedEntities"] + LATER["trackedEntities"]},
            lambda raw: json.loads(json.dumps(raw).replace("2026-13-01", "2026-03-01")),
        ),
    ],
)
def test_a_row_set_aside_is_mended_and_replayed(db, name, data, mend):
    assert brought(db, name, data)["quarantined"] == 1
    with db.work(SYSTEM) as w:
        [aside] = w.session.scalars(select(FeedSetAside))
        [raw] = w.session.scalars(select(FeedRawRow.raw).where(FeedRawRow.line == aside.line))
        file = w.session.scalars(select(FeedFile)).one()
        mended = {aside.id: json.dumps(mend(json.loads(raw)))}
        assert replay(w, file.id, [aside.id], mended).created
        assert "Muster" not in aside.mended


def test_an_officer_downloads_the_empty_templates_that_are_read_again(db, client):
    officer = signed_in(client, make_officer(db))
    page = officer.get("/surveillance/feeds").text
    for name, reader in (("china_monthly", read_monthly), ("china_samples", read_samples)):
        address = f"/surveillance/feeds/templates/{name}.xlsx"
        assert address in page
        for form in (address, address.replace("xlsx", "csv")):
            answer = officer.get(form)
            assert answer.status_code == 200
            assert list(reader(io.BytesIO(answer.data), Asked(TODAY)).rows) == []
