"""Numbers of monitoring that no law read so far fixes, from the shipped data, by day."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

SEED = Path(__file__).parents[3] / "seed_data" / "monitoring.csv"


@dataclass(frozen=True)
class Term:
    """One number, where it comes from, and how sure that is."""

    name: str
    value: int
    sureness: str
    source: str


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with SEED.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def term(name: str, on: date) -> Term | None:
    """Return the number in force on a day, or None."""
    day = on.isoformat()
    for row in _rows():
        until = row["until_on"] or "9999-12-31"
        if row["term"] == name and row["from_on"] <= day <= until:
            return Term(name, int(row["value"]), row["sureness"], row["source"])
    return None


def number(name: str, on: date, default: int) -> int:
    """Return the number in force on a day, or `default`."""
    found = term(name, on)
    return default if found is None else found.value
