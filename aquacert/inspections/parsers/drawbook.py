"""The weights of the draw, read from the shipped data (seed_data/draw_weights.csv)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

WEIGHTS = Path(__file__).parents[3] / "seed_data" / "draw_weights.csv"


@cache
def _editions() -> dict[int, dict[str, dict[str, int]]]:
    """Return edition → kind → key → value."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kinds = found.setdefault(int(row["edition"]), {})
            kinds.setdefault(row["kind"], {})[row["key"]] = int(row["value"])
    return found


def draw_book(edition: int, beacon: str) -> dict[str, Any]:
    """Return the book of an edition: what a day draws by, as it is hashed and published.

    Raises `KeyError` for an edition that is not shipped.
    """
    kinds = _editions()[edition]
    return {
        "edition": edition,
        "beacon": beacon,
        "beacon_hour": kinds["beacon"]["beacon-hour"],
        "shares": dict(kinds["share"]),
        "weights": dict(kinds["weight"]),
        "species_diseases": kinds["limit"]["species-diseases"],
    }
