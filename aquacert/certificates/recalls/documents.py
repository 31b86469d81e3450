"""The certificates of a recall as a workbook (.xlsx): facts in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

HEADS = ("证号", "办理", "现状", "品种", "数量", "单位", "启运县区", "到达地", "签发日期")
WIDTHS = (14, 22, 14, 18, 16, 6, 10, 10, 12)


def workbook(rows: Sequence[Sequence[str | int]]) -> bytes:
    """Return rows in the order of HEADS as .xlsx; every text is text, never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("召回")
    for place, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(list(HEADS))
    for row in rows:
        sheet.append([f"'{one}" if _is_formula(one) else one for one in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _is_formula(value: str | int) -> bool:
    """Say whether a spreadsheet would take a text for a formula (ASVS 5.0 V1.2.10)."""
    return isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}
