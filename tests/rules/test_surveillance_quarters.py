"""Periods and the quarterly table: every status comes back, every other text is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers import qaad
from aquacert.surveillance.parsers.shape import Code
from aquacert.surveillance.rules.periods import (
    UnreadPeriod,
    as_dhis2,
    day_of,
    half_of,
    month_of,
    months_of,
    parse_period,
    quarter_of,
    week_of,
    year_of,
)
from aquacert.surveillance.rules.qaad import (
    SIGNS,
    Cell,
    Line,
    Presence,
    UnreadCell,
    parse_cell,
    parse_level,
    parse_numbers,
    print_cell,
)
from aquacert.surveillance.rules.quarters import parse_quarter, print_quarter, sheet_rows
from tests.make.readings import KHV, quarter, reports, rows, table


@pytest.mark.parametrize(
    ("written", "text", "first", "last", "again"),
    [
        ("2014", "2014", "2014-01-01", "2014-12-31", "2014"),
        ("201402", "2014-02", "2014-02-01", "2014-02-28", "201402"),
        ("2014-02", "2014-02", "2014-02-01", "2014-02-28", "201402"),
        ("2014年2月", "2014-02", "2014-02-01", "2014-02-28", "201402"),
        ("2014Q4", "2014-Q4", "2014-10-01", "2014-12-31", "2014Q4"),
        ("2014S2", "2014-S2", "2014-07-01", "2014-12-31", "2014S2"),
        ("2014W5", "2014-W05", "2014-01-27", "2014-02-02", "2014W5"),
        ("2021W1", "2021-W01", "2021-01-04", "2021-01-10", "2021W1"),
        ("2020W53", "2020-W53", "2020-12-28", "2021-01-03", "2020W53"),
        ("20140105", "2014-01-05", "2014-01-05", "2014-01-05", "20140105"),
    ],
)
def test_a_period_is_read_with_its_first_and_last_day(written, text, first, last, again):
    period = parse_period(written)
    assert (period.text, period.first.isoformat(), period.last.isoformat()) == (text, first, last)
    assert as_dhis2(period) == again
    assert parse_period(period.text) == period


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2014BiW3", "双周"),
        ("201401B", "双月"),
        ("2014April", "财政年度"),
        ("2014AprilS1", "半年"),
        ("2014WedW5", "周"),
        ("LAST_12_MONTHS", "相对"),
        ("201413", "没有"),
        ("2014W54", "没有"),
        ("20140230", "没有"),
        ("0001", "没有"),
        ("", "认不出"),
        ("２０１４", "认不出"),
    ],
)
def test_other_kinds_of_periods_are_refused_by_name(written, why):
    with pytest.raises(UnreadPeriod) as error:
        parse_period(written)
    assert why in error.value.sentence


@settings(derandomize=True)
@given(day=st.dates(date(1900, 1, 8), date(2199, 12, 20)))
def test_every_period_comes_back_from_its_own_text_and_from_dhis2s(day):
    year, week, _day = day.isocalendar()
    for period in (
        year_of(day.year),
        half_of(day.year, (day.month + 5) // 6),
        quarter_of(day.year, (day.month + 2) // 3),
        month_of(day.year, day.month),
        week_of(year, week),
        day_of(day.year, day.month, day.day),
    ):
        assert period.first <= day <= period.last
        assert parse_period(period.text) == parse_period(as_dhis2(period)) == period


@settings(derandomize=True)
@given(text=st.text(max_size=20))
def test_any_text_is_a_period_or_is_refused(text):
    with suppress(UnreadPeriod):
        assert parse_period(text).first <= parse_period(text).last


@pytest.mark.parametrize(
    ("written", "meaning", "again"),
    [
        *((text, Cell(*said), text) for text, said in SIGNS.items()),
        ("(2001)", Cell(Presence.LAST, last_year=2001), "(2001)"),
        ("-(2001)", Cell(Presence.ABSENT, last_year=2001), "-(2001)"),
        ("– ( 2001 )", Cell(Presence.ABSENT, last_year=2001), "-(2001)"),
        ("+ ()", Cell(Presence.PRESENT, is_zoned=True), "+()"),
        ("＋？（ ）", Cell(Presence.AGENT, is_zoned=True), "+?()"),
        ("***", Cell(Presence.UNKNOWN), "*"),
        (" ", None, ""),
    ],
)
def test_a_status_is_parsed_and_printed(written, meaning, again):
    assert parse_cell(written) == meaning
    assert print_cell(meaning) == again


cells = st.one_of(
    st.none(),
    st.sampled_from(sorted(SIGNS.values())).map(lambda one: Cell(*one)),
    st.integers(1800, 2200).map(lambda year: Cell(Presence.LAST, last_year=year)),
    st.integers(1800, 2200).map(lambda year: Cell(Presence.ABSENT, last_year=year)),
)


@settings(derandomize=True)
@given(cell=cells)
def test_every_status_comes_back_from_its_text(cell):
    assert parse_cell(print_cell(cell)) == cell


@settings(derandomize=True)
@given(text=st.text("+-?()*0129 –", max_size=9))
@example("0001")
@example("(0001)")
@example("++")
def test_any_text_is_a_status_or_is_refused(text):
    with suppress(UnreadCell):
        cell = parse_cell(text)
        assert parse_cell(print_cell(cell)) == cell


def test_a_status_that_no_text_stands_for_cannot_be_made():
    for said in (
        (Presence.PRESENT, False, 2001),
        (Presence.LAST, False, None),
        (Presence.NEVER, True, None),
        (Presence.LAST, False, 99),
    ):
        with pytest.raises(ValueError, match="Cell"):
            Cell(*said)


def test_levels_and_numbers_of_comments_are_read():
    assert parse_level("III and I") == "I, III"
    assert parse_numbers("1, 3-5;3") == (1, 3, 4, 5)
    for read, written in ((parse_level, "IV"), (parse_numbers, "a"), (parse_numbers, "5-2")):
        with pytest.raises(UnreadCell):
            read(written)


@pytest.mark.parametrize(
    "written",
    [
        "2026Q1",
        "2026/1",
        "1st Quarter 2026",
        "January - March 2026",
        "Jan. to Mar. 2026",
        "2026年第一季度",
        "2026年1季度",
    ],
)
def test_a_quarter_is_read_in_the_ways_that_tables_name_it(written):
    assert parse_quarter(written) == quarter_of(2026, 1)
    assert parse_quarter(print_quarter(quarter_of(2026, 1))) == quarter_of(2026, 1)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    statuses=st.tuples(cells, cells, cells),
    group=st.sampled_from(["finfish", "mollusc", ""]),
    level=st.sampled_from(["", "I", "II, III"]),
)
def test_a_printed_table_says_the_same_when_it_is_read(statuses, group, level):
    line = Line(group, "Infection with X", True, statuses, level, (1,))
    data = table(*sheet_rows(quarter(KHV, line, comments={1: "Two ponds, one lake"})))
    found = [one for one in reports(qaad.read, data) if "Infection" in one.values["disease"]]
    months = months_of(quarter_of(2026, 1))
    assert [(one.values["period"], parse_cell(one.values["value"])) for one in found] == [
        (month.text, cell) for month, cell in zip(months, statuses, strict=True) if cell
    ]
    for one in found:
        assert (one.values["group"] or "") == group
        assert (one.values["level"] or "", one.values["is_unlisted"]) == (level, True)
        assert one.values["comments"] == [{"no": 1, "text": "Two ponds, one lake"}]


def test_a_quarter_table_is_read_with_its_comments_and_each_row_again_by_itself():
    data = table(*sheet_rows(quarter(KHV, comments={1: "In one zone", 2: "Sent to the lab"})))
    [row] = rows(qaad.read, data, as_of="2026-05-01")
    january, february = row.said
    assert january.key == "china p.r./koi herpesvirus disease/2026-01"
    assert (january.values["status"], january.values["is_zoned"]) == ("present", True)
    assert february.values["last_year"] == 2024
    assert january.values["comments"][1] == {"no": 2, "text": "Sent to the lab"}
    assert json.loads(row.raw)[1] == "+()"
    late = data.replace(b"+()", b"-")
    [corrected] = rows(qaad.read, late, as_of="2026-05-02")
    assert corrected.said[0].rank > january.rank


def test_the_tables_one_line_head_and_bad_cells_are_understood():
    data = table(
        ["QUARTERLY REPORT"],
        ["Country: Australia Period: January to March 2026 Disease status a/"],
        ["Item", "January", "February", "March", "Level of Diagnosis", "Epid. Comment Numbers"],
        ["Finfish diseases"],
        ["1. Epizootic haematopoietic necrosis*", "-(2001)", "-(2001)", "0000", "", ""],
        ["2. Spring viraemia of carp", "yes", "", "", "", ""],
        ["3. Koi herpesvirus disease", "+", "", "", "IV", ""],
        ["4. Epizootic haematopoietic necrosis", "-", "", "", "", ""],
        ["5. Crayfish plague", "", "", "", "", ""],
        ["6. Infection with AbHV", "+", "", "", "I", ""],
    )
    first, *wrong, last = rows(qaad.read, data)
    assert last.said[0].values["group"] == "finfish"
    assert [one.values["value"] for one in first.said] == ["-(2001)", "-(2001)", "0000"]
    assert [(one.said.code, one.said.column) for one in wrong] == [
        (Code.CHOICE, "2026-01"),
        (Code.CHOICE, "level"),
        (Code.AMBIGUOUS, "disease"),
    ]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (["Country: X Period: January to March 2026"], "没有找到"),
        (["Country: X Period: February to April 2026"], "季度"),
        (["Country: X Period: January to March 2027"], "今天以后"),
        (["Country: X Period: April to June 2025"], "同一个季度"),
    ],
)
def test_a_table_without_a_sound_head_is_refused(head, why):
    months = ["", "January", "February"] if "没有" in why else ["", "January", "February", "March"]
    with pytest.raises(Invalid, match=why):
        rows(qaad.read, table(head, months, ["a", "+", "+", "+"]))
