"""The checklists of the quarantine procedures and the signs of diseases, from the shipped data."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from aquacert.inspections.rules import Item, Kind, Option, Section, Sign

SEED = Path(__file__).parents[3] / "seed_data"
CHECKLISTS = SEED / "checklists.csv"
SIGNS = SEED / "disease_signs.csv"
GROUPS = frozenset({"fish", "crustacean", "mollusc"})


@cache
def checklist(group: str) -> tuple[Item, ...]:
    """Return the items for a species group ("fish", "crustacean", …): papers and facility first.

    Source: the quarantine procedures as data (seed_data/checklists.csv, seed_data/disease_signs.csv),
    each row with how sure it is.
    """
    wanted = group if group in GROUPS else "other"
    signs = [row for row in _rows(SIGNS) if row["group"] == wanted]
    rows = [row for row in _rows(CHECKLISTS) if row["group"] in {"all", wanted}]
    order = list(Section)
    rows.sort(key=lambda row: order.index(Section(row["section"])))
    return tuple(_item(row, signs) for row in rows)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _item(row: Mapping[str, str], signs: list[dict[str, str]]) -> Item:
    key = _key(row, row["item"])
    return Item(
        key=key,
        section=Section(row["section"]),
        ask=row["ask"],
        normal=row["normal"],
        points=tuple(_sign(one) for one in signs if one["item"] == key),
        kind=Kind(row["kind"]),
        unit=row["unit"],
        decimals=int(row["decimals"] or 0),
        least=int(row["least"] or 0),
        most=int(row["most"] or 0),
        options=tuple(Option(*one.split(":", 1)) for one in row["options"].split("|") if one),
        is_single=row["single"] == "yes",
        only_if=_key(row, row["only_if"]) if row["only_if"] else "",
        is_needed=row["needed"] == "yes",
    )


def _key(row: Mapping[str, str], item: str) -> str:
    return item if row["group"] == "all" else f"{row['section']}-{item}"


def _sign(row: Mapping[str, str]) -> Sign:
    window = (int(row["low"]), int(row["high"])) if row["low"] else None
    return Sign(row["disease"], row["sign"], window)
