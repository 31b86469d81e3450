"""How a zone is drawn when nobody drew it: proposals of this product, as data (zone_defaults.csv).

No Chinese text read by us gives a radius. The rows say where their numbers come from; all are
unverified, and rows of foreign practice that no machine can draw (`acts` = no) are only shown.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aquacert.surveillance.rules.shapes import Shape, ShapeKind, Tier, circle

TABLE = Path(__file__).parents[3] / "seed_data" / "zone_defaults.csv"
ANY = "*"


@dataclass(frozen=True)
class Default:
    """One row: a part of a zone for one disease (or any), in one kind of water (or any)."""

    disease_code: str
    water: str
    tier: Tier
    kind: ShapeKind
    metres: int | None
    days: int | None
    """Days of the zone; None = as the rule `zone.days` says."""
    acts: bool
    basis: str
    sureness: str
    note: str


@cache
def table() -> tuple[Default, ...]:
    """Return every row, in the file's order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Default(
                *(row["disease_code"], row["water"], Tier(row["tier"]), ShapeKind(row["kind"])),
                metres=int(row["metres"]) if row["metres"] else None,
                days=int(row["days"]) if row["days"] else None,
                acts=row["acts"] == "yes",
                basis=row["basis"],
                sureness=row["sureness"],
                note=row["note"],
            )
            for row in csv.DictReader(file)
        )


def defaults_of(disease_code: str, water: str = ANY) -> tuple[Default, ...]:
    """Return the rows that act for a disease: its own of a tier before those of any disease."""
    acting = [one for one in table() if one.acts and one.water in {ANY, water}]
    found = []
    for tier in Tier:
        of_tier = [one for one in acting if one.tier is tier]
        own = [one for one in of_tier if one.disease_code == disease_code]
        found += own or [one for one in of_tier if one.disease_code == ANY]
    return tuple(found)


def models_of(disease_code: str) -> tuple[Default, ...]:
    """Return foreign practice for a disease that is only shown: no machine can draw it."""
    return tuple(one for one in table() if not one.acts and one.disease_code in {ANY, disease_code})


def default_shapes(disease_code: str, latitude: float, longitude: float) -> tuple[Shape, ...]:
    """Return the circles a zone of this disease gets around a place."""
    return tuple(
        circle(one.tier, latitude, longitude, one.metres)
        for one in defaults_of(disease_code)
        if one.kind is ShapeKind.CIRCLE and one.metres
    )
