"""Questions about a zone's versions and parts: what holds, what it would become, what overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from aquacert.kernel.work import Look
from aquacert.surveillance.models.events import Event, Zone
from aquacert.surveillance.models.zones import VersionState, ZoneShape, ZoneVersion
from aquacert.surveillance.parsers.dissolve import covers
from aquacert.surveillance.rules.shapes import GRAVEST, Flow, Shape, ShapeKind, Tier, gravest


@dataclass(frozen=True)
class Extent:
    """What a zone is in one version: its days, its tier, its parts."""

    from_on: date
    until_on: date | None
    tier: str
    shapes: tuple[Shape, ...]
    parts: tuple[tuple[UUID, Shape], ...] = field(default=(), compare=False)
    """The same shapes with the ids of their rows."""

    def of_tier(self, tier: Tier) -> tuple[Shape, ...]:
        """Return the parts of one tier."""
        return tuple(one for one in self.shapes if one.tier is tier)


@dataclass(frozen=True)
class VersionLine:
    """One version as a page shows it."""

    row: ZoneVersion
    extent: Extent


def extent(
    from_on: date, until_on: date | None, shapes: Sequence[Shape], tier: str = Tier.PROTECTION
) -> Extent:
    """Return an extent; with parts its tier is the gravest of theirs."""
    told = gravest({one.tier for one in shapes})
    return Extent(from_on, until_on, told.value if told else str(tier), tuple(shapes))


def current_of(look: Look, zone_id: UUID) -> ZoneVersion | None:
    """Return the version that holds; None for a zone that was never drawn or adjusted."""
    return _in_state(look, zone_id, VersionState.CURRENT)


def proposed_of(look: Look, zone_id: UUID) -> ZoneVersion | None:
    """Return the version that waits for a second person."""
    return _in_state(look, zone_id, VersionState.PROPOSED)


def newest_number(look: Look, zone_id: UUID) -> int:
    """Return the highest version number of a zone; 0 where it has none."""
    newest = select(func.max(ZoneVersion.number)).where(ZoneVersion.zone_id == zone_id)
    return look.session.scalar(newest) or 0


def extent_of(look: Look, version: ZoneVersion) -> Extent:
    """Return what a version says."""
    rows = look.scalars(
        select(ZoneShape).where(ZoneShape.version_id == version.id).order_by(ZoneShape.id)
    )
    parts = tuple((row.id, shape_of(row)) for row in rows)
    return Extent(
        *(version.from_on, version.until_on, version.tier),
        shapes=tuple(shape for _id, shape in parts),
        parts=parts,
    )


def extent_now(look: Look, zone: Zone) -> Extent:
    """Return what a zone is today."""
    version = current_of(look, zone.id)
    if version is None:
        return Extent(zone.from_on, zone.until_on, zone.tier, ())
    return extent_of(look, version)


def drawn_at(look: Look, zone: Zone) -> datetime:
    """Return since when a zone has the outline it has: of its version, else since it was opened."""
    version = current_of(look, zone.id)
    if version is None:
        return zone.opened_at
    return version.decided_at or version.asked_at


def versions(look: Look, zone_id: UUID) -> list[VersionLine]:
    """Return every version of a zone, the newest first."""
    rows = look.scalars(
        select(ZoneVersion)
        .where(ZoneVersion.zone_id == zone_id)
        .order_by(ZoneVersion.number.desc())
    )
    return [VersionLine(row, extent_of(look, row)) for row in rows]


def shape_of(row: ZoneShape) -> Shape:
    """Return a part as the rules look at it."""
    return Shape(
        *(Tier(row.tier), ShapeKind(row.kind), row.geometry, row.metres, row.name),
        flow=Flow(row.flow),
    )


def is_narrower(before: Extent, after: Extent) -> bool:
    """Say whether a change frees any place, any tier or any day: it then takes a second person.

    A zone by list that gets an outline frees what lies outside it; one that loses its outline
    frees what lay outside the list.
    """
    ends_sooner = after.until_on is not None and (
        before.until_on is None or after.until_on < before.until_on
    )
    if ends_sooner or after.from_on > before.from_on:
        return True
    if not before.shapes and not after.shapes:
        return before.tier == Tier.PROTECTION and after.tier == Tier.SURVEILLANCE
    if not before.shapes or not after.shapes:
        return True
    if any(_shrunk(one, after) for one in before.shapes):
        return True
    return not (
        covers(after.of_tier(Tier.PROTECTION), before.of_tier(Tier.PROTECTION))
        and covers(after.shapes, before.shapes)
    )


def _shrunk(circle: Shape, after: Extent) -> bool:
    """Say whether a circle is drawn anew around the same place, and smaller: by metres, exactly.

    The comparison of areas leaves a few metres, which many small steps would add up.
    """
    if circle.kind is not ShapeKind.CIRCLE:
        return False
    tiers = GRAVEST[: GRAVEST.index(circle.tier) + 1]
    again = [
        one.metres or 0
        for one in after.shapes
        if one.kind is circle.kind and one.geometry == circle.geometry and one.tier in tiers
    ]
    return bool(again) and max(again) < (circle.metres or 0)


def shape_from_source(look: Look, event_id: UUID) -> dict[str, Any] | None:
    """Return the designated area an event's source gives (GeoJSON, WGS-84); None without one."""
    found = look.get(Event, event_id).content.get("shape")
    return found if isinstance(found, dict) and "coordinates" in found else None


def _in_state(look: Look, zone_id: UUID, state: VersionState) -> ZoneVersion | None:
    return look.one(
        select(ZoneVersion).where(ZoneVersion.zone_id == zone_id, ZoneVersion.state == state.value)
    )
