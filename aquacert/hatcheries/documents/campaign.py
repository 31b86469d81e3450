"""A data check as a workbook (.xlsx): every farm with its answer. No personal data."""

from __future__ import annotations

from collections.abc import Sequence

from aquacert.reference.documents import Table
from aquacert.reference.documents import workbook as written

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = ("区县", "苗种场", "统一社会信用代码", "核对日期", "怎样核对", "不符", "处理", "说明")
WIDTHS = (24, 28, 22, 12, 14, 8, 10, 60)


def workbook(rows: Sequence[Sequence[str | int]]) -> bytes:
    """Return rows in the order of HEADS; every text is text, never a formula."""
    return written(Table("信息核对", HEADS, rows, WIDTHS))
