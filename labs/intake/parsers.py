"""A temperature logger's CSV file into readings: every row read, or refused with its reason."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from aquacert.kernel.clock import SHANGHAI
from labs.intake.rules.temperature import COLDEST, HOTTEST, Reading, in_order

ENCODINGS = ("utf-8-sig", "gb18030")
TIME_WORDS = ("时间", "日期", "time", "date", "timestamp")
TEMPERATURE_WORDS = ("温度", "temp", "℃", "°c", "℉", "°f", "ch1", "通道1")
FAHRENHEIT = re.compile(r"℉|°\s*f|华氏|fahrenheit|\bf\b|\(f\)", re.IGNORECASE)
NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?")
UNREAD = frozenset({"", "-", "--", "---", "ol", "err", "error", "n/a", "na", "nan", "null", "无"})
EXCEL_START = datetime(1899, 12, 30, tzinfo=SHANGHAI)
EXCEL_DAYS = range(36_526, 73_051)
"""Excel's day numbers of the years 2000 to 2099."""
YEAR_FIRST = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ]*(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?(Z)?$"
)
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?$")
FARTHEST_AHEAD = timedelta(minutes=5)
YEARS = range(2000, 2100)
"""A logger whose battery died begins again at 1970 or at year 1."""


class Trouble(StrEnum):
    """Why a whole file was not read."""

    EMPTY = "empty"
    ENCODING = "encoding"
    NO_COLUMNS = "no_columns"
    FAHRENHEIT = "fahrenheit"
    NO_READINGS = "no_readings"


TROUBLE_WORDS: Mapping[Trouble, str] = {
    Trouble.EMPTY: "文件是空的。",
    Trouble.ENCODING: "文件不是 UTF-8 也不是 GB18030 的文字表格，请导出为 CSV。",
    Trouble.NO_COLUMNS: "没有认出时间列和温度列，请写明列名。",
    Trouble.FAHRENHEIT: "文件里是华氏度：确认无误后请选“华氏度”再导入。",
    Trouble.NO_READINGS: "没有一行能读出时间和温度。",
}


class Unreadable(ValueError):
    """A file that cannot be read at all. `refused` holds what is known of its rows."""

    def __init__(self, trouble: Trouble, refused: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(TROUBLE_WORDS[trouble])
        self.trouble = trouble
        self.refused = tuple(refused)


@dataclass(frozen=True, slots=True)
class Profile:
    """How to read a logger's file. Empty column names are found by their usual words.

    `day_first` tells 03/04/2026 apart; None refuses it. `slow_minutes` is added to every instant:
    how far the logger's clock was behind (negative: ahead).
    """

    time_column: str = ""
    temperature_column: str = ""
    fahrenheit: bool = False
    day_first: bool | None = None
    slow_minutes: int = 0


@dataclass(frozen=True, slots=True)
class LoggerFile:
    """What a file held: readings by time, and each row that was refused with its sentence."""

    readings: tuple[Reading, ...]
    refused: tuple[tuple[int, str], ...]


def read_logger(data: bytes, now: datetime, profile: Profile | None = None) -> LoggerFile:
    """Return the readings of a logger's CSV file; raise `Unreadable` when there are none.

    `now` is when the file is taken in: a reading after it shows a clock that runs ahead.
    """
    profile = profile or Profile()
    rows = _rows(data)
    head, time_at, value_at = _columns(rows, profile)
    if not profile.fahrenheit and _is_fahrenheit(rows[head][value_at], rows[head + 1 :], value_at):
        raise Unreadable(Trouble.FAHRENHEIT)
    width = len(rows[head])
    readings: list[Reading] = []
    refused: list[tuple[int, str]] = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            readings.append(_reading(row, width, time_at, value_at, profile, now))
        except ValueError as error:
            refused.append((number, str(error)))
    if not readings:
        raise Unreadable(Trouble.NO_READINGS, refused)
    return LoggerFile(in_order(readings), tuple(refused))


def _rows(data: bytes) -> list[list[str]]:
    if not data.strip():
        raise Unreadable(Trouble.EMPTY)
    if b"\0" in data:
        raise Unreadable(Trouble.ENCODING)
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        lines = text.splitlines()
        mark = max(";\t,", key=lambda sign: sum(line.count(sign) for line in lines[:50]))
        if all(";" in line for line in lines[:50] if line.strip()):
            mark = ";"  # commas beside semicolons are decimal commas
        try:
            return list(csv.reader(io.StringIO(text), delimiter=mark))
        except csv.Error:
            break
    raise Unreadable(Trouble.ENCODING)


def _columns(rows: Sequence[Sequence[str]], profile: Profile) -> tuple[int, int, int]:
    """Return the row of the heading and the places of time and temperature in it."""
    times = (profile.time_column.lower(),) if profile.time_column else TIME_WORDS
    values = (
        (profile.temperature_column.lower(),) if profile.temperature_column else TEMPERATURE_WORDS
    )
    for place, row in enumerate(rows[:200]):
        time_at = _named(row, times)
        value_at = _named(row, values, besides=time_at)
        if time_at is not None and value_at is not None:
            return place, time_at, value_at
    raise Unreadable(Trouble.NO_COLUMNS)


def _named(row: Sequence[str], words: Sequence[str], besides: int | None = None) -> int | None:
    cells = [(place, cell.strip().lower()) for place, cell in enumerate(row) if place != besides]
    return next((p for p, cell in cells if cell and any(word in cell for word in words)), None)


def _is_fahrenheit(heading: str, rows: Sequence[Sequence[str]], value_at: int) -> bool:
    cells = [heading, *(row[value_at] for row in rows[:50] if len(row) > value_at)]
    return any(FAHRENHEIT.search(cell) for cell in cells)


def _reading(
    row: Sequence[str], width: int, time_at: int, value_at: int, profile: Profile, now: datetime
) -> Reading:
    """Return one row's reading, or raise `ValueError` with the row's sentence."""
    if len(row) > width and any(cell.strip() for cell in row[width:]):
        raise ValueError("比表头多一列：小数用逗号时，请用分号分隔各列")
    if len(row) <= max(time_at, value_at):
        raise ValueError("这一行不全")
    at = _instant(row[time_at].strip(), profile) + timedelta(minutes=profile.slow_minutes)
    if at > now + FARTHEST_AHEAD:
        ahead = int((at - now).total_seconds() // 60)
        raise ValueError(f"时间比现在晚 {ahead} 分钟：记录仪的时钟快了，请写明快多少")
    return Reading(at.astimezone(UTC), _tenths(row[value_at], fahrenheit=profile.fahrenheit))


def _instant(text: str, profile: Profile) -> datetime:
    """Return an instant; local times are Shanghai's. Excel's day numbers are known by their size."""
    if found := YEAR_FIRST.match(text):
        year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
        zone = UTC if found[7] else SHANGHAI
        return _day(year, month, day, hour, minute, int(found[6] or 0), zone)
    if found := YEAR_LAST.match(text):
        first, second, year, hour, minute = (int(part) for part in found.groups()[:5])
        day_first = _day_first(first, second, profile)
        month, day = (second, first) if day_first else (first, second)
        return _day(year, month, day, hour, minute, int(found[6] or 0), SHANGHAI)
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = 0.0
    if EXCEL_DAYS.start <= number < EXCEL_DAYS.stop:
        return EXCEL_START + timedelta(seconds=round(number * 86_400))
    raise ValueError(f"时间“{text[:30]}”看不懂" if text else "没有时间")


def _day_first(first: int, second: int, profile: Profile) -> bool:
    if first > 12 or second > 12:
        return first > 12
    if profile.day_first is None and first != second:
        raise ValueError(f"{first}/{second} 分不清日和月，请选日期的写法")
    return bool(profile.day_first)


def _day(
    year: int,
    month: int,
    day: int,
    hour: int,
    minute: int,
    second: int,
    zone: object,
) -> datetime:
    if year not in YEARS:
        raise ValueError(f"{year} 年不对：记录仪的时钟没有设好")
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)  # type: ignore[arg-type]
    except ValueError:
        raise ValueError("没有这个日期或时刻") from None


def _tenths(text: str, *, fahrenheit: bool) -> int:
    """Return tenths of ℃; a text that is no number is refused, never read as zero."""
    plain = text.strip()
    if plain.lower() in UNREAD:
        raise ValueError("没有读数")
    bare = re.sub(r"(℃|℉|°\s*[cfCF]|[cCfF])$", "", plain).strip().replace("−", "-")
    if not NUMBER.fullmatch(bare):
        raise ValueError(f"温度“{plain[:20]}”不是数")
    try:
        value = Decimal(bare.replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"温度“{plain[:20]}”不是数") from None
    celsius = (value - 32) * 5 / 9 if fahrenheit else value
    tenths = round(celsius * 10)
    if not COLDEST <= tenths <= HOTTEST:
        raise ValueError(f"{plain[:20]} 不像箱内的摄氏温度，如是华氏度请先说明")
    return tenths
