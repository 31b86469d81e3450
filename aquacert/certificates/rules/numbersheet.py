"""Heads of the workbooks, and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import unicodedata

HEADS = ("证书种类", "起号", "止号", "领用单位", "说明")
"""Columns of the list of segments. An empty 止号 is a list of one number."""
LEDGER_HEADS = ("时间", "动作", "证型", "起号", "止号", "数量", "从", "到", "说明", "经办")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the begin of a formula (OWASP, CSV injection)."""


def plain_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: such text gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def half_width(text: str) -> str:
    """Return text with full-width letters and digits (３２) as plain ones, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()
