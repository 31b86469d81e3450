"""Deadlines: what counts as a day, and what happens when a year's calendar is not there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.reference.rules.dated import (
    DatedRule,
    RuleUnit,
    Sureness,
    binds,
    in_force,
    rule_on,
)
from aquacert.reference.rules.duration import (
    due,
    is_working_day,
    lead,
    months_later,
    reckon,
    working_days_later,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAY_DAY = {
    date(2026, 5, 1): False,
    date(2026, 5, 4): False,
    date(2026, 5, 5): False,
    date(2026, 5, 9): True,
}
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def a_rule(value, unit, sureness=Sureness.VERIFIED, from_on=date(2010, 3, 1), until_on=None):
    return DatedRule("r", value, unit, "第八条", sureness, from_on, until_on, "text")


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


def test_a_natural_day_ends_at_midnight_and_the_first_is_not_counted():
    end = due(at(2026, 5, 6, 9, 42), a_rule(3, RuleUnit.NATURAL_DAYS), {})
    assert end.astimezone(SHANGHAI) == at(2026, 5, 9, 23, 59, 59)


def test_the_legal_day_is_that_of_shanghai():
    late = datetime(2026, 5, 6, 17, 0, tzinfo=UTC)
    end = due(late, a_rule(1, RuleUnit.NATURAL_DAYS), {})
    assert end.astimezone(SHANGHAI).date() == date(2026, 5, 8)


def test_hours_run_through_the_night():
    start = at(2026, 5, 6, 9, 42)
    assert due(start, a_rule(24, RuleUnit.HOURS), {}) == start + timedelta(hours=24)


def test_working_days_skip_holidays_and_count_the_days_worked_in_exchange():
    end = due(at(2026, 4, 30, 16, 0), a_rule(3, RuleUnit.WORKING_DAYS), MAY_DAY)
    assert end.astimezone(SHANGHAI).date() == date(2026, 5, 8)
    later = working_days_later(date(2026, 5, 8), 1, MAY_DAY)
    assert later == date(2026, 5, 9)
    assert later.weekday() == 5


def test_a_year_without_a_calendar_falls_back_on_weekends_and_says_so():
    answer = reckon(at(2026, 12, 30, 9, 0), a_rule(3, RuleUnit.WORKING_DAYS), MAY_DAY)
    assert answer.at.astimezone(SHANGHAI).date() == date(2027, 1, 4)
    assert answer.assumed == (2027,)
    assert "2027" in answer.sentence
    assert reckon(at(2026, 5, 6), a_rule(3, RuleUnit.WORKING_DAYS), MAY_DAY).sentence == ""


def test_months_keep_the_day_or_take_the_last():
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2028, 2, 29), 12) == date(2029, 2, 28)
    end = due(at(2024, 5, 9, 8, 0), a_rule(24, RuleUnit.MONTHS), {})
    assert end.astimezone(SHANGHAI).date() == date(2026, 5, 9)


def test_three_days_notice_opens_the_fourth_day_of_the_calendar():
    opens = lead(at(2026, 5, 6, 23, 59), a_rule(3, RuleUnit.NATURAL_DAYS), {})
    assert opens.astimezone(SHANGHAI) == at(2026, 5, 9, 0, 0)
    start = at(2026, 5, 6, 9, 0)
    assert lead(start, a_rule(0, RuleUnit.NATURAL_DAYS), {}) == start
    assert lead(start, a_rule(72, RuleUnit.HOURS), {}) == start + timedelta(hours=72)


def test_an_edition_is_no_period():
    with pytest.raises(ValueError, match="no period"):
        due(at(2026, 5, 6), a_rule(2023, RuleUnit.EDITION), {})


@given(instants, st.integers(1, 60), st.sampled_from(list(RuleUnit)[:4]))
def test_a_longer_period_never_ends_sooner_and_none_ends_before_it_begins(start, value, unit):
    end = due(start, a_rule(value, unit), MAY_DAY)
    assert start < end <= due(start, a_rule(value + 1, unit), MAY_DAY)


@given(instants, st.integers(1, 60))
def test_between_start_and_due_lie_exactly_that_many_working_days(start, value):
    first = start.astimezone(SHANGHAI).date()
    last = due(start, a_rule(value, RuleUnit.WORKING_DAYS), MAY_DAY).astimezone(SHANGHAI).date()
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(is_working_day(day, MAY_DAY) for day in days) == value
    assert is_working_day(last, MAY_DAY)


def test_the_2010_measures_end_the_day_before_the_2022_ones_begin():
    old = a_rule(20, RuleUnit.NATURAL_DAYS, until_on=date(2022, 11, 30))
    new = a_rule(3, RuleUnit.NATURAL_DAYS, from_on=date(2022, 12, 1))
    assert rule_on([new, old], date(2022, 11, 30)) == old
    assert rule_on([old, new], date(2022, 12, 1)) == new
    assert rule_on([old, new], date(2010, 2, 28)) is None


@given(st.dates(), st.dates(), st.dates())
def test_a_row_stands_on_its_first_and_last_day(one, other, on):
    first, last = sorted((one, other))
    assert in_force(first, last, first)
    assert in_force(first, last, last)
    assert in_force(first, last, on) == (first <= on <= last)
    assert in_force(None, None, on)


def test_an_unverified_rule_binds_in_production_only_after_two_different_people():
    rule = a_rule(72, RuleUnit.HOURS, Sureness.UNVERIFIED)
    assert binds(rule, [], production=False)
    assert not binds(rule, [], production=True)
    assert not binds(rule, ["a", "a"], production=True)
    assert binds(rule, ["a", "b"], production=True)
    assert binds(a_rule(3, RuleUnit.HOURS, Sureness.RECALLED), [], production=True)
    assert rule.is_marked
    assert rule.words == "72 小时"
