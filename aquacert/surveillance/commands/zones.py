"""Zones: opened by rule or by an officer, lifted with a reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.drawing import Said, forget_cells, keep_first, same, write
from aquacert.surveillance.commands.facts import ZoneDrawn, ZoneLifted, ZoneMoved, ZoneOpened
from aquacert.surveillance.models.events import Event, EventChange, Zone, ZoneDivision
from aquacert.surveillance.models.zones import VersionState
from aquacert.surveillance.parsers.zonedefaults import default_shapes
from aquacert.surveillance.queries.events import standing
from aquacert.surveillance.queries.neighbours import lies_elsewhere
from aquacert.surveillance.queries.shapes import current_of, extent, extent_of, is_narrower
from aquacert.surveillance.queries.zones import are_theirs, division_codes_of
from aquacert.surveillance.rules.events import Status
from aquacert.surveillance.rules.shapes import Shape
from aquacert.surveillance.rules.zones import lacks, last_day, why_waiting

CORRECTED = "来源更正，不再符合"
CORRECTION = "来源更正"
METRES = 1000


@dataclass(frozen=True)
class Circle:
    """A circle for the sketch, WGS-84; what a zone blocks is its list of divisions."""

    latitude: float
    longitude: float
    radius_m: int


def open_zone(
    w: Work,
    event_id: UUID,
    division_codes: Collection[str],
    from_on: date,
    until_on: date | None,
    reason: str,
    *,
    radius_km: int | None = None,
    shapes: Sequence[Shape] = (),
    is_drawn: bool = False,
) -> UUID:
    """Open a zone over divisions for a confirmed event, and return its id.

    With `shapes` (WGS-84), or with the default circles (`is_drawn`), a place with coordinates is in
    it only where one of them holds it.
    Raises `Invalid` naming the field, `NotAllowed` outside the officer's place, `NotAllowedNow`
    while the event is not confirmed or its disease maps to nothing in the catalogue.
    """
    row = w.get_for_change(Event, event_id)
    codes = tuple(sorted(set(division_codes)))
    wrong = lacks(codes, from_on, until_on, reason)
    if wrong:
        raise Invalid("；".join(wrong.values()), **wrong)
    for code in codes:
        reference.usable_division(w, code, on=from_on, field="division_codes")
    must_be_theirs(w, codes)
    if row.disease_code is None:
        raise NotAllowedNow("病名还没有对上水生动物疫病名录，不能划管控区。")
    if not row.is_confirmed:
        raise NotAllowedNow("这起事件还没有确认。请先核实并确认疫情，再划管控区。")
    zone = _open(w, row, codes, (from_on, until_on), reason.strip(), _circle(row, radius_km))
    if not w.actor.scope.everything and lies_elsewhere(w, shapes, w.actor.scope.divisions):
        raise NotAllowed("画的范围里只有外地的场，请由当地或上级监测员划定。")
    parts = tuple(shapes) or (_default(row) if is_drawn else ())
    if parts:
        _draw(w, zone, parts, Said(zone.reason))
    w.tell(Topic.EVENT_CHANGED, row.id)
    return zone.id


def lift_zone(w: Work, zone_id: UUID, reason: str) -> None:
    """Lift a zone; what it held is free from this moment."""
    zone = w.get_for_change(Zone, zone_id)
    if len(reason.strip()) < 2:
        sentence = "请写明解除理由，理由会记入留痕。"
        raise Invalid(sentence, reason=sentence)
    if zone.lifted_at is not None:
        raise NotAllowedNow("这个管控区已经解除。")
    must_be_theirs(w, division_codes_of(w, zone.id))
    lift(w, zone, reason.strip())


def settle(w: Work, row: Event, days: int | None) -> None:
    """Bring an event's automatic zone to what the event now says: open, move, lift or leave.

    An automatic zone that a person lifted is never opened again by a file; while an officer's
    zone stands, the rule adds none.
    """
    zones = w.scalars(select(Zone).where(Zone.event_id == row.id).order_by(Zone.id))
    live = [zone for zone in zones if zone.lifted_at is None]
    for zone in live:
        if zone.is_automatic and not _fits(w, zone, row):
            lift(w, zone, CORRECTED)
        elif not zone.is_automatic:
            w.tell(Topic.ZONE_CHANGED, zone.id)  # it stands, and acts only while confirmed
    if why_waiting(standing(row), w.today, days) is not None or days is None:
        return
    kept = [zone for zone in live if zone.lifted_at is None]
    from_on = row.reported_on or row.observed_on
    if from_on is None or row.division_code is None:
        return
    span = (from_on, last_day(from_on, days))
    if kept:
        _move(w, kept, span, row)
    elif not any(_was_refused(w, zone, row) for zone in zones):
        reason = f"疫情已确认，按规则管控 {days} 天"
        zone = _open(w, row, (row.division_code,), span, reason, by_rule=True)
        _draw(w, zone, _default(row), Said(reason, by_rule=True))


def lift(w: Work, zone: Zone, reason: str) -> None:
    """Lift a live zone, with its fact and its news."""
    codes = division_codes_of(w, zone.id)
    zone.lifted_at, zone.lifted_by, zone.lifted_by_id = w.now, w.actor.label, w.actor.person_id
    zone.lift_reason = reason
    forget_cells(w, zone.id)
    fact = ZoneLifted(zone.event_id, zone.disease_code, codes)
    w.record(fact, on=zone, county=min(codes, default=None), reason=reason)
    w.tell(Topic.ZONE_CHANGED, zone.id)


def must_be_theirs(w: Work, codes: Collection[str]) -> None:
    """Raise `NotAllowed` unless every division lies in the officer's place."""
    if not are_theirs(w, codes):
        raise NotAllowed("有区划不在您的辖区，请由当地或上级监测员办理。")


def _open(
    w: Work,
    row: Event,
    codes: tuple[str, ...],
    span: tuple[date, date | None],
    reason: str,
    circle: Circle | None = None,
    *,
    by_rule: bool = False,
) -> Zone:
    if row.disease_code is None:
        raise NotAllowedNow("病名还没有对上水生动物疫病名录，不能划管控区。")
    zone = w.add(
        Zone(
            id=w.new_id(),
            event_id=row.id,
            disease_code=row.disease_code,
            from_on=span[0],
            until_on=span[1],
            reason=reason,
            is_automatic=by_rule,
            opened_by=w.actor.label,
            opened_by_id=w.actor.person_id,
            opened_at=w.now,
            lifted_by="",
            lift_reason="",
            latitude=circle.latitude if circle else None,
            longitude=circle.longitude if circle else None,
            radius_m=circle.radius_m if circle else None,
        )
    )
    for code in codes:
        w.session.add(ZoneDivision(id=w.new_id(), zone_id=zone.id, division_code=code))
    fact = ZoneOpened(row.id, row.disease_code, codes, span[0], span[1], zone.is_automatic)
    w.record(fact, on=zone, county=codes[0], reason=reason)
    w.tell(Topic.ZONE_CHANGED, zone.id)
    return zone


def _move(w: Work, zones: Collection[Zone], span: tuple[date, date], row: Event) -> None:
    """Bring automatic zones to the days and the place of a correction.

    A zone that an officer adjusted stays as they left it; one opened before zones had shapes keeps
    to its list, and only its days move.
    """
    for zone in zones:
        version = current_of(w, zone.id)
        if not zone.is_automatic or (version is not None and not version.by_rule):
            continue
        new = span if _is_theirs(w, zone) else _both(zone, span)
        if (zone.from_on, zone.until_on) != new:
            days = {"from_on": [zone.from_on, new[0]], "until_on": [zone.until_on, new[1]]}
            zone.from_on, zone.until_on = new
            w.record(ZoneMoved(days), on=zone, county=min(division_codes_of(w, zone.id)))
            w.tell(Topic.ZONE_CHANGED, zone.id)
        if version is not None:
            _redraw(w, zone, row, new)


def _both(zone: Zone, span: tuple[date, date]) -> tuple[date, date | None]:
    """Return the days of a zone and of a correction together: no day of another's place is freed."""
    until_on = None if zone.until_on is None else max(zone.until_on, span[1])
    return min(zone.from_on, span[0]), until_on


def _redraw(w: Work, zone: Zone, row: Event, span: tuple[date, date | None]) -> None:
    """Draw anew what the defaults drew; what would free another's place waits for them."""
    version = keep_first(w, zone)
    before, shapes = extent_of(w, version), _default(row)
    after = extent(*span, shapes, zone.tier)
    if same(before, span, shapes) or (not _is_theirs(w, zone) and is_narrower(before, after)):
        return
    _draw(w, zone, shapes, Said(CORRECTION, by_rule=True))
    w.tell(Topic.ZONE_CHANGED, zone.id)


def _is_theirs(w: Work, zone: Zone) -> bool:
    scope = w.actor.scope
    return scope.everything or set(division_codes_of(w, zone.id)) <= scope.divisions


def _draw(w: Work, zone: Zone, shapes: Sequence[Shape], said: Said) -> None:
    """Write a version with these parts that holds at once."""
    after = extent(zone.from_on, zone.until_on, shapes, zone.tier)
    version = write(w, zone, after, said, VersionState.CURRENT)
    if shapes:
        parts = tuple(f"{one.tier.value} {one.kind.value} {one.metres or ''}" for one in shapes)
        w.record(
            ZoneDrawn(version.number, parts),
            on=zone,
            county=min(division_codes_of(w, zone.id), default=None),
            reason=said.reason,
        )


def _default(row: Event) -> tuple[Shape, ...]:
    """Return the parts the defaults give an event: none without coordinates."""
    if row.disease_code is None or row.latitude is None or row.longitude is None:
        return ()
    return default_shapes(row.disease_code, row.latitude, row.longitude)


def _fits(w: Work, zone: Zone, row: Event) -> bool:
    return (
        row.is_confirmed
        and zone.disease_code == row.disease_code
        and division_codes_of(w, zone.id) == (row.division_code,)
    )


def _was_refused(w: Work, zone: Zone, row: Event) -> bool:
    """Say whether a person lifted the automatic zone of this very disease and county.

    One that went with a denial of the event is not refused: confirmed again, the event needs it.
    """
    by_person = zone.lifted_by_id is not None and zone.lift_reason != CORRECTED
    codes = (row.division_code,)
    return (
        by_person
        and zone.disease_code == row.disease_code
        and division_codes_of(w, zone.id) == codes
        and not _went_with_denial(w, zone)
    )


def _went_with_denial(w: Work, zone: Zone) -> bool:
    said = w.scalars(
        select(EventChange.diff).where(
            EventChange.event_id == zone.event_id,
            EventChange.at == zone.lifted_at,
            EventChange.by_id == zone.lifted_by_id,
        )
    )
    return any(diff.get("verdict", [None])[-1] == Status.DENIED.value for diff in said)


def _circle(row: Event, radius_km: int | None) -> Circle | None:
    if radius_km is None or row.latitude is None or row.longitude is None:
        return None
    return Circle(row.latitude, row.longitude, radius_km * METRES)
