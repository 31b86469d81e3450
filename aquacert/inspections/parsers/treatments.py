"""What a notice of treatment usually says, read from the shipped data: offered, never imposed."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parents[3] / "seed_data" / "treatment_texts.csv"


@cache
def treatment_texts(kind: str) -> tuple[str, ...]:
    """Return the texts of a kind ("law", "measure", "method") in the order of the data.

    The articles are from memory: the page says so, and the vet answers for what he cites.
    """
    with TEXTS.open(encoding="utf-8", newline="") as file:
        return tuple(row["text"] for row in csv.DictReader(file) if row["kind"] == kind)
