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
from typing import Any, BinaryIO

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers.cells import DELIMITERS, open_text

FIELD = "mended"
ZIP = b"PK\x03\x04"


def mended(file: BinaryIO, rows: Mapping[int, str]) -> BinaryIO:
    """Return the file with rows replaced: line → the raw row as mended.

    Raises `Invalid` naming the field when a mended row is not of the received one's shape, or the
    kind of file cannot be mended row by row.
    """
    cells: dict[int, Any] = {}
    for line, now in rows.items():
        try:
            cells[line] = json.loads(now)
        except ValueError:
            raise _refused(f"第 {line} 行改过的内容不是完整的一行。") from None
    file.seek(0)
    head = file.read(64).lstrip()
    file.seek(0)
    if head.startswith(ZIP):
        return _workbook(file, cells)
    if head.startswith((b"{", b"[", b"<")):
        raise _refused("这种文件的行不能在这里改，请在来源改好再导入。")
    return _csv(file, cells)


def _csv(file: BinaryIO, cells: Mapping[int, Any]) -> BinaryIO:
    """Write the table anew; every other row stays on its line."""
    text = open_text(file)
    first = ""
    while not first.strip():
        first = text.readline() or "\n;"
    delimiter = max(DELIMITERS, key=first.count)
    text.seek(0)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    reader, line = csv.reader(text, delimiter=delimiter), 1
    for row in reader:
        height = reader.line_num + 1 - line
        if line in cells:
            writer.writerow([_flat(one) for one in _listed(cells[line], line)])
            out.write("\n" * (height - 1))
        else:
            writer.writerow(row) if row else out.write("\n")
        line = reader.line_num + 1
    text.detach()  # else the file would be closed with its wrapper
    return io.BytesIO(out.getvalue().encode())


def _workbook(file: BinaryIO, cells: Mapping[int, Any]) -> BinaryIO:
    """Write cells into the rows of every sheet that has a row of that width there."""
    from openpyxl import load_workbook

    book = load_workbook(file)
    for line, row in cells.items():
        listed = _listed(row, line)
        sheet = max(book.worksheets, key=lambda one: (one.max_row >= line, one.max_row))
        for place, value in enumerate(listed, start=1):
            sheet.cell(line, place).value = value
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
    return "" if cell is None else " ".join(str(cell).split("\n"))


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, **{FIELD: sentence})
