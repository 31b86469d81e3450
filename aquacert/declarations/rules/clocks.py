"""Clocks of a declaration: the office's time to answer, stopped while the declarant supplements.

The lengths come from dated rules (reference); this module only runs, stops and words the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from aquacert.kernel.clock import SHANGHAI
from aquacert.reference.rules.dated import DatedRule, RuleUnit
from aquacert.reference.rules.duration import (
    Calendar,
    due,
    end_of_day,
    is_working_day,
    working_days_later,
)

SOON = timedelta(hours=2)
"""From here on the clock is amber (design/desk.md page 1)."""


class Heat(StrEnum):
    """How near the limit is."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True)
class Countdown:
    """What a page shows of a running clock."""

    words: str
    heat: Heat
    spent: int
    """Percent of the allowed time that is used, 0 to 100."""
    due_at: datetime


def stop(due_at: datetime, now: datetime) -> int:
    """Return the seconds left when the clock stops (negative when it was already late)."""
    return round((due_at - now).total_seconds())


def resume(
    left_seconds: int, stopped_at: datetime, now: datetime, rule: DatedRule, holidays: Calendar
) -> datetime:
    """Return the new limit when a clock that stood since `stopped_at` runs on.

    A clock in days ends with a day (23:59:59 in Shanghai). How the pause is counted: the day on
    which the clock stopped is used up, the days up to and with the one on which it runs on are not
    counted (Civil Code art. 201: the first day is not), and the days that were left after the
    stopping day are left after that one. So the office never gets more days than the rule gives,
    and a pause within one day moves nothing. Working days count working days only; hours keep
    their seconds. A clock that had run out stays run out, by as much.
    """
    if rule.unit is RuleUnit.HOURS or left_seconds < 0:
        return now + timedelta(seconds=left_seconds)
    stopped = stopped_at.astimezone(SHANGHAI).date()
    last = (stopped_at + timedelta(seconds=left_seconds)).astimezone(SHANGHAI).date()
    today = now.astimezone(SHANGHAI).date()
    if rule.unit is not RuleUnit.WORKING_DAYS:
        return end_of_day(today + (last - stopped))
    ahead = (stopped + timedelta(days=one) for one in range(1, (last - stopped).days + 1))
    left = sum(1 for day in ahead if is_working_day(day, holidays))
    return end_of_day(working_days_later(today, left, holidays))


def countdown(started_at: datetime, due_at: datetime, now: datetime) -> Countdown:
    """Return the clock in words, colour and percent."""
    left = due_at - now
    whole = (due_at - started_at).total_seconds()
    spent = 100 if whole <= 0 else round((now - started_at).total_seconds() / whole * 100)
    if left < timedelta(0):
        return Countdown(f"超时 {span(-left)}", Heat.LATE, 100, due_at)
    heat = Heat.SOON if left <= SOON else Heat.CALM
    return Countdown(f"剩 {span(left)}", heat, min(max(spent, 0), 100), due_at)


def span(length: timedelta) -> str:
    """Return a length as people say it, two units at most: 2 日 1 时, 5 时 6 分, 42 分."""
    minutes = int(length.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days} 日 {hours} 时" if hours else f"{days} 日"
    if hours:
        return f"{hours} 时 {left} 分" if left else f"{hours} 时"
    return f"{left} 分"


def lead_time_kept(departs_at: datetime, earliest_at: datetime) -> bool:
    """Say whether the departure keeps the lead time (`earliest_at` = declaration + the rule)."""
    return departs_at >= earliest_at


def wild_due(captured_on: date, rule: DatedRule, holidays: Calendar) -> datetime:
    """Return until when wild seed caught that day must be declared (2010 Measures, Art. 29).

    The day of capture is not counted; the last day ends at midnight, in the unit the rule names.
    """
    return due(datetime.combine(captured_on, time.min, SHANGHAI), rule, holidays)
