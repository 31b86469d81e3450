"""Working time on the Chinese calendar, due times with stopped clocks, percentiles."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.turnaround.rules import (
    USUAL,
    Promise,
    PromiseRow,
    Standing,
    Stop,
    Unit,
    WorkingTime,
    chosen,
    due,
    percentile,
    standing,
    took,
)

ZONE = ZoneInfo("Asia/Shanghai")
HERE = Path(__file__).parents[2]
with (HERE / "seed_data/holidays.csv").open(encoding="utf-8") as shipped:
    CALENDAR = {
        date.fromisoformat(row["day_on"]): row["kind"] == "workday"
        for row in csv.DictReader(shipped)
    }
CLOCK = WorkingTime(CALENDAR, date(2025, 1, 1))
DAYS = {n: Promise(Unit.WORKING_DAYS, n) for n in range(1, 11)}


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def day_of(found):
    return found.at.astimezone(ZONE).date().isoformat()


@pytest.mark.parametrize(
    ("received", "days", "due_on"),
    [
        pytest.param("2026-03-09T09:00", 3, "2026-03-12", id="three plain days"),
        pytest.param("2026-03-12T23:59", 3, "2026-03-17", id="a weekend does not count"),
        pytest.param("2026-02-13T10:00", 1, "2026-02-14", id="a Saturday that is worked counts"),
        pytest.param("2026-02-14T10:00", 1, "2026-02-24", id="Spring Festival does not count"),
        pytest.param("2026-02-24T10:00", 4, "2026-02-28", id="the make-up day after it does"),
        pytest.param("2026-09-30T10:00", 2, "2026-10-09", id="National Day does not count"),
        pytest.param("2026-09-30T10:00", 3, "2026-10-10", id="its make-up Saturday does"),
    ],
)
def test_working_days_follow_the_years_calendar(received, days, due_on):
    assert day_of(due(CLOCK, DAYS[days], at(received))) == due_on


def test_a_year_without_a_calendar_falls_back_to_weekends_and_says_so():
    found = due(CLOCK, DAYS[3], at("2027-09-30T10:00"))
    assert (day_of(found), found.assumed) == ("2027-10-05", (2027,))


def test_a_known_year_assumes_nothing():
    assert due(CLOCK, DAYS[3], at("2026-03-09T09:00")).assumed == ()


@pytest.mark.parametrize(
    ("received", "hours", "due_at"),
    [
        ("2026-03-09T09:00", 3, "2026-03-09T12:00"),
        ("2026-03-09T11:00", 2, "2026-03-09T14:30"),
        ("2026-03-09T17:00", 1, "2026-03-10T09:00"),
        ("2026-03-13T17:00", 1, "2026-03-16T09:00"),
        ("2026-03-14T03:00", 1, "2026-03-16T09:30"),
        ("2026-03-09T12:30", 1, "2026-03-09T14:30"),
    ],
)
def test_working_hours_pass_only_while_the_laboratory_is_open(received, hours, due_at):
    found = due(CLOCK, Promise(Unit.WORKING_HOURS, hours), at(received))
    assert found.at == at(due_at)


def test_plain_hours_pass_day_and_night():
    found = due(CLOCK, Promise(Unit.HOURS, 48), at("2026-03-13T17:00"))
    assert found.at == at("2026-03-15T17:00")


def test_a_day_at_whose_close_the_clock_stood_does_not_count():
    stop = Stop(at("2026-03-10T15:00"), at("2026-03-11T10:00"))
    assert day_of(due(CLOCK, DAYS[2], at("2026-03-09T09:00"), [stop])) == "2026-03-12"


def test_hours_stand_while_the_clock_is_stopped():
    stop = Stop(at("2026-03-09T10:00"), at("2026-03-10T10:00"))
    promise = Promise(Unit.WORKING_HOURS, 2)
    found = due(CLOCK, promise, at("2026-03-09T09:00"), [stop])
    assert found.at == at("2026-03-10T11:00")


@pytest.mark.parametrize("unit", list(Unit))
def test_nothing_is_due_while_the_clock_stands(unit):
    stop = Stop(at("2026-03-09T09:30"), None)
    assert due(CLOCK, Promise(unit, 9), at("2026-03-09T09:00"), [stop]).at is None


def test_a_stop_after_the_due_time_changes_nothing():
    stop = Stop(at("2026-03-20T09:30"), None)
    assert day_of(due(CLOCK, DAYS[2], at("2026-03-09T09:00"), [stop])) == "2026-03-11"


def test_the_time_a_step_took_leaves_nights_weekends_and_stops_out():
    stop = Stop(at("2026-03-16T08:30"), at("2026-03-16T12:00"))
    assert took(CLOCK, at("2026-03-13T16:30"), at("2026-03-16T14:30"), [stop]) == 2 * 3600


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(
    lambda naive: naive.replace(microsecond=0, tzinfo=ZONE)
)


@given(INSTANTS, INSTANTS, INSTANTS)
def test_working_time_adds_up_over_any_middle(one, two, three):
    start, middle, end = sorted((one, two, three))
    whole = CLOCK.between(start, end)
    assert whole == CLOCK.between(start, middle) + CLOCK.between(middle, end)
    assert 0 <= whole <= (end - start).total_seconds()


@given(INSTANTS, st.integers(1, 400_000))
def test_after_is_the_inverse_of_between(start, seconds):
    assert CLOCK.between(start, CLOCK.after(start, seconds)) == seconds


@given(INSTANTS, st.lists(st.tuples(INSTANTS, st.integers(0, 10**6)), max_size=4))
def test_stops_never_bring_a_due_time_nearer(start, spans):
    stops = [Stop(since, since + timedelta(seconds=length)) for since, length in spans]
    for promise in (DAYS[3], Promise(Unit.WORKING_HOURS, 20), Promise(Unit.HOURS, 48)):
        assert due(CLOCK, promise, start, stops).at >= due(CLOCK, promise, start).at


@pytest.mark.parametrize(
    ("disease", "method", "on", "value"),
    [
        pytest.param("DIV1", "a", "2026-03-01", 1, id="the test's own promise"),
        pytest.param("WSD", "a", "2026-03-01", 5, id="the promise for everything"),
        pytest.param("DIV1", "b", "2026-03-01", 2, id="the disease's promise"),
        pytest.param("DIV1", "a", "2026-01-15", 4, id="the one that held on the day"),
        pytest.param("DIV1", "a", "2025-01-15", USUAL.value, id="the usual one before any"),
    ],
)
def test_the_promise_named_most_closely_holds(disease, method, on, value):
    rows = [
        PromiseRow("", "", date(2026, 1, 1), DAYS[5]),
        PromiseRow("DIV1", "", date(2026, 1, 1), DAYS[2]),
        PromiseRow("DIV1", "a", date(2026, 1, 1), DAYS[4]),
        PromiseRow("DIV1", "a", date(2026, 2, 1), DAYS[1]),
    ]
    assert chosen(rows, disease, method, date.fromisoformat(on)).value == value


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [([], 50, None), ([7], 90, 7), ([1, 2], 50, 1), (list(range(1, 11)), 90, 9), ([1, 9], 90, 9)],
)
def test_percentiles_are_values_that_occurred(values, percent, found):
    assert percentile(values, percent) == found


@pytest.mark.parametrize(
    ("clock", "hours", "stand"),
    [
        ("09:00", None, Standing.STOPPED),
        ("09:00", -1, Standing.LATE),
        ("09:00", 14.9, Standing.SOON),
        ("09:00", 15.1, Standing.IN_TIME),
        ("22:00", 3.9, Standing.SOON),
        ("22:00", 4.1, Standing.IN_TIME),
    ],
)
def test_what_is_due_today_or_within_hours_is_due_soon(clock, hours, stand):
    now = at(f"2026-03-09T{clock}")
    due_at = None if hours is None else now + timedelta(hours=hours)
    assert standing(due_at, now) is stand


def test_hours_that_overlap_are_no_hours():
    with pytest.raises(ValueError, match=r"17"):
        WorkingTime({}, date(2026, 1, 1), [(at("2026-01-01T17:00").time(),) * 2])
