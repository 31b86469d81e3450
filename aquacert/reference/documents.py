"""Tables as a workbook (.xlsx): the one way in which a list leaves the house for a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aquacert.reference.rules.text import plain_cell

EXACT = 10**15
"""A spreadsheet holds 15 digits exactly; a larger number is written as text."""


@dataclass(frozen=True)
class Table:
    """One sheet: its name, its head row, its rows, and the columns' widths in characters."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[object]]
    widths: Sequence[int] = ()


def workbook(*tables: Table) -> bytes:
    """Return the tables as .xlsx, a sheet each with a frozen head row.

    No cell is a formula (ASVS 5.0 V1.2.10), and no number loses a digit.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.title)
        sheet.freeze_panes = "A2"
        for place, width in enumerate(table.widths, 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.append(list(table.heads))
        for row in table.rows:
            sheet.append([cell(value) for value in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def cell(value: object) -> object:
    """Return a value as a cell takes it unchanged: no formula, no number rounded."""
    if isinstance(value, int) and abs(value) >= EXACT:
        return str(value)
    return plain_cell(value)
