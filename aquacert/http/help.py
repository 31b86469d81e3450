"""Help on each page: what it is for and what to do next, from one small table (seed_data/help.csv).

A row is named by the page's endpoint, or by its room (`declarations.*`) for pages without their own.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[2] / "seed_data" / "help.csv"


@dataclass(frozen=True)
class Help:
    """Two sentences: what the page is for, and what to do next."""

    purpose: str
    next: str


@cache
def table() -> dict[str, dict[str, Help]]:
    """Return page → language ("zh", "en") → help."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["page"]: {
                "zh": Help(row["purpose"], row["next"]),
                "en": Help(row["purpose_en"], row["next_en"]),
            }
            for row in csv.DictReader(file)
        }


def help_for(endpoint: str, language: str) -> Help | None:
    """Return the help of a page, else of its room; None where nobody wrote any."""
    known = table()
    found = known.get(endpoint) or known.get(f"{endpoint.partition('.')[0]}.*")
    return found["en" if language.startswith("en") else "zh"] if found else None
