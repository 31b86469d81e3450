"""Dated numbers of the evidence's rules (distance, rates), read from the shipped data.

No text of law names them: they are proposals of this house, each with the day from which it stands.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from aquacert.reference.rules.dated import in_force

EVIDENCE = Path(__file__).parents[3] / "seed_data" / "evidence.csv"


@dataclass(frozen=True)
class Standard:
    """One number between two legal days (`until_on` is the last; None = open)."""

    rule_id: str
    value: int
    unit: str
    from_on: date | None
    until_on: date | None


@cache
def standards() -> tuple[Standard, ...]:
    """Return every row of seed_data/evidence.csv."""
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Standard(
                row["rule_id"],
                int(row["value"]),
                row["unit"],
                _day(row["from_on"]),
                _day(row["until_on"]),
            )
            for row in csv.DictReader(file)
        )


def standard(rule_id: str, on: date) -> int:
    """Return the number in force on a legal day; before its first day the first one holds."""
    rows = [row for row in standards() if row.rule_id == rule_id]
    found = [row for row in rows if in_force(row.from_on, row.until_on, on)]
    return (found or rows)[0].value


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
