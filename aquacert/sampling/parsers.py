"""The dated tables of sampling that ship with the program: numbers, pools, tissues, temperatures."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from aquacert.sampling.rules.pools import PoolRule
from aquacert.sampling.rules.size import SizeRow
from aquacert.sampling.rules.tissue import Tissue, TissueRule
from aquacert.sampling.rules.window import Window

SEED = Path(__file__).parents[2] / "seed_data"


@cache
def size_rows() -> tuple[SizeRow, ...]:
    """Return the printed table of numbers (SC/T 7103-2008; its wording is recalled)."""
    return tuple(
        SizeRow(
            version=row["version"],
            population=int(row["population"]),
            prevalence=int(row["prevalence"]),
            confidence=int(row["confidence"]),
            individuals=int(row["individuals"]),
            standard=row["standard"],
            sureness=row["sureness"],
            from_on=date.fromisoformat(row["from_on"]),
            until_on=_day(row["until_on"]),
        )
        for row in _rows("sampling_numbers.csv")
    )


@cache
def pool_rules() -> tuple[PoolRule, ...]:
    """Return how many go into one tube, by group, stage and technique."""
    return tuple(
        PoolRule(
            group=row["group"],
            stage=row["stage"],
            technique=row["technique"],
            usual=int(row["usual"]),
            most=int(row["most"]),
            from_on=date.fromisoformat(row["from_on"]),
            until_on=_day(row["until_on"]),
            sureness=row["sureness"],
            source=row["source"],
        )
        for row in _rows("sampling_pools.csv")
    )


@cache
def tissue_rules() -> tuple[TissueRule, ...]:
    """Return what is taken from which animals, the more particular rows first."""
    return tuple(
        TissueRule(
            group=row["group"],
            stage=row["stage"],
            disease_code=row["disease_code"],
            from_mm=_whole(row["from_mm"]),
            below_mm=_whole(row["below_mm"]),
            tissue=Tissue(row["tissue"]),
            note=row["note"],
            from_on=date.fromisoformat(row["from_on"]),
            until_on=_day(row["until_on"]),
            sureness=row["sureness"],
        )
        for row in _rows("sampling_tissues.csv")
    )


@cache
def windows() -> tuple[Window, ...]:
    """Return the water temperatures at which diseases break out."""
    return tuple(
        Window(
            disease_code=row["disease_code"],
            low=Decimal(row["low"]),
            high=Decimal(row["high"]),
            peak_low=_number(row["peak_low"]),
            peak_high=_number(row["peak_high"]),
            from_on=date.fromisoformat(row["from_on"]),
            until_on=_day(row["until_on"]),
            sureness=row["sureness"],
            source=row["source"],
        )
        for row in _rows("sampling_windows.csv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SEED / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
