"""A data check as a workbook (.xlsx): every farm with its answer. No personal data."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from aquacert.reference.rules.text import plain_cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = ("区县", "苗种场", "统一社会信用代码", "核对日期", "怎样核对", "不符", "处理", "说明")
WIDTHS = (24, 28, 22, 12, 14, 8, 10, 60)


def workbook(rows: Sequence[Sequence[str | int]]) -> bytes:
    """Return rows in the order of HEADS; every text is text, never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("信息核对")
    for place, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(list(HEADS))
    for row in rows:
        sheet.append([plain_cell(one) for one in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
