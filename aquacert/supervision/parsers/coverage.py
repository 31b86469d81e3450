"""Must-check categories (四个必检) and key farms (四级三场), read from the shipped data by day."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from aquacert.inspections.rules.mustcheck import Category

SEED = Path(__file__).parents[3] / "seed_data"


@dataclass(frozen=True)
class CategoryRow:
    """One must-check category as data: its words, where they come from, how sure that is."""

    category: Category
    name_zh: str
    name_en: str
    says: str
    sureness: str
    source: str


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (SEED / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def must_check(on: date) -> Mapping[Category, CategoryRow]:
    """Return the categories in force on a day, in the order of the data."""
    return {
        Category(row["code"]): CategoryRow(
            Category(row["code"]),
            row["name_zh"],
            row["name_en"],
            row["says"],
            row["sureness"],
            row["source"],
        )
        for row in _rows("must_check.csv")
        if _in_force(row, on)
    }


def key_farms(on: date) -> frozenset[tuple[str, str]]:
    """Return the (level, kind) pairs that count as key farms on a day."""
    return frozenset(
        (row["level"], row["kind"])
        for row in _rows("key_farms.csv")
        if row["is_key"] == "1" and _in_force(row, on)
    )


def _in_force(row: Mapping[str, str], on: date) -> bool:
    from_on, until_on = row["from_on"], row["until_on"]
    return from_on <= on.isoformat() and (not until_on or on.isoformat() <= until_on)
