"""Periods of figures: DHIS2's and ISO's ways of writing them, with their first and last day.

Read: a year (2014), a half (2014S1, 2014-S1), a quarter (2014Q1), a month (201401, 2014-01, 2014年1月),
an ISO week (2014W5, 2014-W05), a day (20140105, 2014-01-05). DHIS2 has further kinds (two weeks, two
months, weeks from another day, financial years): they are refused by name, never guessed, because
a wrong span would count the same animals twice. The list of kinds is from memory of DHIS2's guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

EARLIEST, LATEST = 1900, 2200


class Span(StrEnum):
    """How long a period is."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


SPAN_WORDS: Mapping[Span, str] = {
    Span.YEAR: "年",
    Span.HALF: "半年",
    Span.QUARTER: "季",
    Span.MONTH: "月",
    Span.WEEK: "周",
    Span.DAY: "日",
}
OTHERS: Mapping[str, str] = {
    r"\d{4}BiW\d{1,2}": "双周",
    r"\d{6}B": "双月",
    r"\d{4}(Wed|Thu|Fri|Sat|Sun)W\d{1,2}": "不从星期一起算的周",
    r"\d{4}(Feb|April|May|June|July|Aug|Sep|Oct|Nov)S[12]": "不从一月起算的半年",
    r"\d{4}(Nov)Q\d": "不从一月起算的季",
    r"\d{4}(Feb|April|May|June|July|Aug|Sep|Oct|Nov)": "财政年度",
    r"(THIS|LAST)_[A-Z0-9_]+": "相对的时期",
}
"""Kinds that are known and not read, by the form of their text."""


class UnreadPeriod(ValueError):
    """A text that is no period, or a kind of period that is not read; `sentence` says which."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Period:
    """A span of whole days, both ends included."""

    text: str
    """ISO text, one for each period: 2014, 2014-S1, 2014-Q1, 2014-01, 2014-W05, 2014-01-05."""
    span: Span
    first: date
    last: date


def parse_period(written: str) -> Period:
    """Return the period that a text names; raise `UnreadPeriod` for any other text."""
    text = written.strip()
    for form, make in FORMS:
        if found := form.fullmatch(text):
            try:
                return make(*(int(one) for one in found.groups()))
            except ValueError:
                raise UnreadPeriod(f"没有“{text[:20]}”这个时期。") from None
    for form_text, name in OTHERS.items():
        if re.fullmatch(form_text, text, re.IGNORECASE):
            raise UnreadPeriod(f"“{text[:20]}”是{name}，这里不读这种时期。")
    raise UnreadPeriod("认不出这个时期。")


def as_dhis2(period: Period) -> str:
    """Return the period as DHIS2 writes it: 2014, 2014S1, 2014Q1, 201401, 2014W5, 20140105."""
    if period.span is Span.WEEK:
        year, week = period.text.split("-W")
        return f"{year}W{int(week)}"
    return period.text.replace("-", "")


def year_of(year: int) -> Period:
    """Return a calendar year."""
    return Period(f"{_sane(year):04d}", Span.YEAR, date(year, 1, 1), date(year, 12, 31))


def half_of(year: int, half: int) -> Period:
    """Return January to June (1) or July to December (2)."""
    if half not in {1, 2}:
        raise ValueError
    return _months(f"{_sane(year):04d}-S{half}", Span.HALF, year, half * 6 - 5, 6)


def quarter_of(year: int, quarter: int) -> Period:
    """Return a quarter of the calendar year, 1 to 4."""
    if quarter not in {1, 2, 3, 4}:
        raise ValueError
    return _months(f"{_sane(year):04d}-Q{quarter}", Span.QUARTER, year, quarter * 3 - 2, 3)


def month_of(year: int, month: int) -> Period:
    """Return a month."""
    return _months(f"{_sane(year):04d}-{month:02d}", Span.MONTH, year, month, 1)


def week_of(year: int, week: int) -> Period:
    """Return an ISO week (Monday to Sunday); its year is the ISO year, not that of its Monday."""
    first = date.fromisocalendar(_sane(year), week, 1)
    return Period(f"{year:04d}-W{week:02d}", Span.WEEK, first, first + timedelta(days=6))


def day_of(year: int, month: int, day: int) -> Period:
    """Return one day."""
    only = date(_sane(year), month, day)
    return Period(only.isoformat(), Span.DAY, only, only)


def months_of(period: Period) -> tuple[Period, ...]:
    """Return the months of a quarter, a half or a year."""
    found = []
    year, month = period.first.year, period.first.month
    while (year, month) <= (period.last.year, period.last.month):
        found.append(month_of(year, month))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return tuple(found)


def _months(text: str, span: Span, year: int, month: int, count: int) -> Period:
    first = date(year, month, 1)
    after = year * 12 + month - 1 + count
    return Period(text, span, first, date(after // 12, after % 12 + 1, 1) - timedelta(days=1))


def _sane(year: int) -> int:
    if not EARLIEST <= year <= LATEST:
        raise ValueError
    return year


FORMS: tuple[tuple[re.Pattern[str], Callable[..., Period]], ...] = tuple(
    (re.compile(form, re.ASCII), make)
    for form, make in (
        (r"(\d{4})", year_of),
        (r"(\d{4})-?S(\d)", half_of),
        (r"(\d{4})-?Q(\d)", quarter_of),
        (r"(\d{4})-?(\d{2})", month_of),
        (r"(\d{4})年(\d{1,2})月", month_of),
        (r"(\d{4})-?W(\d{1,2})", week_of),
        (r"(\d{4})(\d{2})(\d{2})", day_of),
        (r"(\d{4})-(\d{2})-(\d{2})", day_of),
    )
)
