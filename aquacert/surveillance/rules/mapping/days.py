"""In which order a column writes its days: read from the whole column, refused when it cannot tell.

03/04/2026 is 3 April or 4 March. One cell never settles it; 25/04/2026 somewhere in the same
column does. Where nothing in the column does, a person has to say which; nothing is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?!\d)")
EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(?!\d)")
REST = re.compile(r"(?:[T\s]\s*\d{1,2}[:时]\d{2}.*)?\s*")


class Order(StrEnum):
    """How a column writes its days."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


ORDER_WORDS: Mapping[Order, str] = {
    Order.YMD: "年-月-日（2026-04-30、2026/4/30、2026年4月30日）",
    Order.DMY: "日/月/年（30/04/2026）",
    Order.MDY: "月/日/年（04/30/2026）",
}


class Doubt(StrEnum):
    """Why the order cannot be told."""

    EMPTY = "empty"
    BOTH = "both"
    MIXED = "mixed"
    NONE = "none"


SENTENCES: Mapping[Doubt, str] = {
    Doubt.EMPTY: "这一列全是空的，没有日期可看。",
    Doubt.BOTH: "这一列两种读法都说得通（日/月 和 月/日），分不清，请您选定。",
    Doubt.MIXED: "这一列里有的只能是日/月，有的只能是月/日，混着写，不能整列导入。",
    Doubt.NONE: "这一列里没有认得的日期。",
}


@dataclass
class Seen:
    """What a column has shown so far; feed it every cell, then ask."""

    year_first: int = 0
    open_: int = 0
    """Cells that can be read both ways."""
    day_first: int = 0
    month_first: int = 0
    other: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    """The first line on which each way was met."""

    def take(self, cell: object, line: int = 0) -> None:
        """Look at one cell."""
        if isinstance(cell, date):
            self.year_first += 1
            return
        text = str(cell or "").strip()
        if not text:
            return
        way = way_of(text)
        self.lines.setdefault(way, line)
        setattr(self, way, getattr(self, way) + 1)

    @property
    def order(self) -> Order | Doubt:
        """Return the order of the column, or why it cannot be told."""
        if self.day_first and self.month_first:
            return Doubt.MIXED
        if self.day_first or self.month_first:
            return Order.DMY if self.day_first else Order.MDY
        if self.open_:
            return Doubt.BOTH
        if self.year_first:
            return Order.YMD
        return Doubt.NONE if self.other else Doubt.EMPTY

    def contradicts(self, order: Order) -> int | None:
        """Return the line that shows a column to be written in another order than `order`, or None.

        Only a column without one cell for `order` contradicts it: a stray cell is its row's fault.
        """
        if order is Order.DMY and self.month_first and not self.day_first:
            return self.lines["month_first"]
        if order is Order.MDY and self.day_first and not self.month_first:
            return self.lines["day_first"]
        return None


def way_of(text: str) -> str:
    """Return which way a cell can be read: the name of a count of `Seen`."""
    if _matched(YEAR_FIRST, text) or _matched(EIGHT, text):
        return "year_first"
    parts = _matched(YEAR_LAST, text)
    if parts is None:
        return "other"
    first, second = int(parts[0]), int(parts[1])
    if first > 12 or second > 12:
        if first > 12 and second > 12:
            return "other"
        return "day_first" if first > 12 else "month_first"
    return "year_first" if first == second else "open_"


def seen(cells: Iterable[object]) -> Seen:
    """Return what a whole column shows."""
    found = Seen()
    for line, cell in enumerate(cells, 1):
        found.take(cell, line)
    return found


def read_day(text: str, order: Order) -> date | None:
    """Return the day that a cell says in this order; None when it says none that exists.

    A year in front is read as such whatever the order: it has one reading only.
    """
    parts = _matched(YEAR_FIRST, text) or _matched(EIGHT, text)
    if parts is None:
        last = _matched(YEAR_LAST, text)
        if last is None or (order is Order.YMD and last[0] != last[1]):
            return None
        first, second, year = last
        parts = (year, second, first) if order is Order.DMY else (year, first, second)
    try:
        return date(*(int(one) for one in parts))
    except ValueError:
        return None


def _matched(shape: re.Pattern[str], text: str) -> tuple[str, str, str] | None:
    found = shape.match(text)
    if found is None or not REST.fullmatch(text[found.end() :]):
        return None
    return found.group(1), found.group(2), found.group(3)
