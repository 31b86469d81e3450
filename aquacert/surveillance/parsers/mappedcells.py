"""Cells read as a mapping says: days in one order, codes by a list, periods, several species."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from aquacert.surveillance.parsers.cells import (
    BLANK,
    checked_day,
    flag_of,
    iso_day_of,
    text_of,
)
from aquacert.surveillance.parsers.shape import Bad, Code
from aquacert.surveillance.parsers.tables import Cell
from aquacert.surveillance.rules.events import Value
from aquacert.surveillance.rules.mapping.days import Order, read_day
from aquacert.surveillance.rules.mapping.fields import Shape
from aquacert.surveillance.rules.mapping.spec import bare
from aquacert.surveillance.rules.periods import UnreadPeriod, parse_period


def day_as(cell: Cell, order: str, today: date) -> str | None:
    """Return the ISO day of a cell written in this order; raise `Bad` when it is none."""
    if isinstance(cell, date):
        return iso_day_of(cell, today)
    text = text_of(cell)
    if text is None:
        return None
    day = read_day(text, Order(order))
    if day is None:
        raise Bad(Code.DATE, value=text)
    return checked_day(day, today)


def written_code(cell: Cell) -> str | None:
    """Return a code as written: here a lone `-` is an answer, no blank."""
    text = "" if cell is None else str(cell).strip()
    return None if text.casefold() in BLANK - {"-", "--", "—"} else text


def code_by(cell: Cell, codes: Mapping[str, str]) -> str | None:
    """Return our code for a written value; raise `Bad` when the list has no such value."""
    written = written_code(cell)
    if written is None:
        return None
    code = codes.get(bare(written))
    if code is None:
        raise Bad(Code.CHOICE, value=written)
    return code or None


def period_cell(cell: Cell) -> str | None:
    """Return the ISO text of a period; raise `Bad` when it is none."""
    text = text_of(cell.isoformat()[:7] if isinstance(cell, date) else cell)
    if text is None:
        return None
    try:
        return parse_period(text).text
    except UnreadPeriod:
        raise Bad(Code.PERIOD, value=text) from None


def flag_cell(cell: Cell) -> bool | None:
    """Return a yes or no, also as a workbook holds it."""
    return cell if isinstance(cell, bool) else flag_of(cell)


PLAIN: Mapping[Shape, Callable[[Cell], Value]] = {Shape.FLAG: flag_cell, Shape.PERIOD: period_cell}


def species_of(text: str | None, separator: str) -> list[Value]:
    """Return the species of a cell that may name several."""
    if text is None:
        return []
    parts = text.split(separator) if separator else [text]
    names = dict.fromkeys(part.strip() for part in parts if part.strip())
    return [{"kind": "", "name": name, "latin": ""} for name in names]
