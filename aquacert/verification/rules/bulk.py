"""Checking many at once: the limits, what is said of one item, and a cell no spreadsheet runs."""

from __future__ import annotations

from dataclasses import dataclass

from aquacert.reference.rules.text import FORMULA

MOST_ITEMS = 500
"""Items of one job of somebody signed in."""
MOST_ITEMS_PUBLIC = 20
"""Items of one job of a stranger."""
KEPT_HOURS = 24
"""How long a finished job's report can be fetched; then the folder is gone."""
GOOD, BAD, UNSURE = "有效", "无效", "待核"
HEADINGS = (
    "序号", "来源", "结果", "说明", "证明编号", "品种", "数量", "启运地", "到达地", "有效至", "签发机构",
)  # fmt: skip
"""Columns of the report: the public face of a certificate and nothing more."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What was found of one item."""

    name: str
    """file name or line, as it was brought"""
    result: str
    reason: str
    number: str = ""
    species: str = ""
    quantity: str = ""
    origin: str = ""
    destination: str = ""
    until: str = ""
    body: str = ""

    def cells(self, place: int) -> tuple[str | int, ...]:
        """Return the row of the report, harmless in a spreadsheet."""
        texts = (
            self.name, self.result, self.reason, self.number, self.species, self.quantity,
            self.origin, self.destination, self.until, self.body,
        )  # fmt: skip
        return (place, *(harmless(text) for text in texts))


def harmless(text: str) -> str:
    """Return `text` so that a spreadsheet shows it and never runs it; no control characters."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)[:300]
    return f"'{shown}" if shown.startswith(FORMULA) or text.startswith(FORMULA) else shown


def limit(*, is_known: bool) -> int:
    """Return how many items a job may have."""
    return MOST_ITEMS if is_known else MOST_ITEMS_PUBLIC
