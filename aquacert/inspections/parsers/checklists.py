"""The checklists of the quarantine procedures, read from the shipped data."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from aquacert.inspections.rules import Item, Section

CHECKLISTS = Path(__file__).parents[3] / "seed_data" / "checklists.csv"
GROUPS = frozenset({"fish", "crustacean", "mollusc"})


@cache
def checklist(group: str) -> tuple[Item, ...]:
    """Return the items for a species group ("fish", "crustacean", …): papers and facility first.

    Source: the quarantine procedures as data (seed_data/checklists.csv), each row with how sure
    it is.
    """
    wanted = group if group in GROUPS else "other"
    with CHECKLISTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"] in {"all", wanted}]
    return tuple(
        Item(
            row["item"] if row["group"] == "all" else f"{row['section']}-{row['item']}",
            Section(row["section"]),
            row["ask"],
            row["normal"],
            tuple(row["signs"].split()),
        )
        for row in rows
    )
