"""Papers that a declarant adds, looked at before they are kept; what each purpose asks besides."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from aquacert.declarations.rules.asks import Ask
from aquacert.hatcheries.parsers.papers import read_paper

PURPOSE_ASKS = Path(__file__).parents[2] / "seed_data" / "purpose_asks.csv"

__all__ = ["purpose_asks", "read_paper"]


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
