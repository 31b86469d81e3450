"""The list of segments as a workbook (.xlsx): rows of text cells, and what is wrong with a cell."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aquacert.certificates.rules.numbersheet import HEADS
from aquacert.kernel.errors import Invalid
from aquacert.kernel.workbooks import load_workbook
from labs.instruments.parsers.archive import opened

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 2_000
FAR_DOWN = 20_000
"""Rows below this are not read: a sheet formatted to its end is refused, not walked through."""
LONGEST = 200
NO_WORKBOOK = "打不开这份表格，请用下载的模板另存为 .xlsx 再传。"


@dataclass(frozen=True)
class SegmentCells:
    """One row as it stands in the sheet (`row` counts from 1, as the program shows it)."""

    row: int
    kind: str
    first: str
    last: str
    body: str
    because: str
    wrong: str
    """Why the row cannot be read at all: a formula, a merged cell, an empty cell; else ""."""


def read_segment_list(data: bytes) -> list[SegmentCells]:
    """Return the rows of the first sheet; raise `Invalid` when it is no list of ours.

    Formulas are never computed or trusted: a row that holds one is wrong, and so is a row with a
    merged cell, for only its first row holds the value. Empty rows are passed over.
    """
    opened(data).close()
    try:
        book = load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
        sheet: Any = book.worksheets[0]
        merged = {
            number
            for area in sheet.merged_cells.ranges
            for number in range(area.min_row, area.max_row + 1)
        }
        table = [
            (number, row[: len(HEADS)])
            for number, row in enumerate(
                sheet.iter_rows(max_col=len(HEADS), max_row=min(sheet.max_row, FAR_DOWN + 1)), 1
            )
        ]
    except Exception as error:  # openpyxl lets errors of zip and XML through as they are
        raise Invalid(NO_WORKBOOK, file=NO_WORKBOOK) from error
    return _rows(table, merged)


def _rows(table: Sequence[tuple[int, Sequence[Any]]], merged: set[int]) -> list[SegmentCells]:
    if not table or tuple(_text(cell) for cell in table[0][1]) != HEADS:
        sentence = "第一行应是表头：" + "、".join(HEADS) + "。请用下载的模板。"
        raise Invalid("不是号段清单。", file=sentence)
    rows = [
        _row(number, cells, is_merged=number in merged)
        for number, cells in table[1:]
        if any(_text(cell) for cell in cells)
    ]
    if len(rows) > MOST_ROWS or len(table) > FAR_DOWN:
        raise Invalid("行数太多。", file=f"一次最多 {MOST_ROWS} 行，请分几份。")
    if not rows:
        raise Invalid("清单是空的。", file="表头下面没有号段。")
    return rows


def _row(number: int, cells: Sequence[Any], *, is_merged: bool) -> SegmentCells:
    texts = [_text(cell)[:LONGEST] for cell in cells]
    texts += [""] * (len(HEADS) - len(texts))
    kind, first, last, body, because = texts
    wrong = ""
    if is_merged:
        wrong = "这一行有合并的单元格，请取消合并，每行写全。"
    elif any(cell.data_type == "f" for cell in cells):
        wrong = "这一行有公式，请改成数值（选择性粘贴）。"
    elif any(cell.data_type in {"e", "d"} for cell in cells):
        wrong = "这一行有错误值或日期，请把号码写成文本。"
    elif not (kind and first and body):
        wrong = "证书种类、起号、领用单位都要填。"
    return SegmentCells(number, kind, first, last, body, because, wrong)


def _text(cell: Any) -> str:  # noqa: ANN401 (a cell of openpyxl)
    """Return a cell as text; a whole number stored as 3200000001.0 is 3200000001."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
