"""The certificates of a recall as a workbook (.xlsx): facts in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence

from aquacert.reference.documents import Table
from aquacert.reference.documents import workbook as written

HEADS = ("证号", "办理", "现状", "品种", "数量", "单位", "启运县区", "到达地", "签发日期")
WIDTHS = (14, 22, 14, 18, 16, 6, 10, 10, 12)


def workbook(rows: Sequence[Sequence[str | int]]) -> bytes:
    """Return rows in the order of HEADS as .xlsx; every text is text, never a formula."""
    return written(Table("召回", HEADS, rows, WIDTHS))
