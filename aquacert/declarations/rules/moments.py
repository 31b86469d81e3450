"""Instants and days as people type them, read in Asia/Shanghai; never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid

DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
"""A day in eight digits: 20260521."""
TIME = re.compile(r"[T\s]*(\d{1,2})\s*[:时点]\s*(\d{1,2})?\s*分?(?::\d{2}(?:\.\d+)?)?")
FARTHEST = timedelta(days=366)


def parse_day(text: str, field: str) -> date:
    """Read a day (2026-05-21, 2026/5/21, 2026年5月21日); raise `Invalid` on `field`."""
    said = unicodedata.normalize("NFKC", text).strip()
    found = DAY.fullmatch(said) or EIGHT.fullmatch(said)
    if found is None:
        raise Invalid("日期看不懂。", **{field: "请这样填：2026-05-21。"})
    return _day(found, field)


def parse_moment(text: str, field: str) -> datetime:
    """Read a day with its time in Asia/Shanghai and return the instant in UTC.

    Raises `Invalid` on `field` for a missing time, a day that does not exist, or text.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    if not said:
        raise Invalid("请填时间。", **{field: "请填日期和时间，例如 2026-05-21 16:00。"})
    found = DAY.match(said)
    if found is None:
        raise Invalid("时间看不懂。", **{field: "请这样填：2026-05-21 16:00。"})
    on = _day(found, field)
    clock = TIME.fullmatch(said[found.end() :])
    if clock is None:
        raise Invalid("请填几点。", **{field: f"还要写几点，例如 {on} 16:00。"})
    hour, minute = int(clock[1]), int(clock[2] or 0)
    if hour > 23 or minute > 59:
        raise Invalid("没有这个钟点。", **{field: "钟点从 00:00 到 23:59。"})
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def departures(earliest: datetime, hour: str, count: int = 3) -> list[str]:
    """Return the first days on which seed may leave at that time of day: `2026-05-12T16:00`.

    `hour` is taken from an earlier departure as typed; 08:00 where that cannot be read.
    """
    found = DAY.match(unicodedata.normalize("NFKC", hour).strip())
    clock = TIME.fullmatch(hour.strip()[found.end() :]) if found else None
    at = time(int(clock[1]) % 24, int(clock[2] or 0) % 60) if clock else time(8)
    local = earliest.astimezone(SHANGHAI)
    first = local.date() if at >= local.time() else local.date() + timedelta(days=1)
    return [
        f"{datetime.combine(first + timedelta(days=day), at):%Y-%m-%dT%H:%M}"
        for day in range(count)
    ]


def check_ahead(instant: datetime, now: datetime, field: str) -> None:
    """Raise `Invalid` for a departure that is past or more than a year away."""
    if instant <= now:
        raise Invalid("时间已经过了。", **{field: "启运时间已经过了，请填以后的时间。"})
    if instant - now > FARTHEST:
        raise Invalid("时间太远。", **{field: "启运时间在一年以后，请核对年份。"})


def _day(found: re.Match[str], field: str) -> date:
    year, month, day = (int(found[i]) for i in (1, 2, 3))
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(
            "没有这一天。", **{field: f"没有 {year}-{month:02d}-{day:02d} 这一天，请核对。"}
        ) from None
