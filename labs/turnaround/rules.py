"""Working time: when a promised result is due, how long a step took, and what half and nine tenths took.

Working days follow the State Council's calendar with its make-up days (调休); for a year that is not in the
table yet weekends decide and the answer says so. A clock that is stopped (a customer is waited for) lets neither
days nor hours pass. ISO/IEC 17025:2017 7.1.3 asks that what was promised can be kept.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import ceil

from aquacert.reference.rules.duration import SHANGHAI as ZONE
from aquacert.reference.rules.duration import Calendar, end_of_day, is_working_day

DAY = 86_400
AHEAD = 8 * 3600
"""Asia/Shanghai is eight hours ahead all year since 1992; no summer time to look up."""
EPOCH = date(1970, 1, 1).toordinal()

Spans = Sequence[tuple[time, time]]
OFFICE_HOURS: Spans = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
"""The house's default; a laboratory writes its own."""


class Unit(StrEnum):
    """What a promise counts."""

    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    HOURS = "hours"


UNIT_WORDS: Mapping[Unit, str] = {
    Unit.WORKING_DAYS: "个工作日",
    Unit.WORKING_HOURS: "个工作小时",
    Unit.HOURS: "小时",
}


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon after receipt a result is promised."""

    unit: Unit
    value: int


USUAL = Promise(Unit.WORKING_DAYS, 3)
"""Where a laboratory promised nothing. A habit of this house, no law: each laboratory sets its own."""


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise with what it is for: an empty code means every disease, or every method."""

    disease_code: str
    method_code: str
    from_on: date
    promise: Promise


def chosen(rows: Iterable[PromiseRow], disease_code: str, method_code: str, on: date) -> Promise:
    """Return the promise for a test on a day: the one named most closely, the newest of those."""
    fits = [
        row
        for row in rows
        if row.from_on <= on
        and row.disease_code in {"", disease_code}
        and row.method_code in {"", method_code}
    ]
    if not fits:
        return USUAL
    best = max(fits, key=lambda r: (bool(r.disease_code) + bool(r.method_code), r.from_on))
    return best.promise


@dataclass(frozen=True, slots=True)
class Stop:
    """A span in which the clock stands still; `until` is None while it still does."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """When a result is due: None while the clock stands. `assumed` names years without a calendar."""

    at: datetime | None
    assumed: tuple[int, ...] = ()


class Step(StrEnum):
    """The parts of a sample's time in the laboratory."""

    ON_ITS_WAY = "on_its_way"
    TESTING = "testing"
    REVIEW = "review"
    REPORT = "report"
    WHOLE = "whole"


STEP_WORDS: Mapping[Step, str] = {
    Step.ON_ITS_WAY: "送样 → 收样",
    Step.TESTING: "收样 → 录入",
    Step.REVIEW: "录入 → 复核",
    Step.REPORT: "复核 → 签发",
    Step.WHOLE: "收样 → 签发",
}


class Standing(StrEnum):
    """How a test that is owed stands against its due time."""

    STOPPED = "stopped"
    LATE = "late"
    SOON = "soon"
    IN_TIME = "in_time"


STANDING_WORDS: Mapping[Standing, str] = {
    Standing.STOPPED: "已停表",
    Standing.LATE: "已超时",
    Standing.SOON: "快到期",
    Standing.IN_TIME: "未到期",
}
SOON = timedelta(hours=4)


def soon_until(now: datetime) -> datetime:
    """Return up to which due time a test is due soon: within hours, or today.

    What was promised in days is due as its day ends: told four hours before, a laboratory would hear of it at night.
    """
    return max(now + SOON, end_of_day(now.astimezone(ZONE).date()))


def standing(due_at: datetime | None, now: datetime) -> Standing:
    """Return how a test stands; no due time means that its clock is stopped."""
    if due_at is None:
        return Standing.STOPPED
    if due_at < now:
        return Standing.LATE
    return Standing.SOON if due_at <= soon_until(now) else Standing.IN_TIME


class WorkingTime:
    """Working seconds since a day, summed by day once, so that any span is two lookups."""

    def __init__(self, calendar: Calendar, since: date, spans: Spans = OFFICE_HOURS) -> None:
        """Keep the calendar, the first day that is asked about, and the hours (in order, not overlapping)."""
        self.calendar = calendar
        self.spans = [(_second(opens), _second(closes)) for opens, closes in spans]
        self.day_seconds = sum(closes - opens for opens, closes in self.spans)
        if self.day_seconds <= 0 or any(a >= b for a, b in self.spans):
            raise ValueError(spans)
        self._first = since.toordinal() - EPOCH
        self._sums = [0]
        self._works: list[bool] = []

    def worked(self, instant: datetime) -> int:
        """Return the working seconds from the first day to an instant. Raises `ValueError` before it."""
        day, second = divmod(int(instant.timestamp()) + AHEAD, DAY)
        place = day - self._first
        if place < 0:
            raise ValueError(instant)
        if place >= len(self._works):
            self._reach(place)
        return self._sums[place] + (self._within(second) if self._works[place] else 0)

    def between(self, start: datetime, end: datetime) -> int:
        """Return the working seconds from start to end; negative when end comes first."""
        return self.worked(end) - self.worked(start)

    def after(self, start: datetime, seconds: int) -> datetime:
        """Return the first instant at which so many working seconds have passed since start (UTC)."""
        wanted = self.worked(start) + seconds
        while self._sums[-1] < wanted:
            self._reach(len(self._works) + 366)
        place = max(bisect_left(self._sums, wanted) - 1, 0)
        left = wanted - self._sums[place]
        for opens, closes in self.spans:
            if left <= closes - opens:
                instant = (self._first + place) * DAY - AHEAD + opens + left
                return max(datetime.fromtimestamp(instant, UTC), start.astimezone(UTC))
            left -= closes - opens
        raise AssertionError(wanted)

    def closes(self, day: date) -> datetime:
        """Return the instant at which the laboratory closes on a day."""
        return datetime.fromtimestamp(
            (day.toordinal() - EPOCH) * DAY - AHEAD + self.spans[-1][1], UTC
        )

    def _within(self, second: int) -> int:
        """Return the working seconds of a working day that have passed at a second of it."""
        return sum(min(second, closes) - opens for opens, closes in self.spans if second > opens)

    def _reach(self, place: int) -> None:
        """Sum up to a day."""
        for number in range(len(self._works), place + 1):
            day = date.fromordinal(self._first + number + EPOCH)
            works = is_working_day(day, self.calendar)
            self._works.append(works)
            self._sums.append(self._sums[-1] + (self.day_seconds if works else 0))


def _second(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def due(clock: WorkingTime, promise: Promise, start: datetime, stops: Iterable[Stop] = ()) -> Due:
    """Return when what was received at `start` is due.

    Working days: the day of receipt is not counted (Civil Code art. 201), the last one ends at midnight, and a day
    counts only when the clock was running as the laboratory closed. Hours run, and stand, to the second.
    """
    order = sorted(stops, key=lambda stop: stop.since)
    if promise.unit is Unit.WORKING_DAYS:
        at = _days(clock, promise.value, start, order)
    else:
        at = _seconds(clock, promise, start, order)
    if at is None:
        return Due(None)
    known = {day.year for day in clock.calendar}
    years = range(start.astimezone(ZONE).year, at.astimezone(ZONE).year + 1)
    return Due(at, tuple(year for year in years if year not in known))


def _days(
    clock: WorkingTime, count: int, start: datetime, stops: Sequence[Stop]
) -> datetime | None:
    """Count working days at whose close the clock was running."""
    day = start.astimezone(ZONE).date()
    while count > 0:
        day += timedelta(days=1)
        if not is_working_day(day, clock.calendar):
            continue
        closing = clock.closes(day)
        holding = [
            s for s in stops if s.since <= closing and (s.until is None or s.until > closing)
        ]
        if any(stop.until is None for stop in holding):
            return None
        count -= not holding
    return end_of_day(day)


def _seconds(
    clock: WorkingTime, promise: Promise, start: datetime, stops: Sequence[Stop]
) -> datetime | None:
    """Let hours run between the stops."""
    is_working = promise.unit is Unit.WORKING_HOURS
    left, cursor = promise.value * 3600, start
    for stop in stops:
        begins = max(stop.since, cursor)
        ran = clock.between(cursor, begins) if is_working else (begins - cursor).total_seconds()
        if ran >= left:
            break
        if stop.until is None:
            return None
        left -= int(ran)
        cursor = max(cursor, stop.until)
    return clock.after(cursor, left) if is_working else (cursor + timedelta(seconds=left))


def took(clock: WorkingTime, start: datetime, end: datetime, stops: Iterable[Stop] = ()) -> int:
    """Return the working seconds from start to end in which the clock ran."""
    seconds, upto = clock.between(start, end), start
    for stop in sorted(stops, key=lambda stop: stop.since):
        since, until = max(stop.since, upto), min(stop.until or end, end)
        if until > since:
            seconds -= clock.between(since, until)
            upto = until
    return max(seconds, 0)


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Return the nearest-rank percentile of values in rising order; None of nothing."""
    if not values:
        return None
    return values[max(ceil(percent / 100 * len(values)), 1) - 1]
