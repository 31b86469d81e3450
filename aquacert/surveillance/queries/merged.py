"""Zones of one disease that overlap, shown as one area: nothing is ever merged in the tables.

Each event keeps the parts it was given, so an event withdrawn takes exactly its own away, and the
union shrinks back by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aquacert.kernel.work import Look
from aquacert.surveillance.models.events import Zone
from aquacert.surveillance.parsers.dissolve import dissolved, overlap
from aquacert.surveillance.queries.shapes import Extent, extent_now
from aquacert.surveillance.queries.zones import ZoneLine, zone_lines, zones
from aquacert.surveillance.rules.shapes import Shape, Tier

MOST_ZONES = 400


@dataclass(frozen=True)
class Merged:
    """Zones of one disease whose parts touch, the oldest first."""

    disease_code: str
    disease_name: str
    lines: tuple[ZoneLine, ...]
    shapes: tuple[Shape, ...]

    @property
    def event_ids(self) -> tuple[UUID, ...]:
        """Every event it rests on."""
        return tuple(dict.fromkeys(line.zone.event_id for line in self.lines))

    def outline(self, tier: Tier) -> dict[str, Any] | None:
        """Return what the parts of a tier cover together (GeoJSON); None without any."""
        return dissolved([one for one in self.shapes if one.tier is tier])


def merged(look: Look, disease_code: str | None = None) -> list[Merged]:
    """Return the zones with an outline that act today, those that overlap as one."""
    statement = zones(look, in_force_only=True).where(Zone.is_shaped).limit(MOST_ZONES)
    if disease_code is not None:
        statement = statement.where(Zone.disease_code == disease_code)
    lines = [line for line in zone_lines(look, look.scalars(statement)) if line.acts]
    groups: list[list[tuple[ZoneLine, Extent]]] = []
    for line in sorted(lines, key=lambda one: (one.zone.from_on, one.zone.id)):
        mine = (line, extent_now(look, line.zone))
        touched = [group for group in groups if any(_touch(mine, other) for other in group)]
        groups = [group for group in groups if group not in touched]
        groups.append([one for group in touched for one in group] + [mine])
    return [_one(group) for group in groups]


def overlapping(look: Look, zone: Zone) -> list[ZoneLine]:
    """Return the other zones of the disease that act today and share ground with this one."""
    for group in merged(look, zone.disease_code):
        if zone.id in {line.zone.id for line in group.lines}:
            return [line for line in group.lines if line.zone.id != zone.id]
    return []


def _touch(one: tuple[ZoneLine, Extent], other: tuple[ZoneLine, Extent]) -> bool:
    alike = one[0].zone.disease_code == other[0].zone.disease_code
    return alike and overlap(one[1].shapes, other[1].shapes)


def _one(group: list[tuple[ZoneLine, Extent]]) -> Merged:
    first = group[0][0]
    return Merged(
        *(first.zone.disease_code, first.disease_name, tuple(line for line, _extent in group)),
        shapes=tuple(shape for _line, extent in group for shape in extent.shapes),
    )
