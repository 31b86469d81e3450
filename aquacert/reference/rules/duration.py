"""When a period ends: natural days, working days, hours, months, in Asia/Shanghai.

Civil Code art. 201 and 203: the day on which a period begins is not counted, and its last day ends
at midnight. Working days follow the State Council's yearly calendar; for a year that is not in the
table yet, weekends decide and the answer says so.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aquacert.reference.rules.dated import DatedRule, RuleUnit

SHANGHAI = ZoneInfo("Asia/Shanghai")
UTC = ZoneInfo("UTC")
LAST_SECOND = time(23, 59, 59)
Calendar = Mapping[date, bool]
"""Day → works that day; it holds the days that differ from the plain week, for the years known."""


@dataclass(frozen=True)
class Due:
    """The end of a period. `assumed` names years whose working calendar is not published yet."""

    at: datetime
    assumed: tuple[int, ...] = ()

    @property
    def sentence(self) -> str:
        """What must be said beside the date; empty when nothing was assumed."""
        if not self.assumed:
            return ""
        years = "、".join(str(year) for year in self.assumed)
        return f"{years} 年的放假安排尚未收录，这个期限按周末推算，公布后会变。"


def due(start: datetime, rule: DatedRule, holidays: Calendar) -> datetime:
    """Return the last instant of the period that begins at `start` (aware; answer in UTC)."""
    return reckon(start, rule, holidays).at


def reckon(start: datetime, rule: DatedRule, holidays: Calendar) -> Due:
    """Return the end of the period, and which years' holidays had to be assumed."""
    day = start.astimezone(SHANGHAI).date()
    if rule.unit is RuleUnit.HOURS:
        return Due((start + timedelta(hours=rule.value)).astimezone(UTC))
    if rule.unit is RuleUnit.NATURAL_DAYS:
        return Due(end_of_day(day + timedelta(days=rule.value)))
    if rule.unit is RuleUnit.MONTHS:
        return Due(end_of_day(months_later(day, rule.value)))
    if rule.unit is RuleUnit.WORKING_DAYS:
        last = working_days_later(day, rule.value, holidays)
        return Due(end_of_day(last), _assumed(day, last, holidays))
    raise ValueError(f"{rule.rule_id} is no period")


def lead(start: datetime, rule: DatedRule, holidays: Calendar) -> datetime:
    """Return the first instant at which something announced at `start` may happen.

    Three days' notice given on the 1st allows any time from the 4th on: the day of the
    announcement is not counted (the 2nd is day one), and the third day opens the door.
    """
    if rule.unit is RuleUnit.HOURS:
        return (start + timedelta(hours=rule.value)).astimezone(UTC)
    if rule.value == 0:
        return start.astimezone(UTC)
    last = reckon(start, rule, holidays).at.astimezone(SHANGHAI).date()
    return datetime.combine(last, time.min, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return 23:59:59 of a legal day, in UTC."""
    return datetime.combine(day, LAST_SECOND, SHANGHAI).astimezone(UTC)


def is_working_day(day: date, holidays: Calendar) -> bool:
    """Say whether offices work on `day`; Monday to Friday where the calendar says nothing."""
    return holidays.get(day, day.weekday() < 5)


def working_days_later(day: date, count: int, holidays: Calendar) -> date:
    """Return the `count`-th working day after `day` (which is not counted itself)."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, holidays)
    return day


def months_later(day: date, months: int) -> date:
    """Return the same day of the month, or the month's last where it has none (31 → 30)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _assumed(first: date, last: date, holidays: Calendar) -> tuple[int, ...]:
    known = {day.year for day in holidays}
    return tuple(year for year in range(first.year, last.year + 1) if year not in known)
