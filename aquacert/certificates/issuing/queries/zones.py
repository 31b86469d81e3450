"""What a surveillance zone asks of a batch: a negative sampled on its first day or later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from aquacert.surveillance.queries.blocks import Block

Fresh = tuple[tuple[str, str, date], ...]
"""(disease, its name, first day a sample of it may be of)."""


def fresh_wanted(asks: Iterable[Block], species_code: str) -> Fresh:
    """Return what zones ask of one species: the latest first day of each disease."""
    found: dict[str, tuple[str, str, date]] = {}
    for block in sorted(asks, key=lambda one: one.from_on):
        if block.species_code == species_code:
            found[block.disease_code] = (block.disease_code, block.disease_name, block.from_on)
    return tuple(found[code] for code in sorted(found))
