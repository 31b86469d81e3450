"""The risk score is a sum of stated parts; weeks are ISO weeks, also at the turn of a year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.surveillance.parsers.riskbook import weights
from aquacert.surveillance.rules.risk import (
    Level,
    Part,
    by_week,
    monday_of,
    score,
    week_of,
    weights_on,
)

BOOK = weights_on(weights(), date(2026, 5, 9))


def test_every_part_has_one_dated_weight_and_says_that_nobody_has_adopted_it():
    assert sorted(row.part for row in BOOK) == sorted(Part)
    assert {row.sureness for row in BOOK} == {"unverified"}
    assert weights_on(weights(), date(2020, 1, 1)) == ()


def test_the_score_is_the_sum_of_its_parts_and_says_each():
    found = score({Part.ZONE: 1, Part.EVENT_HERE: 1, Part.LATE_MONTHS: 50}, BOOK)
    assert found.points == 30 + 15 + 6
    assert found.level is Level.HIGH
    assert [one.part for one in found.reasons] == [Part.ZONE, Part.EVENT_HERE, Part.LATE_MONTHS]
    assert score({}, BOOK).level is Level.LOW


@given(st.dictionaries(st.sampled_from(Part), st.integers(0, 10**6)))
def test_no_count_leads_out_of_the_scale_and_more_is_never_less(counts):
    found = score(counts, BOOK)
    assert 0 <= found.points <= 100
    for part in Part:
        assert score({**counts, part: counts.get(part, 0) + 1}, BOOK).points >= found.points


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 1, 1), "2026-W01"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_a_week_belongs_to_its_own_year(day, week):
    assert week_of(day) == week
    assert monday_of(week) <= day


def test_the_curve_counts_every_week_of_the_span_empty_ones_too():
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 11), date(2020, 1, 1)]
    assert by_week(days, date(2026, 12, 30), date(2027, 1, 12)) == (
        (date(2026, 12, 28), 2),
        (date(2027, 1, 4), 0),
        (date(2027, 1, 11), 1),
    )
