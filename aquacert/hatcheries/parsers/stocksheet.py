"""The workbook of movements (.xlsx): rows of text cells, and which of them are formulas."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from aquacert.hatcheries.rules.stocksheet import COLUMNS, HEADS, MOST_ROWS, SheetRow, folded
from aquacert.kernel.errors import Invalid
from aquacert.kernel.workbooks import load_workbook
from labs.instruments.parsers.archive import is_zip, opened

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAR_DOWN = 100_000
"""Rows below this are not read: a sheet formatted to its end is refused, not walked through."""
LONGEST = 200
NO_WORKBOOK = "打不开这份表格，请用下载的模板填好，另存为 .xlsx 再传。"
NAMES = tuple(COLUMNS)
WIDTH = len(NAMES)
DAY = NAMES.index("happened_on")


def read_stock_sheet(data: bytes) -> list[SheetRow]:
    """Return the rows of the first sheet; raise `Invalid` when it is no sheet of ours.

    Formulas are never computed or trusted: they are named, and so make their row wrong. Empty rows
    are passed over. The archive's members and their sizes are looked at before anything is opened.
    """
    if not is_zip(data):
        raise Invalid(NO_WORKBOOK, file=NO_WORKBOOK)
    opened(data).close()
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        rows = _rows(sheet.iter_rows(max_col=WIDTH))
        book.close()
    except Invalid:
        raise
    except Exception as error:  # openpyxl lets errors of zip and XML through as they are
        raise Invalid(NO_WORKBOOK, file=NO_WORKBOOK) from error
    if not rows:
        raise Invalid("表格是空的。", file="表头下面没有要记的变动。")
    return rows


def _rows(source: Iterator[Sequence[Any]]) -> list[SheetRow]:
    head = next(source, ())
    if tuple(folded(_text(cell)) for cell in head) != HEADS:
        sentence = "第一行应是表头：" + "、".join(HEADS) + "。请用下载的模板。"
        raise Invalid("这不是存塘变动表。", file=sentence)
    found: list[SheetRow] = []
    for number, cells in enumerate(source, 2):
        if number > FAR_DOWN or len(found) > MOST_ROWS:
            raise Invalid("行数太多。", file=f"一次最多 {MOST_ROWS} 行，请分几份。")
        texts = tuple([_text(cell)[:LONGEST] for cell in cells])
        if any(texts):
            formula = tuple(
                name
                for name, cell in zip(NAMES, cells, strict=False)
                if cell.value is not None and cell.data_type == "f"
            )
            texts += ("",) * (WIDTH - len(texts))
            found.append(SheetRow(number, _day_told(texts, cells), formula))
    if len(found) > MOST_ROWS:
        raise Invalid("行数太多。", file=f"一次最多 {MOST_ROWS} 行，请分几份。")
    return found


def _day_told(texts: tuple[str, ...], cells: Sequence[Any]) -> tuple[str, ...]:
    """Mark a day that the sheet holds as a broken number: 11.20 is 11.2 there, another day."""
    if len(cells) > DAY and isinstance(cells[DAY].value, float):
        return (*texts[:DAY], f"数字 {texts[DAY]}", *texts[DAY + 1 :])
    return texts


def _text(cell: Any) -> str:  # noqa: ANN401 (a cell of openpyxl)
    """Return a cell as text; a whole number stored as 12.0 is 12, a date is its day."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value)
