"""The farm's pure rules: outlines, the diary, who may declare."""

from __future__ import annotations

import json
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.hatcheries.rules.diary import (
    FIELDS,
    NOTE_WORDS,
    Note,
    check_day,
    months_before,
    read_entry,
    said,
    withdrawn_until,
)
from aquacert.hatcheries.rules.fitness import FIT_SENTENCES, FarmFacts, FitReason, faults
from aquacert.hatcheries.rules.kinds import MOVES, STATE_KINDS, STATE_WORDS, Act, State
from aquacert.hatcheries.rules.licences import LicenceReason, LicenceStanding
from aquacert.hatcheries.rules.outline import (
    area_m2,
    as_geojson,
    as_lines,
    by_number,
    drawn,
    pond_name,
    read_outline,
    volume_m3,
)
from aquacert.hatcheries.rules.people import POST_WORDS, Post
from aquacert.kernel.errors import Invalid, NotAllowedNow

TODAY = date(2026, 5, 20)
POND = "118.800000, 32.060000\n118.801000, 32.060000\n118.801000, 32.061000\n118.800000, 32.061000"
LIVE = LicenceStanding(ok=True, number="1", until_on=date(2027, 1, 1), reason=None)


def facts(**other):
    usual = {
        "state": "approved",
        "today": TODAY,
        "licence": LIVE,
        "waters_until": date(2026, 12, 31),
        "confirmed_on": date(2026, 5, 1),
        "confirm_within_days": 30,
    }
    return FarmFacts(**(usual | other))


def test_a_pond_of_a_thousandth_of_a_degree_has_the_area_of_the_ellipsoid():
    """94.4 m × 110.9 m at 32.06° N (WGS 84 radii of curvature), in whole square metres."""
    assert area_m2(read_outline(POND)) == pytest.approx(94.45 * 110.89, rel=2e-3)


def test_an_outline_comes_as_lines_or_as_geojson_and_goes_out_as_both():
    ring = read_outline(POND)
    shape = as_geojson(ring, {"name": "2 号塘"})
    assert read_outline(json.dumps(shape)) == ring
    assert read_outline(json.dumps({"type": "FeatureCollection", "features": [shape]})) == ring
    assert read_outline(as_lines(ring)) == ring
    assert shape["geometry"]["coordinates"][0][0] == shape["geometry"]["coordinates"][0][-1]
    assert area_m2(read_outline("\n".join(POND.splitlines()[::-1]))) == area_m2(ring)
    assert read_outline(POND.replace(", ", "，").replace("1", "１")) == ring


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "要有 3 到 200 个角"),
        ("118.8, 32.06\n118.9, 32.06", "现在是 2 个"),
        ("大门口\n118.8, 32.06", "第 1 行看不懂"),
        (
            "\n".join(
                f"{line.split(', ')[1]}, {line.split(', ')[0]}" for line in POND.splitlines()
            ),
            "写反了",
        ),
        ("200, 32\n118, 33\n119, 34", "国内"),
        ("118.80, 32.06\n118.81, 32.07\n118.81, 32.06\n118.80, 32.07", "边线交叉"),
        ("118, 32\n119, 32\n119, 33", "不像一个塘口"),
        ("118.8, 32.06\n118.8, 32.07\n118.8, 32.08", "不像一个塘口"),
        ("{", "不是完整的 GeoJSON"),
        ('{"type": "Point", "coordinates": [118, 32]}', "多边形"),
        ('{"type": "Polygon", "coordinates": "x"}', "多边形"),
        ('{"a": ' * 3000 + "1" + "}" * 3000, "多边形"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 1], [1, 1], [2, 1]]]}', "国内"),
        (
            '{"type": "Polygon", "coordinates": [[[1' + "0" * 6000 + ", 1], [1, 1], [2, 1]]]}",
            "国内",
        ),
    ],
)
def test_an_outline_that_cannot_be_right_says_why(typed, sentence):
    with pytest.raises(Invalid, match=sentence):
        read_outline(typed)


@given(
    st.floats(80, 130), st.floats(5, 50), st.floats(20, 900), st.floats(20, 900), st.floats(0, 6)
)
def test_a_turned_rectangle_keeps_its_area_and_its_drawing_stays_in_the_square(
    lon, lat, wide, high, turn
):
    metre = 1 / 111_132.0
    corners = []
    for x, y in ((0, 0), (wide, 0), (wide, high), (0, high)):
        east = x * math.cos(turn) - y * math.sin(turn)
        north = x * math.sin(turn) + y * math.cos(turn)
        corners.append((lon + east * metre / math.cos(math.radians(lat)), lat + north * metre))
    ring = read_outline(as_lines(corners))
    assert area_m2(ring) == pytest.approx(wide * high, rel=0.02)
    points = [tuple(map(float, pair.split(","))) for pair in drawn(ring).split()]
    assert all(0 <= value <= 96 for pair in points for value in pair)


def test_volume_is_area_times_depth_in_whole_cubic_metres():
    assert volume_m3(10_000, 150) == 15_000
    assert volume_m3(None, 150) is None


def test_what_a_phone_sends_is_kept_as_exact_decimals():
    kept = read_entry(Note.WATER, {"temperature": "２６.５０℃", "ph": "8", "oxygen": "", "x": "1"})
    assert kept == {"temperature": "26.5", "ph": "8"}
    assert said(Note.WATER, kept) == "水温 26.5 ℃，pH 8"
    fed = read_entry(Note.FEED, {"what": " 对虾  1 号料 ", "amount": "12.50 kg"})
    assert fed == {"what": "对虾 1 号料", "amount": "12.5"}


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        (Note.WATER, {}, "temperature"),
        (Note.WATER, {"temperature": "99"}, "temperature"),
        (Note.WATER, {"ph": "8.55"}, "ph"),
        (Note.FEED, {"what": "料", "amount": "一些"}, "amount"),
        (Note.FEED, {"what": "x" * 121, "amount": "1"}, "what"),
        (Note.TREATMENT, {"what": "某药", "dose": "每亩 1 kg"}, "withdrawal"),
        (Note.TREATMENT, {"what": "某药", "dose": "1", "withdrawal": "-3"}, "withdrawal"),
        (
            Note.INTRODUCTION,
            {"species": "草鱼", "quantity": "3 万尾", "from": "某场"},
            "certificate",
        ),
    ],
)
def test_each_wrong_field_of_an_entry_says_what_would_be_right(kind, typed, field):
    with pytest.raises(Invalid) as error:
        read_entry(kind, typed)
    assert field in error.value.fields


def test_a_withdrawal_period_counts_from_the_day_after_the_treatment():
    assert withdrawn_until(Note.TREATMENT, TODAY, {"withdrawal": "7"}) == date(2026, 5, 27)
    assert withdrawn_until(Note.TREATMENT, TODAY, {"withdrawal": "0"}) is None
    assert withdrawn_until(Note.FEED, TODAY, {"withdrawal": "7"}) is None


def test_a_day_of_the_diary_has_come_and_is_not_too_long_ago():
    check_day(TODAY, TODAY)
    for day in (date(2026, 5, 21), date(2025, 1, 1)):
        with pytest.raises(Invalid):
            check_day(day, TODAY)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_months_before_never_invents_a_day_and_never_reaches_too_near(day, months):
    back = months_before(day, months)
    assert (day.year - back.year) * 12 + day.month - back.month == months
    assert back.day <= day.day


def test_a_fit_farm_has_no_fault_and_a_soft_one_forbids_nothing():
    assert faults(facts()) == []
    [soft] = faults(facts(waters_until=date(2026, 5, 19)))
    assert (soft.reason, soft.is_hard) == (FitReason.WATERS, False)


def test_everything_that_is_wrong_with_a_farm_is_named_at_once():
    late = LicenceStanding(ok=False, number="1", until_on=None, reason=LicenceReason.EXPIRED)
    found = faults(
        facts(licence=late, confirmed_on=None, unanswered="2026 年信息核对", waters_until=None)
    )
    assert [one.reason for one in found] == [
        FitReason.LICENCE,
        FitReason.RECORD,
        FitReason.CAMPAIGN,
        FitReason.WATERS,
    ]
    assert found[1].basis == "从未核对过"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("registered", FitReason.REGISTERED),
        ("refused", FitReason.REGISTERED),
        ("closed", FitReason.CLOSED),
        ("merged", FitReason.MERGED),
    ],
)
def test_a_farm_that_is_not_open_has_that_one_fault(state, reason):
    assert [one.reason for one in faults(facts(state=state, licence=LIVE))] == [reason]


def test_a_confirmation_is_good_for_its_days_and_not_one_longer():
    assert faults(facts(confirmed_on=date(2026, 4, 20))) == []
    [late] = faults(facts(confirmed_on=date(2026, 4, 19)))
    assert late.basis == "31 天没有核对，每 30 天要核对一次"


def test_a_closed_farm_opens_again_and_a_merged_one_never():
    assert MOVES.after(State.CLOSED, Act.REOPEN) is State.APPROVED
    for act in Act:
        with pytest.raises(NotAllowedNow):
            MOVES.after(State.MERGED, act)


def test_every_word_is_there():
    assert set(NOTE_WORDS) == set(Note) == set(FIELDS)
    assert set(STATE_WORDS) == set(State) == set(STATE_KINDS)
    assert set(FIT_SENTENCES) == set(FitReason)
    assert set(POST_WORDS) == set(Post)


def test_ponds_stand_in_the_order_of_their_numbers_and_wide_digits_are_digits():
    names = ["10 号塘", "A3", "2 号塘", "９号塘"]
    assert sorted(names, key=by_number) == ["2 号塘", "９号塘", "10 号塘", "A3"]
    assert pond_name(" ９  号塘 ") == "9 号塘"
