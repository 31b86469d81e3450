"""Versions of a zone as rows: written, followed by another, found by cells. No judgement here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert

from aquacert.kernel.work import Work
from aquacert.surveillance.models.events import Zone
from aquacert.surveillance.models.zones import VersionState, ZoneCell, ZoneShape, ZoneVersion
from aquacert.surveillance.queries.shapes import Extent, current_of, extent_of, newest_number
from aquacert.surveillance.rules.datum import Datum
from aquacert.surveillance.rules.geo import box_of
from aquacert.surveillance.rules.shapes import Shape, boxes_of, cells_of


@dataclass(frozen=True)
class Said:
    """Who says a version, why, and in which coordinate system its parts were given."""

    reason: str
    by_rule: bool = False
    datum: Datum = Datum.WGS84


def keep_first(w: Work, zone: Zone) -> ZoneVersion:
    """Return the version that holds, written down now where the zone never had one."""
    found = current_of(w, zone.id)
    if found is not None:
        return found
    extent = Extent(zone.from_on, zone.until_on, zone.tier, ())
    said = Said(zone.reason, by_rule=zone.is_automatic)
    row = _row(w, zone, extent, said, VersionState.CURRENT)
    row.asked_at, row.asked_by, row.asked_by_id = zone.opened_at, zone.opened_by, zone.opened_by_id
    return row


def write(
    w: Work, zone: Zone, extent: Extent, said: Said, state: VersionState, *, is_lift: bool = False
) -> ZoneVersion:
    """Append a version with its parts; one that holds at once takes the place of the last.

    It never passes through the state of a proposal: another one may be waiting.
    """
    holds = state is VersionState.CURRENT
    row = _row(w, zone, extent, said, VersionState.PAST if holds else state, is_lift=is_lift)
    for shape in extent.shapes:
        w.session.add(_part(w, zone.id, row.id, shape, said.datum))
    w.session.flush()
    if holds:
        take_place(w, zone, row)
    return row


def take_place(w: Work, zone: Zone, row: ZoneVersion) -> None:
    """Let a version hold from now on: the zone's days and tier, and the cells it is found by."""
    before = current_of(w, zone.id)
    if before is not None:
        before.state = VersionState.PAST.value
        w.session.flush()
    row.state = VersionState.CURRENT.value
    extent = extent_of(w, row)
    zone.from_on, zone.until_on = extent.from_on, extent.until_on
    zone.tier, zone.is_shaped = extent.tier, bool(extent.shapes)
    w.session.flush()
    forget_cells(w, zone.id)
    _index(w, zone.id, extent.parts)


def forget_cells(w: Work, zone_id: UUID) -> None:
    """Take a zone out of the grid: nothing finds it by a place any more."""
    w.session.execute(delete(ZoneCell).where(ZoneCell.zone_id == zone_id))


def _row(
    w: Work,
    zone: Zone,
    extent: Extent,
    said: Said,
    state: VersionState,
    *,
    is_lift: bool = False,
) -> ZoneVersion:
    return w.add(
        ZoneVersion(
            id=w.new_id(),
            zone_id=zone.id,
            number=newest_number(w, zone.id) + 1,
            state=state.value,
            from_on=extent.from_on,
            until_on=extent.until_on,
            tier=extent.tier,
            is_lift=is_lift,
            by_rule=said.by_rule,
            reason=said.reason,
            asked_at=w.now,
            asked_by=w.actor.label,
            asked_by_id=w.actor.person_id,
            decided_by="",
            decided_because="",
        )
    )


def _part(w: Work, zone_id: UUID, version_id: UUID, shape: Shape, datum: Datum) -> ZoneShape:
    boxes = boxes_of(shape)
    whole = box_of([at for one in boxes for at in ((one.west, one.south), (one.east, one.north))])
    return ZoneShape(
        id=w.new_id(),
        zone_id=zone_id,
        version_id=version_id,
        tier=shape.tier.value,
        kind=shape.kind.value,
        geometry=dict(shape.geometry),
        metres=shape.metres,
        name=shape.name,
        flow=shape.flow.value,
        datum=datum.value,
        west=whole.west,
        south=whole.south,
        east=whole.east,
        north=whole.north,
    )


def _index(w: Work, zone_id: UUID, parts: Iterable[tuple[UUID, Shape]]) -> None:
    rows = [
        {"cell": cell, "shape_id": shape_id, "zone_id": zone_id}
        for shape_id, shape in parts
        for cell in sorted(cells_of(shape))
    ]
    if rows:
        w.session.execute(insert(ZoneCell), rows)


def same(extent: Extent, days: tuple[date, date | None], shapes: Sequence[Shape]) -> bool:
    """Say whether a version already is what the rule would draw now."""
    return (extent.from_on, extent.until_on) == days and tuple(extent.shapes) == tuple(shapes)
