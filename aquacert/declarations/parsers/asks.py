"""What each purpose of a declaration asks besides (seed_data/purpose_asks.csv)."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from aquacert.declarations.rules.asks import Ask

PURPOSE_ASKS = Path(__file__).parents[3] / "seed_data" / "purpose_asks.csv"


@cache
def purpose_asks(path: Path = PURPOSE_ASKS) -> tuple[Ask, ...]:
    """Return every question that a purpose asks besides, each with how sure we are of it."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Ask(
                purpose=row["purpose"],
                field=row["field"],
                label=row["label_zh"],
                kind=row["kind"],
                article=row["article"],
                sureness=row["sureness"],
                from_on=date.fromisoformat(row["from_on"]),
                until_on=date.fromisoformat(row["until_on"]) if row["until_on"] else None,
            )
            for row in csv.DictReader(file)
        )
