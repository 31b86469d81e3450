"""DHIS2 values and tracker, SORMAS lab messages: versions, keys, and nothing of a person."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers import dhis2, dhis2tracker, sormas
from aquacert.surveillance.parsers.shape import BadRow, Code, Kind
from aquacert.surveillance.rules.events import folded
from tests.make.readings import VALUE, bad, message, reports, rows, table, tracker

SHARED = Path(__file__).parents[3] / "shared" / "data"
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<dataValueSet><dataValue value="&b;"/></dataValueSet>"""


@pytest.mark.skipif(not SHARED.exists(), reason="the shared files are not here")
@pytest.mark.parametrize(
    ("name", "reader", "good", "set_aside"),
    [
        ("dhis2_dataValueSetB.csv", dhis2.read, 12, 0),
        ("dhis2_dataValueSetJ.json", dhis2.read, 1, 0),
        ("dhis2_dataValueSetCreateDateUpdated.json", dhis2.read, 1, 0),
        ("dhis2_tracker_nested.json", dhis2tracker.read, 0, 1),  # its event has no id of its own
    ],
)
def test_the_shared_files_are_read(name, reader, good, set_aside):
    found = rows(reader, (SHARED / name).read_bytes())
    aside = [row for row in found if isinstance(row.said, BadRow)]
    print(f"{name}: {len(found) - len(aside)} read, {len(aside)} set aside")
    assert (len(found) - len(aside), len(aside)) == (good, set_aside)


def test_one_value_is_the_same_in_json_bulk_csv_and_xml():
    single = {"dataSet": "d", "period": "201401", "orgUnit": "DiszpKrYNg8"}
    single["dataValues"] = [{"dataElement": "f7n9E0hX8qk", "value": 12, "followUp": "false"}]
    heads = ["value", "ORGUNIT", "period", "dataelement", "extra", "categoryoptioncombo"]
    cells = ["12", "DiszpKrYNg8", "201401", "f7n9E0hX8qk", "?", "HllvX50cXC0"]
    xml = (
        '<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0" period="201401" '
        'orgUnit="DiszpKrYNg8"><dataValue dataElement="f7n9E0hX8qk" value="12" storedBy="x"/>'
        "</dataValueSet>"
    )
    found = [
        *reports(dhis2.read, {"dataValues": [VALUE]}),
        *reports(dhis2.read, single),
        *reports(dhis2.read, {"dataValueSets": [single]}),
        *reports(dhis2.read, VALUE),
        *reports(dhis2.read, table(heads, cells)),
        *reports(
            dhis2.read,
            b"\xef\xbb\xbf" + table(["f7n9E0hX8qk", "201401", "DiszpKrYNg8", "", "", "12"]),
        ),
        *reports(dhis2.read, xml.encode()),
    ]
    assert len(found) == 7
    assert {(one.kind, one.key, one.digest) for one in found} == {
        (Kind.FIGURE, "f7n9E0hX8qk/2014-01/DiszpKrYNg8//", found[0].digest)
    }
    assert found[0].values["value"] == 12


def test_who_stored_it_and_when_changes_nothing_but_a_newer_value_beats_arrival():
    old = VALUE | {"lastUpdated": "2026-01-02T10:00:00.000+0000", "storedBy": "anna"}
    again = VALUE | {"lastUpdated": "2026-01-03T10:00:00.000", "storedBy": "bert"}
    new = VALUE | {"lastUpdated": "2026-02-01", "value": "9", "deleted": True}
    unversioned = VALUE | {"value": "99"}
    raw = rows(dhis2.read, [old])[0].raw
    assert "anna" not in raw
    heads = ["dataelement", "period", "orgunit", "value", "storedby"]
    [row] = rows(dhis2.read, table(heads, ["d", "2014", "o", "1", "anna"]))
    assert json.loads(row.raw) == ["d", "2014", "o", "1", ""]
    a, b, c, d = reports(dhis2.read, [old, again, new, unversioned])
    assert a.values == b.values
    for order in ([a, b, c, d], [d, c, b, a], [c, a, d, b]):
        state = folded((one.rank, one.values) for one in order)
        assert (state["value"], state["status"]) == (9, "deleted")
    [dated] = reports(dhis2.read, [unversioned], as_of="2026-03-01")
    assert dated.rank > c.rank


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"period": "2014BiW3"}, Code.PERIOD, "period"),
        ({"period": "203001"}, Code.FUTURE, "period"),
        ({"period": {"a": 1}}, Code.STRUCTURE, "period"),
        ({"orgUnit": ""}, Code.MISSING, "orgUnit"),
        ({"value": None}, Code.MISSING, "value"),
        ({"value": "a\x00b"}, Code.TEXT, "value"),
        ({"value": [1]}, Code.STRUCTURE, "value"),
        ({"followup": "perhaps"}, Code.CHOICE, "followup"),
        ({"lastUpdated": "2031-01-01"}, Code.FUTURE, "lastUpdated"),
        ({"lastUpdated": 10**18}, Code.DATE, "lastUpdated"),
        ({"lastUpdated": "yesterday"}, Code.DATE, "lastUpdated"),
        ({"dataElement": "x" * 300}, Code.KEY, ""),
    ],
)
def test_one_bad_value_is_set_aside_with_its_column(change, code, column):
    assert bad(dhis2.read, [VALUE | change]) == (code, column)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (LAUGHS, "实体"),
        (b"<dataValueSet><dataValue", "完整"),
        (b"<html></html>", "不是 DHIS2"),
        (b'{"dataValues": [{"value": NaN}]}', "NaN"),
        (b'{"a":' * 5000, "层"),
        (b'{"dataValues": [' + b"[" * 60 + b"]" * 60 + b"]}", "层"),
        (b"[" + b"9" * 5000 + b"]", "完整"),
        (b'{"dataSet": "d", "deletion": {"orgUnits": ["a"]}}', "按范围"),
        (b'{"hello": 1}', "不是 DHIS2"),
        (b"a,b\n1,2\n", "dataelement"),
        (b"dataelement,period,orgunit,value,value\n", "重复"),
        (b"dataelement,period,orgunit\n", "value"),
        (b"", "空"),
    ],
)
def test_a_file_that_is_no_data_value_set_is_refused_in_a_sentence(data, why):
    with pytest.raises(Invalid) as error:
        rows(dhis2.read, data)
    assert why in str(error.value)
    assert "file" in error.value.fields


def test_two_ids_with_slashes_never_make_one_key():
    one = VALUE | {"dataElement": "a/b", "orgUnit": "c"}
    two = VALUE | {"dataElement": "a", "orgUnit": "b/c"}
    first, second = reports(dhis2.read, [one, two])
    assert first.key != second.key


FIELDS = {"deDISEASE01": "disease", "deCASES0001": "cases"}


def test_an_event_of_tracker_becomes_ours_by_the_mapping_and_is_kept_whole_without():
    [row] = rows(dhis2tracker.read, tracker(), fields=FIELDS)
    [event] = row.said
    assert (event.kind, event.key) == (Kind.EVENT, "event/evABC")
    assert event.values["disease"] == "White spot disease"
    assert (event.values["cases"], event.values["latitude"]) == (30, 32.1)
    assert event.values["observed_on"] == "2026-04-01"
    for name in ("anna", "Anna", "Zhang San"):
        assert name not in row.raw + json.dumps(event.values)
    assert rows(dhis2tracker.read, row.raw.encode(), fields=FIELDS)[0].said == row.said
    [figure] = reports(dhis2tracker.read, tracker())
    assert figure.kind is Kind.FIGURE
    assert figure.values["said"]["deCASES0001"] == "30"
    named = [{"dataElement": "x", "code": "Disease", "value": "KHVD"}]
    assert reports(dhis2tracker.read, tracker(dataValues=named))[0].values["disease"] == "KHVD"


def test_a_later_version_of_an_event_wins_and_a_deleted_one_is_denied():
    [old] = reports(dhis2tracker.read, tracker(), fields=FIELDS)
    gone = tracker(deleted=True, updatedAt="2026-04-05T00:00:00Z")
    [new] = reports(dhis2tracker.read, gone, fields=FIELDS)
    assert old.key == new.key
    for order in ((old, new), (new, old)):
        assert folded((one.rank, one.values) for one in order)["status"] == "denied"


def test_flat_tracker_files_and_what_has_no_events_lose_nothing():
    nested = tracker()["trackedEntities"][0]
    enrollment = dict(nested["enrollments"][0]) | {"trackedEntity": "teABC"}
    event = enrollment.pop("events")[0] | {"enrollment": "enABC"}
    flat = {
        "events": [event],
        "enrollments": [enrollment, {"enrollment": "en2"}],
        "trackedEntities": [{"trackedEntity": "te2"}],
    }
    found = reports(dhis2tracker.read, flat, fields=FIELDS)
    keys = [one.key for one in found]
    assert keys == ["trackedEntity/te2", "enrollment/enABC", "enrollment/en2", "event/evABC"]
    assert [one.kind for one in found] == [Kind.FIGURE] * 3 + [Kind.EVENT]


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"event": None}, Code.MISSING, "event"),
        ({"occurredAt": "2031-01-01"}, Code.FUTURE, "occurredAt"),
        ({"geometry": {"type": "Point", "coordinates": [32.1, 118.8]}}, Code.SWAPPED, "geometry"),
        ({"geometry": {"type": "Point", "coordinates": []}}, Code.COORDINATE, "geometry"),
        ({"dataValues": "x"}, Code.STRUCTURE, "dataValues"),
        (
            {"dataValues": [{"dataElement": "deCASES0001", "value": "-3"}]},
            Code.NUMBER,
            "deCASES0001",
        ),
    ],
)
def test_a_bad_event_of_tracker_is_set_aside(change, code, column):
    assert bad(dhis2tracker.read, tracker(**change), fields=FIELDS) == (code, column)


def test_a_mapping_to_a_field_nobody_has_is_refused():
    with pytest.raises(Invalid, match="字段"):
        rows(dhis2tracker.read, tracker(), fields={"a": "phone"})


def test_a_lab_message_gives_one_sample_a_disease_and_nothing_of_a_person():
    [row] = rows(sormas.read, message())
    [sample] = row.said
    assert (sample.kind, sample.key) == (Kind.SAMPLE, "R1/S1/KHV")
    assert (sample.values["result"], sample.values["status"]) == ("positive", "confirmed")
    assert sample.values["tests"][0]["cq"] == [
        {"target": "", "cq": 24.1},
        {"target": "Orf1", "cq": 23.0},
    ]
    assert sample.values["sampled_on"] == "2026-03-30"
    kept = sormas.without_persons(io.BytesIO(json.dumps([message()]).encode()))
    for text in (row.raw, json.dumps(sample.values), kept.decode()):
        assert "Muster" not in text
        assert "0123" not in text
    assert rows(sormas.read, row.raw.encode())[0].said == row.said
    assert rows(sormas.read, kept)[0].said == row.said


def test_corrections_of_one_notification_go_by_the_date_of_the_message():
    first = message(test={"preliminary": True})
    second = message(
        messageDateTime=1775174400000, reportMessageId="M2", test={"testResult": "NEGATIVE"}
    )
    resent = message(
        status="FORWARDED",
        reportMessageId="M3",
        messageDateTime=1775260800000,
        test={"testResult": "NEGATIVE"},
    )
    a, b, c = reports(sormas.read, [first, second, resent])
    assert a.values["status"] == "suspected"
    assert b.values == c.values
    for order in ((a, b, c), (c, b, a)):
        assert folded((one.rank, one.values) for one in order)["result"] == "negative"


def test_two_diseases_of_one_sample_number_are_two_samples_and_a_strange_code_keeps_its_row():
    odd = message(test={"testResult": "WEAKLY_ODD"})
    other = message(disease="SVC")
    found = reports(sormas.read, {"elements": [odd, other]})
    assert [one.key for one in found] == ["R1/S1/KHV", "R1/S1/SVC"]
    assert found[0].values["result"] is None
    assert found[0].values["result_written"] == "WEAKLY_ODD"
    assert found[0].values["unmapped"] == ["testResult=WEAKLY_ODD"]
    old = {
        "testedDisease": "KHV",
        "reportId": "R1",
        "labSampleId": "S1",
        "personLastName": "Muster",
        "testReports": [{"testResult": "POSITIVE"}, {"testResult": "NEGATIVE"}],
    }
    [sample] = reports(sormas.read, old)
    assert (sample.key, sample.values["result"]) == ("R1/S1/KHV", "inconclusive")


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"disease": None}, Code.MISSING, "disease"),
        ({"reportId": None, "test": {"testLabName": None}}, Code.MISSING, "reportId"),
        ({"messageDateTime": "2031-01-01"}, Code.FUTURE, "messageDateTime"),
        ({"test": {"cqValue": "NaN"}}, Code.NUMBER, "cqValue"),
        ({"test": {"cqValue": True}}, Code.NUMBER, "cqValue"),
        ({"test": {"testResult": {}}}, Code.STRUCTURE, "testResult"),
        ({"sampleReports": 3}, Code.STRUCTURE, "sampleReports"),
        ({"sampleReports": [None]}, Code.STRUCTURE, "sampleReports"),
    ],
)
def test_a_bad_lab_message_is_set_aside(change, code, column):
    assert bad(sormas.read, message(**change)) == (code, column)
