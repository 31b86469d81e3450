"""Workbooks (.xlsx) that go out: the empty list of segments, and the ledger."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from aquacert.certificates.rules.numbersheet import HEADS, LEDGER_HEADS
from aquacert.reference.documents import Table, workbook

HELP = (
    ("证书种类", "动物A 或 动物B"),
    ("起号、止号", "10 位数字，前两位是本省代码；只有一个号时止号可不填"),
    ("领用单位", "系统里在用的机构全称"),
    ("说明", "例如：省批次 2026-02"),
    ("请注意", "不要合并单元格，不要写公式；一次最多 2000 行"),
)
LIST_WIDTHS = (12, 16, 16, 32, 40)
LEDGER_WIDTHS = (20, 8, 6, 14, 14, 10, 36, 36, 40, 18)
TEXT = "@"
ROWS_AS_TEXT = 500


def template() -> bytes:
    """Return the empty list of segments: text cells, so that no number loses a digit."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise LookupError("sheet")
    sheet.title = "号段清单"
    sheet.append(list(HEADS))
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDE", LIST_WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    for row in sheet.iter_rows(min_row=2, max_row=ROWS_AS_TEXT, max_col=len(HEADS)):
        for cell in row:
            cell.number_format = TEXT
    notes = book.create_sheet("填写说明")
    for line in HELP:
        notes.append(list(line))
    return _bytes(book)


def ledger_workbook(rows: Iterable[Sequence[object]]) -> bytes:
    """Return lines of the ledger as .xlsx with a frozen head row; no cell is a formula."""
    return workbook(Table("号段流水", LEDGER_HEADS, rows, LEDGER_WIDTHS))


def _bytes(book: object) -> bytes:
    kept = io.BytesIO()
    book.save(kept)  # type: ignore[attr-defined]
    return kept.getvalue()
