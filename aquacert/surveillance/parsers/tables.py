"""Rows of a table, whether it came as CSV or as a workbook (.xlsx): streamed, one at a time.

A workbook is opened only after its archive was looked at: sizes, links to other files, macros,
entities. Formulas are neither computed nor trusted: the cell comes back as `Formula`, and the
reader sets its row aside. Days and numbers come back as the workbook holds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO
from zipfile import ZipFile

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers.cells import csv_rows, refused
from labs.instruments.parsers.archive import is_zip, opened

MOST_PACKED = 64 << 20
"""Bytes of a workbook; larger tables come as CSV, which needs no memory."""
MOST_COLUMNS = 256
MOST_SHEETS = 40
FAR_DOWN = 1_048_576
NO_WORKBOOK = "打不开这份表格，请另存为 .xlsx 或 CSV 再传。"
OLD_WORKBOOK = "这是旧式的 .xls 表格，请另存为 .xlsx 再传。"
LINKED = "表格里有指向别的文件的链接，不能收。请把内容粘贴成数值后再传。"
MACROS = "表格里有宏，不能收。请另存为不带宏的 .xlsx。"
TRICKS = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
OLD = b"\xd0\xcf\x11\xe0"
HEAD = 8192
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})

Cell = str | int | float | bool | date | None
"""A cell of a workbook keeps its kind; one of a CSV file is text."""


class Formula(str):
    """The text of a formula, or of the error it came to: never a value."""

    __slots__ = ()


def is_workbook(file: BinaryIO) -> bool:
    """Say whether a file begins as a workbook (.xlsx) does."""
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    if head.startswith(OLD):
        raise refused(OLD_WORKBOOK)
    return is_zip(head)


def sheet_titles(file: BinaryIO) -> list[str]:
    """Return the names of a workbook's sheets, in order; [] for a text file."""
    if not is_workbook(file):
        return []
    book = _book(file)
    try:
        return [str(sheet.title) for sheet in book.worksheets][:MOST_SHEETS]
    finally:
        book.close()


def table_rows(file: BinaryIO, sheet: str = "") -> Iterator[tuple[int, Sequence[Cell]]]:
    """Yield (line, cells) of a CSV file or of one sheet (the first without a name), blank rows out.

    Raises `Invalid` (field "file") when the file is no table, or has no sheet of that name.
    """
    if not is_workbook(file):
        yield from csv_rows(file)
        return
    book = _book(file)
    try:
        yield from _rows(_sheet(book, sheet))
    except Invalid:
        raise
    except Exception as error:  # openpyxl lets errors of zip and XML through as they are
        raise refused(NO_WORKBOOK) from error
    finally:
        book.close()


def workbook_copy(
    file: BinaryIO,
    sheet: str,
    out: BinaryIO,
    keep: Callable[[int, Sequence[object]], Sequence[object]],
) -> None:
    """Write one sheet of a workbook anew, row by row as `keep` leaves it; other sheets fall away."""
    from openpyxl import Workbook

    book = _book(file)
    copy = Workbook(write_only=True)
    try:
        found = _sheet(book, sheet)
        to = copy.create_sheet(str(found.title))
        for line, cells in enumerate(found.iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
            to.append(keep(line, cells))
        copy.save(out)
    except Invalid:
        raise
    except Exception as error:  # openpyxl lets errors of zip and XML through as they are
        raise refused(NO_WORKBOOK) from error
    finally:
        book.close()


def _book(file: BinaryIO) -> Any:  # noqa: ANN401 (openpyxl has no types)
    from openpyxl import load_workbook

    file.seek(0)
    data = file.read(MOST_PACKED + 1)
    file.seek(0)
    if len(data) > MOST_PACKED:
        raise refused("表格太大，请另存为 CSV 再传。")
    with opened(data) as archive:
        _check(archive)
    del data
    try:
        return load_workbook(file, read_only=True, keep_links=False)
    except Exception as error:
        raise refused(NO_WORKBOOK) from error


def _check(archive: ZipFile) -> None:
    for name in archive.namelist():
        if name.startswith(("xl/externalLinks/", "xl/connections", "xl/queryTables/")):
            raise refused(LINKED)
        if name.endswith("vbaProject.bin"):
            raise refused(MACROS)
        if name.endswith((".xml", ".rels")) and _hides_entities(archive, name):
            raise refused(NO_WORKBOOK)


def _hides_entities(archive: ZipFile, name: str) -> bool:
    """Say whether a part declares a document type: that can only stand before its first element."""
    try:
        with archive.open(name) as part:
            head = part.read(HEAD)
    except Exception as error:  # zlib.error has no common base with the others
        raise refused(NO_WORKBOOK) from error
    return bool(TRICKS.search(head)) or b"\x00" in head[:64]


def _sheet(book: Any, title: str) -> Any:  # noqa: ANN401 (openpyxl has no types)
    found = [one for one in book.worksheets if not title or str(one.title) == title]
    if not found:
        raise refused(f"表格里没有名为“{title[:40]}”的工作表。")
    found[0].reset_dimensions()
    return found[0]


def _rows(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:  # noqa: ANN401 (openpyxl has no types)
    """Yield rows as wide as the widest so far: the library pads each to the most there may be."""
    width = 0
    for line, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if line > FAR_DOWN:
            break
        found = [_value(cell) for cell in cells]
        last = max((at for at, one in enumerate(found, 1) if one is not None), default=0)
        width = max(width, last)
        if any(one is not None and one != "" for one in found):
            yield line, found[:width]


def _value(cell: Any) -> Cell:  # noqa: ANN401 (a cell of openpyxl)
    value = cell.value
    if value is None:
        return None
    if cell.data_type in {"f", "e"} or (isinstance(value, str) and value in ERRORS):
        return Formula(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date()
    if isinstance(value, str | int | float | bool | date):
        return value
    return str(value)
