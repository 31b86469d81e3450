"""A file with some rows replaced by what a person mended, so that its own reader reads it again.

The whole file goes through the reader once more: a row means what it means only below its header
and beside the others (the order of days). This is for tables, CSV and workbooks; a record of a document is a
file of its own when it is mended.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers.cells import DELIMITERS, open_text

FIELD = "mended"
ZIP = b"PK\x03\x04"
IN_MEMORY = 16 << 20
MOST_WORKBOOK = 8 << 20
"""Bytes: mended as a whole, a workbook takes fifty times its packed size in memory."""


def mended(file: BinaryIO, rows: Mapping[int, str], sheet: str = "") -> BinaryIO:
    """Return the file with rows replaced: line → the raw row as mended; `sheet`: of a workbook.

    Whoever asked closes it. Raises `Invalid` naming the field when a mended row is not of the received one's shape, or the
    kind of file cannot be mended row by row.
    """
    cells = {line: cells_of(now, line) for line, now in rows.items()}
    file.seek(0)
    head = file.read(64).lstrip()
    file.seek(0)
    if head.startswith(ZIP):
        return _workbook(file, cells, sheet)
    if head.startswith((b"{", b"[", b"<")):
        raise _refused("这种文件的行不能在这里改，请在来源改好再导入。")
    return _csv(file, cells)


def cells_of(row: str, line: int) -> list[Any]:
    """Return the cells of a row as mended; raise `Invalid` when it is none."""
    try:
        return _listed(json.loads(row), line)
    except (ValueError, RecursionError):
        raise _refused(f"第 {line} 行改过的内容不是完整的一行。") from None


def _csv(file: BinaryIO, cells: Mapping[int, list[Any]]) -> BinaryIO:
    """Write the table anew; every other row stays on its line."""
    text = open_text(file)
    first = ""
    while not first.strip():
        first = text.readline() or "\n;"
    delimiter = max(DELIMITERS, key=first.count)
    text.seek(0)
    kept = cast("BinaryIO", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 (given away)
    out = io.TextIOWrapper(kept, encoding="utf-8", newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    reader, line = csv.reader(text, delimiter=delimiter), 1
    for row in reader:
        height = reader.line_num + 1 - line
        if line in cells:
            writer.writerow([_flat(one) for one in cells[line]])
            out.write("\n" * (height - 1))
        else:
            writer.writerow(row) if row else out.write("\n")
        line = reader.line_num + 1
    text.detach()  # else the file would be closed with its wrapper
    out.flush()
    out.detach()
    kept.seek(0)
    return kept


def _workbook(file: BinaryIO, cells: Mapping[int, list[Any]], sheet: str) -> BinaryIO:
    """Write cells into rows of the named sheet, else of the one that has so many rows."""
    from openpyxl import load_workbook

    if file.seek(0, 2) > MOST_WORKBOOK:
        raise _refused("这份表格太大，行不能在这里改，请在来源改好再导入。")
    file.seek(0)
    book = load_workbook(file)
    for line, row in cells.items():
        titles = {str(one.title): one for one in book.worksheets}
        found = titles.get(sheet) or max(
            book.worksheets, key=lambda one: (one.max_row >= line, one.max_row)
        )
        beyond = [None] * max(0, found.max_column - len(row))
        for place, value in enumerate([*row, *beyond], start=1):
            found.cell(line, place).value = value
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def _listed(row: object, line: int) -> list[Any]:
    if not isinstance(row, list):
        raise _refused(f"第 {line} 行改过的内容不是一行格子。")
    return row


def _flat(cell: object) -> str:
    """Return a mended cell on one line: rows behind it keep their numbers."""
    return "" if cell is None else " ".join(str(cell).splitlines())


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, **{FIELD: sentence})
