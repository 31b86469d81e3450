"""Rules of supervision: months, and cells that stay text."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.text import FORMULA, plain_cell
from aquacert.supervision.rules import (
    month_end,
    months_between,
    months_later,
    parse_days,
    parse_month,
)

FIRSTS = st.dates(date(2000, 1, 1), date(2100, 12, 31)).map(lambda day: day.replace(day=1))


@given(FIRSTS)
def test_a_month_is_read_as_it_is_written(first):
    assert parse_month(f" {first:%Y-%m} ", "from") == first


@pytest.mark.parametrize(
    "text", ["2026", "2026-13", "2026-00", "1999-05", "05-2026", "二〇二六年五月"]
)
def test_what_is_no_month_is_refused_at_its_field(text):
    with pytest.raises(Invalid) as caught:
        parse_month(text, "until")
    assert set(caught.value.fields) == {"until"}


@given(FIRSTS)
def test_a_month_ends_on_the_day_before_the_next(first):
    assert month_end(first) + timedelta(days=1) == months_later(first, 1)


@given(FIRSTS, st.integers(min_value=0, max_value=60))
def test_no_month_between_is_left_out(first, count):
    found = months_between(first, months_later(first, count))
    assert len(found) == count + 1
    assert found == sorted(set(found))
    assert months_later(months_later(first, count), -count) == first


@given(st.sampled_from(FORMULA), st.text())
def test_text_that_looks_like_a_formula_becomes_plain(mark, rest):
    assert plain_cell(mark + rest) == f"'{mark}{rest}"


@pytest.mark.parametrize("value", ["凡纳滨对虾", "", "3=3", 5, -5, None])
def test_other_cells_stay_as_they_are(value):
    assert plain_cell(value) == value


def test_days_typed_in_full_width_are_days():
    assert parse_days("９９", 30) == 99
