"""When two scans of one certificate are too far apart to be one lorry.

There are no coordinates here, only counties. The rule: two provinces within 6 hours, or two cities
of one province within 2 hours. Neighbours across a border may fall under it too: it is a reason to
compare plate and quantity, no proof of a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

KEPT = timedelta(days=90)
"""How long places are kept."""
OTHER_PROVINCE = timedelta(hours=6)
OTHER_CITY = timedelta(hours=2)
HOUR = 3600


class Source(StrEnum):
    """Who said where."""

    VISITOR = "visitor"
    """a visitor chose a county"""
    OFFICER = "officer"
    """a checkpoint officer's account, whose county is known"""


SOURCE_NAMES = {Source.VISITOR: "查验人自己选的", Source.OFFICER: "检查站"}


@dataclass(frozen=True)
class Sighting:
    """One county in one hour (UTC)."""

    county: str
    city: str
    province: str
    hour_at: datetime
    source: str
    count: int
    name: str = ""


def key_of(public_id: str, county: str, hour: int, source: Source) -> str:
    """Return the tally's key of a scan; `hour` counts hours since 1970 UTC."""
    return f"{public_id}:{county}:{hour}:{source.value}"


def read_key(key: str) -> tuple[str, str, int, Source] | None:
    """Return what `key_of` wrote, or None for anything else."""
    parts = key.split(":")
    if len(parts) != 4 or not parts[2].isdigit() or parts[3] not in set(Source):
        return None
    return parts[0], parts[1], int(parts[2]), Source(parts[3])


def far_apart(sightings: Sequence[Sighting]) -> tuple[Sighting, Sighting] | None:
    """Return the newest two sightings that one lorry could hardly make, earlier first; or None."""
    ordered = sorted(sightings, key=lambda one: one.hour_at)
    for at in range(len(ordered) - 1, 0, -1):
        for before in reversed(ordered[:at]):
            if _too_far(before, ordered[at]):
                return before, ordered[at]
    return None


def _too_far(one: Sighting, other: Sighting) -> bool:
    apart = abs(other.hour_at - one.hour_at)
    if one.province != other.province:
        return apart <= OTHER_PROVINCE
    return one.city != other.city and apart <= OTHER_CITY
