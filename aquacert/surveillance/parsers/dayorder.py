"""Which way round a column writes its days, decided from the whole column and nothing less.

One WAHIS extract writes mm/dd in one column and dd/mm in the next. So each column is judged alone,
by the days that can only be read one way (13 and above). One way wins when nothing contradicts it,
or when it has at least twenty times the evidence; then a day that contradicts is a bad day. A
column without evidence stays unsure: its `04/05/2026` is set aside as ambiguous, `05/05/2026` and
ISO days are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aquacert.surveillance.parsers.cells import checked_day, iso_day_of, text_of
from aquacert.surveillance.parsers.shape import Bad, Code

SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T].*)?")
CLEAR = 20
"""Times as much evidence as the other way round that makes a contradiction a slip of the pen."""


class Order(StrEnum):
    """How a column writes its days."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    UNSURE = "unsure"


@dataclass
class Evidence:
    """What a column's cells have shown so far."""

    day_first: int = 0
    month_first: int = 0

    def see(self, cell: object) -> None:
        """Count a cell, when it can be read one way only."""
        found = SLASHED.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if found is None:
            return
        first, second = int(found[1]), int(found[2])
        self.day_first += 12 < first <= 31 and second <= 12
        self.month_first += 12 < second <= 31 and first <= 12

    @property
    def order(self) -> Order:
        """The way that the column writes its days."""
        if self.day_first > CLEAR * self.month_first:
            return Order.DAY_FIRST
        if self.month_first > CLEAR * self.day_first:
            return Order.MONTH_FIRST
        return Order.UNSURE


def orders_of(
    names: Sequence[str], columns: Iterable[int], rows: Iterable[Sequence[object]]
) -> dict[str, Order]:
    """Return the order of each column of days, by its name, from every row of the table."""
    found = {at: Evidence() for at in columns}
    for cells in rows:
        for at, evidence in found.items():
            if at < len(cells) and cells[at]:
                evidence.see(cells[at])
    return {names[at]: evidence.order for at, evidence in found.items()}


def written(orders: Mapping[str, Order]) -> str:
    """Return orders as they are kept beside the name of a header set."""
    sure = {name: order for name, order in orders.items() if order is not Order.UNSURE}
    return "".join(f" {name}={order}" for name, order in sorted(sure.items()))


def from_written(header_set: str) -> dict[str, Order]:
    """Return the orders that `written` kept."""
    pairs = (word.partition("=") for word in header_set.split() if "=" in word)
    return {name: Order(order) for name, _equals, order in pairs if order in set(Order)}


def ordered_day(cell: object, order: Order, today: date) -> str | None:
    """Return a day as ISO text; raise `Bad` when it is none, lies ahead, or can be read two ways."""
    if isinstance(cell, date | datetime):
        return iso_day_of(cell, today)
    text = text_of(cell)
    found = SLASHED.fullmatch(text) if text else None
    if text is None or found is None:
        return iso_day_of(text, today)
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if order is Order.UNSURE and first != second and first <= 12 and second <= 12:
        raise Bad(Code.AMBIGUOUS, value=text)
    month_first = order is Order.MONTH_FIRST or (order is Order.UNSURE and second > 12)
    day, month = (second, first) if month_first else (first, second)
    try:
        return checked_day(date(year, month, day), today)
    except ValueError:
        raise Bad(Code.DATE, value=text) from None
