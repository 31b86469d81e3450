"""Heads of the workbooks, and their text as it is read."""

from __future__ import annotations

import unicodedata

HEADS = ("证书种类", "起号", "止号", "领用单位", "说明")
"""Columns of the list of segments. An empty 止号 is a list of one number."""
LEDGER_HEADS = ("时间", "动作", "证型", "起号", "止号", "数量", "从", "到", "说明", "经办")


def half_width(text: str) -> str:
    """Return text with full-width letters and digits (３２) as plain ones, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()
