"""Must-check categories (四个必检), pure: the one place that says what a batch falls into.

After the wording of one province (recalled); the words and how sure they are: seed_data/must_check.csv.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from aquacert.declarations.rules.answers import Purpose

Trip = tuple[str, tuple[str, ...]]
"""Purpose of a load, and the codes of the province and prefecture that it goes to."""


class Category(StrEnum):
    """Why a batch must be checked."""

    LICENSED = "licensed"
    RELEASE = "release"
    OUTSIDE = "outside"
    POSITIVE = "positive"


def trip_categories(trips: Iterable[Trip], home: tuple[str, ...]) -> frozenset[Category]:
    """Return the categories that where loads go, and what for, make of what they carry."""
    found = set()
    for purpose, to in trips:
        if purpose == Purpose.RELEASE.value:
            found.add(Category.RELEASE)
        if to != home:
            found.add(Category.OUTSIDE)
    return frozenset(found)
