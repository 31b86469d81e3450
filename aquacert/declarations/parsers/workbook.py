"""A workbook of declarations (.xlsx): rows of text cells; formulas and tricks are named, not run."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

from aquacert.declarations.rules.bulk import (
    DAYS,
    FIELDS,
    HEADS,
    LONGEST_CELL,
    MOST_ROWS,
    NEEDED,
    Line,
)
from aquacert.kernel.errors import Invalid
from aquacert.kernel.workbooks import load_workbook
from labs.instruments.parsers.archive import is_zip, opened, read_member

FAR_DOWN = 20_000
"""Rows below this are not read: a sheet formatted to its end is refused, not walked through."""
NO_WORKBOOK = "打不开这份表格，请用下载的模板填好，另存为 .xlsx 再传。"
LINKED = "表格里有指向别的文件的链接，不能收。请用下载的模板，把内容粘贴成数值。"
MERGED = "表格里有合并的单元格，请取消合并，每行写全。"
TRICKS = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")
"""How XML in UTF-16 or UTF-32 begins: no spreadsheet program writes it, and tricks hide in it."""
MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s")
FORMULA = "这一格是公式，请改成数值（选择性粘贴）。"


def read_workbook(data: bytes) -> list[Line]:
    """Return the rows of the first sheet; raise `Invalid` on `file` when it is no sheet of ours.

    Refused whole: what is no workbook, bursts when unpacked, points at other files, or hides
    entities. A formula makes its own cell wrong; empty rows are passed over.
    """
    if not is_zip(data):
        raise _refused(NO_WORKBOOK)
    with opened(data) as archive:
        _check_members(archive)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        lines = _lines(sheet.iter_rows(max_col=len(FIELDS)))
        book.close()
    except Invalid:
        raise
    except Exception as error:  # openpyxl lets errors of zip and XML through as they are
        raise _refused(NO_WORKBOOK) from error
    if not lines:
        raise _refused("表头下面没有要申报的行。")
    return lines


def _check_members(archive: ZipFile) -> None:
    for name in archive.namelist():
        if name.startswith(("xl/externalLinks/", "xl/connections", "xl/queryTables/")):
            raise _refused(LINKED)
        if name.endswith("vbaProject.bin"):
            raise _refused("表格里有宏，不能收。请另存为不带宏的 .xlsx。")
        if name.endswith((".xml", ".rels")):
            source = read_member(archive, name)
            if TRICKS.search(source) or source.startswith(WIDE):
                raise _refused(NO_WORKBOOK)
            if name.startswith("xl/worksheets/sheet") and MERGE.search(source):
                raise _refused(MERGED)


def _lines(source: Iterator[Sequence[Any]]) -> list[Line]:
    head = [_text(cell) for cell in next(source, ())]
    while len(head) > NEEDED and not head[-1]:
        head.pop()
    if len(head) < NEEDED or head != list(HEADS.values())[: len(head)]:
        raise _refused("第一行应是模板的表头。请下载本场的模板来填，不要改表头和列的次序。")
    found: list[Line] = []
    for number, cells in enumerate(source, 2):
        if number > FAR_DOWN or len(found) > MOST_ROWS:
            raise _refused(f"一次最多 {MOST_ROWS} 行，请分几份。")
        line = _line(number, cells)
        if line.cells or line.wrong:
            found.append(line)
    if len(found) > MOST_ROWS:
        raise _refused(f"一次最多 {MOST_ROWS} 行，请分几份。")
    return found


def _line(number: int, cells: Sequence[Any]) -> Line:
    said: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, cell in zip(FIELDS, cells, strict=False):
        if cell.value is None:
            continue
        if cell.data_type == "f":
            wrong[name] = FORMULA
            continue
        if cell.data_type == "e":
            wrong[name] = "这一格是错误值，请改成数值。"
            continue
        text = _text(cell)
        if name in DAYS and isinstance(cell.value, float):
            text = f"数字 {text}"  # 11.20 is 11.2 there: another day
        if len(text) > LONGEST_CELL:
            wrong[name] = f"太长，最多 {LONGEST_CELL} 字。"
            text = text[:LONGEST_CELL]
        if text:
            said[name] = text
    return Line(number, said, wrong)


def _text(cell: Any) -> str:  # noqa: ANN401 (a cell of openpyxl)
    """Return a cell as text: 12.0 is 12, an instant is its minute, a day its day."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\x00", "").strip()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        if (value.hour, value.minute) == (0, 0):
            return value.date().isoformat()
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, file=sentence)
