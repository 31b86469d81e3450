"""The report of a bulk check as .xlsx: texts only, nothing a spreadsheet would run."""

from __future__ import annotations

import io
from collections.abc import Sequence

from aquacert.kernel.workbooks import Font, Workbook
from aquacert.verification.rules.bulk import HEADINGS, Row

WIDTHS = (6, 36, 8, 40, 14, 18, 16, 28, 28, 22, 28)
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def report(rows: Sequence[Row], made: str, *, left: int = 0) -> bytes:
    """Return the report; `made` is the moment it was made, in words, `left` how many are unchecked."""
    book = Workbook(write_only=False)
    sheet = book.active
    if sheet is None:
        raise LookupError("a new workbook has a sheet")
    sheet.title = "批量查验"
    missing = f"还有 {left} 份没有查，不在这张表里。" if left else ""
    sheet.append([f"批量查验结果，{made}。{missing}结果只在这个时刻成立；以二维码查验页为准。"])
    sheet.append(list(HEADINGS))
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for place, row in enumerate(rows, 1):
        sheet.append(list(row.cells(place)))
    for cells in sheet.iter_rows(min_row=3):
        for cell in cells[1:]:
            cell.data_type = "s"
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJK"[place]].width = width
    sheet.freeze_panes = "A3"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
