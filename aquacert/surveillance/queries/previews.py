"""A change of a zone before it takes force: what it would touch, as against what it touches now."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from aquacert.kernel.work import Look
from aquacert.surveillance.models.events import Zone
from aquacert.surveillance.queries.farmsat import FarmAt, FarmState, counts, farms_at
from aquacert.surveillance.queries.shapes import Extent, is_narrower
from aquacert.surveillance.queries.zones import division_codes_of, reach_of

FARMS, BARRED, CHECK = "区内的场", "其中不能出苗", "其中待复查"


@dataclass(frozen=True)
class Preview:
    """What a change would do."""

    rows: tuple[tuple[str, int, int], ...]
    """What is counted, how many now, how many then."""
    narrower: bool
    """It frees something: a second person must agree."""
    digest: str
    farms: tuple[FarmAt, ...]
    """As they would be."""


def preview(look: Look, zone: Zone, before: Extent, after: Extent, base: int) -> Preview:
    """Return the consequence of a change; it changes nothing."""
    old, new = farms_at(look, zone, before), farms_at(look, zone, after)
    rows = [
        (label, _in(old, states), _in(new, states))
        for label, states in (
            (FARMS, (FarmState.BARRED, FarmState.CHECK, FarmState.NEGATIVE)),
            (BARRED, (FarmState.BARRED,)),
            (CHECK, (FarmState.CHECK,)),
        )
    ]
    now, then = touched(look, zone, before), touched(look, zone, after)
    rows += [(label, count, then.get(label, 0)) for label, count in now.items()]
    return Preview(tuple(rows), is_narrower(before, after), digest(after, base), tuple(new))


def touched(look: Look, zone: Zone, extent: Extent) -> dict[str, int]:
    """Return how many things of higher rooms a zone touches in this extent."""
    codes = division_codes_of(look, zone.id)
    reach = reach_of(look, zone.disease_code, codes, extent.shapes, extent.tier)
    return look.impact("zone", reach)


def digest(extent: Extent, base: int) -> str:
    """Return what a preview is known by: the same change of the same version, and nothing else."""
    shapes = [
        [one.tier, one.kind, one.geometry, one.metres, one.name, one.flow] for one in extent.shapes
    ]
    text = json.dumps([base, str(extent.until_on), extent.tier, shapes], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _in(farms: list[FarmAt], states: tuple[FarmState, ...]) -> int:
    counted = counts(farms)
    return sum(counted[state] for state in states)
