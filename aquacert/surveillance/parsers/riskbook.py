"""The weights of the risk score, read from the shipped data (seed_data/risk_weights.csv)."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from aquacert.surveillance.rules.risk import Part, Weight

WEIGHTS = Path(__file__).parents[3] / "seed_data" / "risk_weights.csv"


@cache
def weights() -> tuple[Weight, ...]:
    """Return every weight of every time, in the order of the file."""
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Weight(
                Part(row["part"]),
                row["name_zh"],
                int(row["each"]),
                int(row["most"]),
                date.fromisoformat(row["from_on"]),
                date.fromisoformat(row["until_on"]) if row["until_on"] else None,
                row["sureness"],
            )
            for row in csv.DictReader(file)
        )
