"""The office's clock, and instants as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.declarations.rules.clocks import Heat, countdown, resume, span, stop, wild_due
from aquacert.declarations.rules.moments import check_ahead
from aquacert.declarations.rules.numbers import number, short
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.dated import DatedRule, RuleUnit, Sureness
from aquacert.reference.rules.dates import read_moment
from aquacert.reference.rules.duration import due

NOW = datetime(2026, 5, 12, 2, 24, tzinfo=UTC)


def days(count, unit):
    since = date(2022, 12, 1)
    return DatedRule("supplement.notice", count, unit, "十二", Sureness.RECALLED, since, None, "")


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**7))
def test_a_stopped_clock_of_hours_loses_no_second_whenever_it_runs_on(left, pause):
    due = NOW + timedelta(seconds=left)
    later = NOW + timedelta(seconds=pause)
    runs_to = resume(stop(due, NOW), NOW, later, days(72, RuleUnit.HOURS), {})
    assert runs_to - later == due - NOW


@pytest.mark.parametrize(
    ("stopped", "until", "now", "due"),
    [
        # Two minutes' pause moves nothing, also over midnight's door.
        ("2026-11-22 23:55", "2026-11-25 23:59:59", "2026-11-22 23:57", "2026-11-25 23:59:59"),
        # Three days were left after the stopping day: three are left after the day of the answer.
        ("2026-11-22 23:59", "2026-11-25 23:59:59", "2026-11-23 00:01", "2026-11-26 23:59:59"),
        ("2026-11-22 10:00", "2026-11-25 23:59:59", "2026-11-27 20:00", "2026-11-30 23:59:59"),
        ("2026-11-25 08:00", "2026-11-25 23:59:59", "2026-11-28 20:00", "2026-11-28 23:59:59"),
        # It had run out when it was stopped: it stays run out, to the second.
        ("2026-11-26 09:00", "2026-11-26 08:00", "2026-11-28 20:00", "2026-11-28 19:00"),
    ],
)
def test_a_stopped_clock_of_natural_days_ends_with_a_day(stopped, until, now, due):
    at, end, later, wanted = (
        datetime.fromisoformat(one).replace(tzinfo=SHANGHAI) for one in (stopped, until, now, due)
    )
    rule = days(3, RuleUnit.NATURAL_DAYS)
    assert resume(stop(end, at), at, later, rule, {}) == wanted


@given(st.integers(1, 10), st.integers(0, 14 * 86_400), st.integers(0, 10**6))
def test_a_pause_never_gives_the_office_a_day_more_than_the_rule(value, used, pause):
    """Days on which the clock ran: from the day after the start to the stop, and after the pause."""
    rule = days(value, RuleUnit.NATURAL_DAYS)
    end = due(NOW, rule, {})
    stopped = min(NOW + timedelta(seconds=used), end)
    later = stopped + timedelta(seconds=pause)
    until = resume(stop(end, stopped), stopped, later, rule, {})

    def day(at):
        return at.astimezone(SHANGHAI).date()

    assert (day(stopped) - day(NOW)) + (day(until) - day(later)) == timedelta(days=value)
    assert until.astimezone(SHANGHAI).strftime("%H:%M:%S") == "23:59:59"


@pytest.mark.parametrize(
    ("stopped", "until", "now", "due"),
    [
        # Asked on a Friday with two working days left; answered on the Tuesday: Thursday's end.
        ("2026-05-15 10:00", "2026-05-19 23:59:59", "2026-05-19 09:00", "2026-05-21 23:59:59"),
        # Asked on a Tuesday with two left; answered on the Friday: not Sunday, but Tuesday.
        ("2026-05-12 10:00", "2026-05-14 23:59:59", "2026-05-15 09:00", "2026-05-19 23:59:59"),
        # Asked on the last day: the day of the answer is the last day.
        ("2026-05-14 10:00", "2026-05-14 23:59:59", "2026-05-18 09:00", "2026-05-18 23:59:59"),
        # It had run out when it was stopped: it stays run out.
        ("2026-05-14 10:00", "2026-05-14 09:00", "2026-05-18 09:00", "2026-05-18 08:00"),
    ],
)
def test_a_stopped_clock_of_working_days_keeps_its_working_days(stopped, until, now, due):
    at, end, later, wanted = (
        datetime.fromisoformat(one).replace(tzinfo=SHANGHAI) for one in (stopped, until, now, due)
    )
    rule = days(3, RuleUnit.WORKING_DAYS)
    assert resume(stop(end, at), at, later, rule, {}) == wanted


@pytest.mark.parametrize(
    ("minutes", "words", "heat"),
    [
        (-42, "超时 42 分", Heat.LATE),
        (36, "剩 36 分", Heat.SOON),
        (96, "剩 1 时 36 分", Heat.SOON),
        (306, "剩 5 时 6 分", Heat.CALM),
        (26 * 60, "剩 1 日 2 时", Heat.CALM),
    ],
)
def test_the_clock_speaks_as_people_do(minutes, words, heat):
    shown = countdown(NOW - timedelta(days=3), NOW + timedelta(minutes=minutes), NOW)
    assert (shown.words, shown.heat) == (words, heat)
    assert 0 <= shown.spent <= 100


def test_a_span_has_two_units_at_most():
    assert span(timedelta(days=3)) == "3 日"
    assert span(timedelta(hours=7)) == "7 时"


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-21T16:00",
        "2026-05-21 16:00",
        "2026/5/21 16:00",
        "２０２６年５月２１日 16时",
        "2026-05-21 16：00",
    ],
)
def test_an_instant_is_read_however_it_is_typed(text):
    assert read_moment(text, NOW.date(), "departs_at") == datetime(2026, 5, 21, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "后天",
        "2026-02-30 10:00",
        "2026-05-21",
        "2026-05-21 25:00",
        "四月初一",
        "2026-13-01 1:00",
    ],
)
def test_what_is_no_instant_is_refused_at_its_field(text):
    with pytest.raises(Invalid) as error:
        read_moment(text, NOW.date(), "loads-0-departs_at")
    assert set(error.value.fields) == {"loads-0-departs_at"}


def test_the_past_and_the_far_future_are_refused():
    for wrong in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=800)):
        with pytest.raises(Invalid):
            check_ahead(wrong, NOW, "departs_at")


@pytest.mark.parametrize(
    ("unit", "days", "last"),
    [
        (RuleUnit.NATURAL_DAYS, 2, date(2026, 5, 10)),  # a Friday's catch, over the weekend
        (RuleUnit.WORKING_DAYS, 2, date(2026, 5, 12)),
        (RuleUnit.HOURS, 48, date(2026, 5, 10)),
    ],
)
def test_wild_seed_has_its_clock_in_the_unit_that_the_rule_names(unit, days, last):
    rule = DatedRule(
        "declaration.wild_after_capture",
        days,
        unit,
        "第二十九条",
        Sureness.VERIFIED,
        date(2010, 3, 1),
        date(2022, 11, 30),
        "2010",
    )
    limit = wild_due(date(2026, 5, 8), rule, {}).astimezone(SHANGHAI)
    assert limit.date() == last


def test_a_number_names_county_day_and_serial():
    full = number("320102", date(2026, 5, 9), 24)
    assert full == "320102-20260509-024"
    assert short(full) == "0509-024"
    assert number("320102", date(2026, 5, 9), 1000) == "320102-20260509-1000"
