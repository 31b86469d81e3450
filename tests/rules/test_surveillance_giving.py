"""What we give back is read by our own readers to the same facts, whatever the facts are."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from aquacert.surveillance.documents.giveback import (
    WAHIS_COLUMNS,
    events_geojson,
    qaad_csv,
    qaad_docx,
    qaad_workbook,
    table_zip,
    wahis_workbook,
)
from aquacert.surveillance.parsers import dhis2, dhis2tracker, geojson, qaad, wahis
from aquacert.surveillance.parsers.shape import Asked
from aquacert.surveillance.rules.dhis2out import (
    element_code,
    event_end,
    event_item,
    read_tracker_answer,
    read_values_answer,
    tracker_payload,
    value_end,
    value_item,
    values_payload,
)
from aquacert.surveillance.rules.giving import (
    Count,
    Element,
    Facts,
    GivenEvent,
    Item,
    changed,
    next_wait,
    period_holding,
    periods_back,
    without_points,
)
from aquacert.surveillance.rules.periods import Span, as_dhis2, parse_period, quarter_of
from aquacert.surveillance.rules.qaad import Cell, Line, Presence, QuarterTable

TODAY = date(2026, 7, 1)
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))
COUNTS = st.builds(
    lambda county, disease, day, span, element, value: Count(
        county, "江苏省南京市", disease, "白斑综合征", period_holding(day, span), element, value
    ),
    st.sampled_from(["320116", "320114"]),
    st.sampled_from(["WSD", "SVCD"]),
    DAYS,
    st.sampled_from([Span.WEEK, Span.MONTH, Span.QUARTER, Span.YEAR]),
    st.sampled_from(list(Element)),
    st.integers(0, 10**6),
)
EVENTS = st.builds(
    lambda number, status, place, observed, reported, cases, deaths: GivenEvent(
        id=f"0197-{number}",
        disease_code="WSD",
        disease="白斑综合征",
        disease_en="White spot disease",
        status=status,
        country="China",
        province="江苏省",
        province_en="Jiangsu",
        county_code="320116",
        county="六合区",
        county_en="Luhe District",
        latitude=place[0],
        longitude=place[1],
        observed_on=observed,
        reported_on=reported,
        species="凡纳滨对虾",
        cases=cases,
        deaths=deaths,
        version=1_770_000_000,
    ),
    st.integers(1, 10**6),
    st.sampled_from(["confirmed", "suspected"]),
    st.sampled_from([(None, None), (32.3, 118.8), (25.1, 121.0)]),
    DAYS,
    DAYS,
    st.none() | st.integers(1, 9999),
    st.none() | st.integers(1, 9999),
)


def reports(reader, data, **mapping):
    """Return what a reader says of bytes; nothing may be set aside."""
    opened = reader(io.BytesIO(data), Asked(TODAY, mapping=mapping))
    found = []
    for row in opened.rows:
        assert isinstance(row.said, tuple), row.said
        found += row.said
    return found


def named(one: Count) -> tuple[str, ...]:
    """Return what names a count."""
    return one.division_code, one.disease_code, one.period.text, one.element


@settings(deadline=None, max_examples=25)
@given(st.lists(COUNTS, min_size=1, max_size=8, unique_by=named))
def test_counts_come_back_from_dhis2_values(counts):
    items = [value_item(one, {}) for one in counts]
    found = reports(dhis2.read, json.dumps(values_payload(items)).encode())
    told = {
        (one.values["element"], one.values["period"], one.values["org_unit"]): one.values["value"]
        for one in found
    }
    assert told == {
        (element_code(one), one.period.text, one.division_code): one.value for one in counts
    }
    [gone] = reports(
        dhis2.read,
        json.dumps(values_payload([value_end(items[0].key, items[0].body)])).encode(),
    )
    assert gone.values["status"] == "deleted"


@settings(deadline=None, max_examples=15)
@given(st.lists(EVENTS, min_size=1, max_size=4, unique_by=lambda one: one.id))
def test_events_come_back_from_every_form(events):
    def facts(values, *, extra=()):
        names = ("disease", "latitude", "longitude", "observed_on", "reported_on", "status", *extra)
        return {name: values.get(name) for name in names}

    def wanted(one, *extra):
        return {
            "disease": one.disease_en,
            "latitude": one.latitude,
            "longitude": one.longitude,
            "observed_on": one.observed_on.isoformat(),
            "reported_on": one.reported_on.isoformat(),
            "status": one.status,
            **{name: getattr(one, name) for name in extra},
        }

    by_id = {one.id: one for one in events}
    for row in reports(geojson.read, events_geojson(events)):
        one = by_id[row.key]
        assert facts(row.values, extra=("cases", "deaths")) == wanted(one, "cases", "deaths")
    items = [event_item(one, {}) for one in events]
    sent = json.dumps(tracker_payload(items)).encode()
    for row, one in zip(reports(dhis2tracker.read, sent), events, strict=True):
        assert facts(row.values, extra=("cases", "deaths")) == wanted(one, "cases", "deaths")
    for row in reports(wahis.read, wahis_workbook(events)):
        one = by_id[row.key]
        told = facts(row.values) | {"status": row.values["status"] or "suspected"}
        assert told == wanted(one)
        [species] = [value for name, value in row.values.items() if name.startswith("species:")]
        assert (species["cases"], species["deaths"]) == (one.cases, one.deaths)
    [denied] = reports(
        dhis2tracker.read,
        json.dumps(tracker_payload([event_end(items[0].key, items[0].body)])).encode(),
    )
    assert denied.values["status"] == "denied"


CELLS = st.sampled_from(
    [
        Cell(Presence.PRESENT),
        Cell(Presence.PRESENT, True),
        Cell(Presence.AGENT),
        Cell(Presence.SUSPECTED),
        Cell(Presence.ABSENT),
        Cell(Presence.ABSENT, last_year=2019),
        Cell(Presence.NEVER),
        Cell(Presence.UNKNOWN),
    ]
)


@settings(deadline=None, max_examples=15)
@given(st.tuples(CELLS, CELLS, CELLS), st.booleans())
def test_a_quarter_comes_back_from_csv_and_workbook(cells, unlisted):
    line = Line("crustacean", "White spot disease", unlisted, cells, "II, III", (1,))
    table = QuarterTable("China, Jiangsu", quarter_of(2026, 1), (line,), {1: "Samples 3."})
    for data in (qaad_csv(table), qaad_workbook(table)):
        found = reports(qaad.read, data)
        assert [one.values["status"] for one in found] == [one.presence.value for one in cells]
        assert [one.values["last_year"] for one in found] == [one.last_year for one in cells]
        assert found[0].values["comments"] == [{"no": 1, "text": "Samples 3."}]
        assert found[0].values["country"] == "China, Jiangsu"
        assert found[0].values["is_unlisted"] is unlisted
    assert qaad_docx(table).startswith(b"PK")


def test_the_extract_has_its_63_columns_and_the_table_its_dictionary():
    assert len(WAHIS_COLUMNS) == len(set(WAHIS_COLUMNS)) == 63
    period = parse_period("2026-Q1")
    one = Count("320116", "=六合", "WSD", "白斑综合征", period, Element.TESTED, 3)
    facts = Facts(period, Span.QUARTER, "320000", "江苏省", (one,), ())
    assert table_zip(facts) == table_zip(facts)
    with zipfile.ZipFile(io.BytesIO(table_zip(facts))) as archive:
        figures = archive.read("figures.csv").decode("utf-8-sig")
        dictionary = archive.read("dictionary.csv").decode("utf-8-sig")
    heads = figures.splitlines()[0].split(",")
    assert [row.split(",")[0] for row in dictionary.splitlines()[1:]] == heads
    assert "'=六合" in figures


def test_only_what_changed_is_sent_and_what_went_is_taken_back():
    a, b, c = (Item(key, {"value": "1"}) for key in "abc")
    end = Item("c", {"value": "", "deleted": True}, is_end=True)
    taken = {"a": a.digest, "c": c.digest}
    sent, same = changed([a, b], taken, {"c": end})
    assert ([one.key for one in sent], same) == (["b", "c"], 1)
    assert sent[1].is_end
    again, same = changed([a, b], taken | {"b": b.digest, "c": end.digest}, {"c": end})
    assert (again, same) == ([], 2)


def test_answers_of_dhis2_name_each_item_that_was_refused():
    period = parse_period("2026-04")
    sent = [
        value_item(Count("320116", "", code, "", period, Element.TESTED, 1), {})
        for code in ("WSD", "SVCD")
    ]
    answer = {
        "httpStatusCode": 409,
        "status": "WARNING",
        "response": {
            "importCount": {"imported": 1, "updated": 0, "ignored": 1, "deleted": 0},
            "conflicts": [{"object": "x", "value": "no element", "indexes": [1]}],
        },
    }
    found = read_values_answer(answer, sent)
    assert found.counts["imported"] == 1
    assert list(found.refused) == [sent[1].key]
    old = {
        "importCount": {"imported": 1, "ignored": 1},
        "conflicts": [{"object": "320116", "value": "y"}],
    }
    assert len(read_values_answer(old, sent).refused) == 2
    assert not read_values_answer({"message": "sign in"}, sent).is_read
    assert not read_tracker_answer({}, sent).is_read
    mapped = value_item(Count("320116", "", "WSD", "", period, Element.TESTED, 1), {"320116": "x"})
    assert "AQ_WSD_TESTED" in mapped.fault


def test_periods_and_waits():
    assert [one.text for one in periods_back(date(2026, 1, 5), Span.MONTH, 2)] == [
        "2025-12",
        "2025-11",
        "2026-01",
    ]
    assert as_dhis2(period_holding(date(2026, 12, 31), Span.WEEK)) == "2026W53"
    waits = [next_wait(tries) for tries in range(1, 9)]
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[-1] is None


def test_a_circle_leaves_without_its_middle_and_what_was_drawn_leaves_whole():
    ring = {"type": "Polygon", "coordinates": [[[119.13, 34.8], [119.2, 34.8], [119.13, 34.8]]]}
    circle = {
        "kind": "circle",
        "centre": [119.13, 34.84],
        "radius_m": 5000,
        "divisions": ["320703"],
    }
    drawn = {"geometry": ring, "properties": {"kind": "polygon"}}
    [first, second] = without_points(
        {"features": [{"geometry": ring, "properties": circle}, drawn]}
    )["features"]
    assert first["geometry"] is None
    assert first["properties"] == {"kind": "circle", "radius_m": 5000, "divisions": ["320703"]}
    assert second == drawn
