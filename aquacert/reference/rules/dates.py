"""Days as people type them: 2026-05-21, 5月21日, 5.21, 昨天; read on the day of typing, never guessed.

A day without its year is the one nearest to today; a field that looks back (a death, a catch) or
ahead (a departure) takes the year that lies on its side. Where that would be most of a year away,
the writer more likely slipped than meant it: he is asked to write the year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid

WEEKDAYS = "一二三四五六日"
NAMED: Mapping[str, int] = {
    "大前天": -3,
    "前天": -2,
    "前日": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "大后天": 3,
    "后天": 2,
    "后日": 2,
}
FULL = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?")
EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?![\d./-])\s*[日号]?")
WORD = re.compile("|".join(NAMED))
WEEKDAY = re.compile(r"\s*\(?(?:周|星期|礼拜)([一二三四五六日天])\)?")
TIME = re.compile(
    r"[T\s]*(凌晨|早上|上午|中午|下午|傍晚|晚上)?\s*(\d{1,2})\s*[:时点]\s*(\d{1,2}|半)?\s*分?(?::\d{2}(?:\.\d+)?)?"
)
HALVES: Mapping[str, tuple[range, range]] = {
    "凌晨": (range(7), range(0)),
    "早上": (range(4, 12), range(0)),
    "上午": (range(6, 13), range(0)),
    "中午": (range(11, 15), range(1, 3)),
    "下午": (range(12, 19), range(1, 8)),
    "傍晚": (range(16, 21), range(4, 9)),
    "晚上": (range(17, 24), range(5, 12)),
}
"""Part of the day → the hours that it has, and those that are told by twelve (下午3点)."""
EARLIEST = 1900
FARTHEST_GUESS = timedelta(days=300)
"""A year is not guessed for a day farther than this: 11月25日 typed on 22 November of a catch."""


class Side(StrEnum):
    """On which side of today a field's day lies."""

    ANY = "any"
    PAST = "past"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Told:
    """A day that was read, what of the text came after it, and whether its year was typed."""

    on: date
    rest: str
    is_whole: bool


def read_day(text: str, today: date, field: str = "day", side: Side = Side.ANY) -> date:
    """Return the day that `text` means on `today`; raise `Invalid` on `field` with an example."""
    told = _told(text, today, field, side)
    if told.rest.strip():
        raise _unclear(today, field, side)
    return told.on


def read_moment(text: str, today: date, field: str = "at", side: Side = Side.ANY) -> datetime:
    """Return the instant (UTC) of a day with its time in Asia/Shanghai; `Invalid` on `field`."""
    if not text.strip():
        said = f"请填日期和时间，例如 {_example(today, side)} 16:00。"
        raise Invalid("请填时间。", **{field: said})
    told = _told(text, today, field, side, more=" 16:00")
    clock = TIME.fullmatch(told.rest)
    if clock is None:
        raise Invalid("请填几点。", **{field: f"还要写几点，例如 {told.on} 16:00。"})
    hour, minute = _hour(clock[1] or "", int(clock[2])), clock[3] or "0"
    minutes = 30 if minute == "半" else int(minute)
    if hour > 23 or minutes > 59:
        said = f"{clock[1]}没有 {clock[2]} 点，" if clock[1] else ""
        raise Invalid("没有这个钟点。", **{field: f"{said}钟点从 00:00 到 23:59，例如 16:00。"})
    on = told.on
    return datetime(on.year, on.month, on.day, hour, minutes, tzinfo=SHANGHAI).astimezone(UTC)


def settled_day(text: str, today: date, side: Side = Side.ANY) -> str:
    """Return `text` with a named or short day written out (昨天 → 2026-11-21); others unchanged.

    A draft keeps this: 昨天 means another day when it is read tomorrow.
    """
    try:
        told = _told(text, today, "day", side)
    except Invalid:
        return text
    return text if told.is_whole or told.rest.strip() else told.on.isoformat()


def settled_moment(text: str, today: date, side: Side = Side.ANY) -> str:
    """Return `text` with its day written out (明天 16:00 → 2026-11-23T16:00); others unchanged."""
    try:
        if _told(text, today, "at", side).is_whole:
            return text
        at = read_moment(text, today, "at", side)
    except Invalid:
        return text
    return f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def day_words(on: date) -> str:
    """Return a day as it is shown back to whoever typed it: 2026-11-20（周五）."""
    return f"{on.isoformat()}（周{WEEKDAYS[on.weekday()]}）"


def understood(text: str, today: date, side: Side = Side.ANY) -> str:
    """Return what was understood, 2026-11-20（周五）, or the text itself where nothing was."""
    try:
        return day_words(read_day(text, today, side=side))
    except Invalid:
        return text


def _told(text: str, today: date, field: str, side: Side, more: str = "") -> Told:
    said = unicodedata.normalize("NFKC", text).strip()
    if found := WORD.match(said):
        on = today + timedelta(days=NAMED[found[0]])
        return Told(on, said[found.end() :], is_whole=False)
    if found := FULL.match(said) or EIGHT.match(said):
        on = _exists(int(found[1]), int(found[2]), int(found[3]), field)
        return _with_weekday(on, said[found.end() :], field, is_whole=True)
    if found := SHORT.match(said):
        on = _nearest(int(found[1]), int(found[2]), today, field, side)
        return _with_weekday(on, said[found.end() :], field, is_whole=False)
    raise _unclear(today, field, side, more)


def _hour(half: str, hour: int) -> int:
    """Return the hour of 24 that is meant; one that the part of the day has not is none (24).

    晚上 12 点 and 晚上 1 点 end one day or begin the next: never guessed.
    """
    if not half:
        return hour
    plain, by_twelve = HALVES[half]
    if hour in by_twelve:
        return hour + 12
    return hour if hour in plain else 24


def _with_weekday(on: date, rest: str, field: str, *, is_whole: bool) -> Told:
    """Take the weekday that may stand behind a day; one that does not fit tells of a slip."""
    found = WEEKDAY.match(rest)
    if found is None:
        return Told(on, rest, is_whole)
    if found[1].replace("天", "日") != WEEKDAYS[on.weekday()]:
        typed = f"周{found[1]}"
        said = f"{day_words(on)}，不是{typed}。请核对日期。"
        raise Invalid("日期和星期对不上。", **{field: said})
    return Told(on, rest[found.end() :], is_whole)


def _exists(year: int, month: int, day: int, field: str) -> date:
    if year < EARLIEST:
        raise Invalid("年份不对。", **{field: f"年份 {year:04d} 太早，请核对。"})
    try:
        return date(year, month, day)
    except ValueError:
        said = f"没有 {year}-{month:02d}-{day:02d} 这一天，请核对。"
        raise Invalid("没有这一天。", **{field: said}) from None


def _nearest(month: int, day: int, today: date, field: str, side: Side) -> date:
    """Return the day of that month on its side nearest to today; raise `Invalid` when too far."""
    all_years = [
        on for year in range(today.year - 4, today.year + 5) if (on := _or_none(year, month, day))
    ]
    if not all_years:
        said = f"没有 {month} 月 {day} 日这一天，请这样填：{_example(today, side)}。"
        raise Invalid("没有这一天。", **{field: said})
    there = [on for on in all_years if _fits(on, today, side)]
    on = min(there, key=lambda one: abs(one - today))
    if abs(on - today) > FARTHEST_GUESS:
        slip = min(all_years, key=lambda one: abs(one - today))
        said = f"要是 {on.year} 年的，请写全：{on.isoformat()}。"
        raise Invalid("不知道是哪一年。", **{field: f"{_slipped(slip, today, side)}{said}"})
    return on


def _slipped(on: date, today: date, side: Side) -> str:
    """Return why the day nearest to today cannot be meant, a whole sentence."""
    if _fits(on, today, side):
        return f"{day_words(on)}离今天太远。"
    return f"{day_words(on)}还没到。" if side is Side.PAST else f"{day_words(on)}已经过了。"


def _or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _fits(on: date, today: date, side: Side) -> bool:
    if side is Side.PAST:
        return on <= today
    return on >= today if side is Side.AHEAD else True


def _example(today: date, side: Side) -> str:
    shift = {Side.PAST: -2, Side.AHEAD: 3}.get(side, 0)
    return (today + timedelta(days=shift)).isoformat()


def _unclear(today: date, field: str, side: Side, more: str = "") -> Invalid:
    on = date.fromisoformat(_example(today, side))
    said = f"看不懂是哪一天。请这样填：{on.isoformat()}{more}，或 {on.month}月{on.day}日{more}。"
    return Invalid("日期看不懂。", **{field: said})
