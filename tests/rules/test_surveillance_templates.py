"""China's templates; and whatever bytes a reader of formats gets: rows, or one sentence."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.documents.china import TEMPLATES, template_csv, template_workbook
from aquacert.surveillance.parsers import china
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.parsers.shape import Asked, BadRow, Code, Kind
from aquacert.surveillance.rules import china as forms
from aquacert.surveillance.rules.quarters import sheet_rows
from tests.make.readings import (
    KHV,
    TODAY,
    VALUE,
    bad,
    filled,
    message,
    quarter,
    reports,
    rows,
    table,
    tracker,
)

MINE = ("china_monthly", "china_samples", "dhis2_tracker", "dhis2_values", "qaad", "sormas_lab")


def test_a_monthly_row_is_a_figure_also_when_nothing_was_ill():
    [ill] = reports(china.read_monthly, filled(forms.MONTHLY).decode().encode("gb18030"))
    assert (ill.kind, ill.values["cases"], ill.values["measures"]) == (
        Kind.FIGURE,
        8000,
        ["消毒", "送检"],
    )
    [well] = reports(china.read_monthly, filled(forms.MONTHLY, disease="无", cases="", deaths="0"))
    assert well.values["disease"] is None
    assert well.key != ill.key
    fresh = filled(forms.MONTHLY, deaths="2", reported_on="2026-05-06")
    assert reports(china.read_monthly, fresh)[0].rank > ill.rank


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"point": ""}, Code.MISSING, "监测点编号"),
        ({"period": "2026-Q1"}, Code.PERIOD, "月份"),
        ({"period": "2026-07"}, Code.FUTURE, "月份"),
        ({"diseased_area": "121"}, Code.BOUNDS, "发病面积（亩）"),
        ({"cases": "40001"}, Code.BOUNDS, "发病数量（尾）"),
        ({"deaths": "40001"}, Code.BOUNDS, "死亡数量（尾）"),
        ({"water_temperature": "60"}, Code.BOUNDS, "水温（℃）"),
        ({"stocked": "1,000"}, Code.NUMBER, "监测数量（尾）"),
        ({"monitored_area": "1e5"}, Code.NUMBER, "监测面积（亩）"),
        ({"disease": "无"}, Code.AMBIGUOUS, "病名"),
    ],
)
def test_a_bad_monthly_row_is_set_aside(change, code, column):
    assert bad(china.read_monthly, filled(forms.MONTHLY, **change)) == (code, column)


def test_a_sample_row_is_a_sample_and_its_map_coordinates_are_turned_once():
    [sample] = reports(china.read_samples, filled(forms.SAMPLES))
    assert (sample.kind, sample.key) == (Kind.SAMPLE, "NJ26-0117/白斑综合征")
    assert (sample.values["result"], sample.values["individuals"]) == ("negative", 150)
    [turned] = reports(china.read_samples, filled(forms.SAMPLES, datum="GCJ-02"))
    assert turned.values["longitude"] == pytest.approx(118.9448, abs=0.001)
    [odd] = reports(china.read_samples, filled(forms.SAMPLES, result="弱阳"))
    assert (odd.values["result"], odd.values["unmapped"]) == (None, ["result=弱阳"])
    assert bad(china.read_samples, filled(forms.SAMPLES, result="-")) == (
        Code.AMBIGUOUS,
        "检测结果",
    )
    assert bad(china.read_samples, filled(forms.SAMPLES, longitude="32.25", latitude="118.95")) == (
        Code.SWAPPED,
        "纬度",
    )


def test_the_empty_templates_are_read_as_having_no_rows():
    for name, template in TEMPLATES.items():
        read = FORMATS[name].reader
        assert rows(read, template_csv(template)) == []
        assert rows(read, template_workbook(template)) == []


def test_a_file_without_the_needed_columns_is_refused():
    with pytest.raises(Invalid, match="监测点编号"):
        rows(china.read_monthly, table(["月份", "病名"], ["2026-04", "无"]))
    with pytest.raises(Invalid, match="重复"):
        rows(china.read_monthly, table([*forms.heads(forms.MONTHLY), "水温"], []))


leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["2026-04-01", "201401", "\ud800", "+()", "1e999", "-"]),
)
names = st.sampled_from(
    [
        "dataValues",
        "dataValueSets",
        "dataElement",
        "period",
        "orgUnit",
        "value",
        "deleted",
        "followup",
        "lastUpdated",
        "trackedEntities",
        "trackedEntity",
        "enrollments",
        "enrollment",
        "events",
        "event",
        "attributes",
        "attribute",
        "geometry",
        "coordinates",
        "type",
        "deaths",
        "disease",
        "reportId",
        "sampleReports",
        "testReports",
        "labSampleId",
        "testResult",
        "cqValue",
        "cqValues",
        "cq",
        "messageDateTime",
        "instances",
        "elements",
        "country",
        "statuses",
        "comments",
        "group",
        "level",
        "comment_numbers",
        "code",
        "occurredAt",
        "programStage",
    ]
)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=30,
)
readers = st.sampled_from(MINE)


def swallowed(name, data):
    """Read to the end; an error other than `Invalid` with a field fails the test."""
    with suppress(Invalid):
        for row in FORMATS[name].reader(io.BytesIO(data), Asked(TODAY)).rows:
            row.raw.encode()
            assert isinstance(row.said, BadRow | tuple)
            json.dumps([one.values for one in row.said] if isinstance(row.said, tuple) else [])
    strip = FORMATS[name].without_persons
    if strip is not None:
        with suppress(Invalid):
            strip(io.BytesIO(data))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(name=readers, document=documents)
@example("dhis2_tracker", {"trackedEntities": [{"enrollments": [{"events": [{"deleted": []}]}]}]})
@example(
    "dhis2_tracker",
    {"events": [{"event": "a", "geometry": {"type": "Point", "coordinates": [[], {}]}}]},
)
@example("sormas_lab", {"reportId": [], "sampleReports": [{"testReports": [{"cqValues": 1}]}]})
@example("qaad", {"country": 1, "statuses": {}, "comments": []})
def test_any_json_gives_rows_or_one_sentence(name, document):
    swallowed(name, json.dumps(document).encode())


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    name=readers,
    lines=st.lists(
        st.lists(
            st.text(max_size=10)
            | st.sampled_from(
                [
                    "dataelement",
                    "orgunit",
                    "period",
                    "value",
                    "Country: X",
                    "Period: 2026Q1",
                    "January",
                    "February",
                    "March",
                    "+()",
                    "=1+1",
                    "监测点编号",
                    "月份",
                    "养殖品种",
                    "病名",
                    "2026-04",
                ]
            ),
            max_size=6,
        ),
        max_size=6,
    ),
)
def test_any_table_gives_rows_or_one_sentence(name, lines):
    swallowed(name, table(*lines))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(name=readers, cut=st.integers(0, 400), at=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_cut_or_damaged_file_gives_rows_or_one_sentence(name, cut, at, byte):
    good = {
        "dhis2_values": json.dumps({"dataValues": [VALUE]}).encode(),
        "dhis2_tracker": json.dumps(tracker()).encode(),
        "sormas_lab": json.dumps(message()).encode(),
        "qaad": table(*sheet_rows(quarter(KHV))),
        "china_monthly": filled(forms.MONTHLY),
        "china_samples": filled(forms.SAMPLES),
    }[name]
    swallowed(name, good[: len(good) - cut])
    swallowed(name, good[:at] + bytes([byte]) + good[at:])


ODD = (
    None,
    True,
    0,
    -1,
    1.5,
    1e300,
    10**30,
    "",
    " ",
    "\x00",
    "\ud800",
    "9" * 400,
    "-",
    [],
    [[]],
    {},
)


def changed(document, odd):
    """Yield the document with one thing in it after the other replaced by something odd."""
    yield odd
    inside = document.items() if isinstance(document, dict) else enumerate(document)
    for place, one in list(inside) if isinstance(document, dict | list) else ():
        for other in changed(one, odd) if isinstance(one, dict | list) else [odd]:
            copy = document.copy()
            copy[place] = other
            yield copy


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("dhis2_values", {"completeDate": "2026-01-01", "dataValues": [VALUE]}),
        ("dhis2_tracker", tracker()),
        ("sormas_lab", message(test={"cqValues": [{"target": "a", "cq": 3}]})),
        (
            "qaad",
            {
                "country": "X",
                "period": "2026Q1",
                "disease": "KHV",
                "statuses": ["+", "-", "0000"],
                "level": "I",
                "comment_numbers": "1",
                "comments": {"1": "a"},
            },
        ),
    ],
)
def test_something_odd_in_any_place_gives_rows_or_one_sentence(name, document):
    for odd in ODD:
        for other in changed(document, odd):
            swallowed(name, json.dumps(other).encode())
