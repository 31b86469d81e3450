"""A zone adjusted: what widens acts at once; what frees anything, or lifts, takes two persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.surveillance.commands.drawing import Said, keep_first, take_place, write
from aquacert.surveillance.commands.facts import ZoneAdjusted, ZoneDecided
from aquacert.surveillance.commands.zones import lift, must_be_theirs
from aquacert.surveillance.models.events import Zone
from aquacert.surveillance.models.zones import VersionState, ZoneVersion
from aquacert.surveillance.parsers.zonefile import checked_area
from aquacert.surveillance.queries.neighbours import lies_elsewhere
from aquacert.surveillance.queries.shapes import (
    Extent,
    current_of,
    extent,
    extent_now,
    extent_of,
    is_narrower,
    proposed_of,
    shape_from_source,
)
from aquacert.surveillance.queries.zones import division_codes_of
from aquacert.surveillance.rules.datum import Datum
from aquacert.surveillance.rules.shapes import Shape, ShapeKind, Tier
from aquacert.surveillance.rules.zones import lacks

SHORTEST_REASON = 2
MOST_PARTS = 12
MAX_METRES = 100_000
SAME = "和现在的一样，没有改动。"


@dataclass(frozen=True)
class Change:
    """What a zone should become, and the number of the version its asker looked at."""

    base: int
    until_on: date | None
    shapes: tuple[Shape, ...]
    reason: str
    tier: Tier = Tier.PROTECTION
    """Of a zone by list alone."""
    datum: Datum = field(default=Datum.WGS84)
    """What the numbers were given in; the shapes themselves are WGS-84 already."""


def adjust_zone(w: Work, zone_id: UUID, change: Change) -> ZoneVersion:
    """Append a version: current at once when it only widens, else proposed to a second person.

    Raises `Conflict` when the zone was adjusted since, `NotAllowedNow` while another proposal
    waits or the zone is lifted, `Invalid` naming the field, `NotAllowed` outside one's place.
    """
    zone, before = _zone_at(w, zone_id, change.base)
    after = extent(before.from_on, change.until_on, change.shapes, change.tier)
    _must_be_possible(w, zone, before, after, change.reason)
    narrower = is_narrower(before, after)
    said = Said(change.reason.strip(), datum=change.datum)
    state = VersionState.PROPOSED if narrower else VersionState.CURRENT
    row = write(w, zone, after, said, state)
    fact = ZoneAdjusted(row.number, row.state, _told(after.shapes), zone.until_on, after.until_on)
    w.record(fact, on=zone, county=_county(w, zone), reason=said.reason)
    if not narrower:
        w.tell(Topic.ZONE_CHANGED, zone.id)
    return row


def ask_lift(w: Work, zone_id: UUID, reason: str) -> ZoneVersion:
    """Propose to lift a zone; it stands until a second person agrees."""
    zone, before = _zone_at(w, zone_id, None)
    if len(reason.strip()) < SHORTEST_REASON:
        sentence = "请写明解除理由，理由会记入留痕。"
        raise Invalid(sentence, reason=sentence)
    after = Extent(before.from_on, before.until_on, before.tier, ())
    said = Said(reason.strip())
    row = write(w, zone, after, said, VersionState.PROPOSED, is_lift=True)
    fact = ZoneAdjusted(row.number, row.state, ("解除",), zone.until_on, zone.until_on)
    w.record(fact, on=zone, county=_county(w, zone), reason=said.reason)
    return row


def adopt_shape(w: Work, zone_id: UUID, base: int, reason: str) -> ZoneVersion:
    """Take the area that the event's source designates as the protection part of a zone."""
    zone = w.get_for_change(Zone, zone_id)
    before = extent_now(w, zone)
    found = shape_from_source(w, zone.event_id)
    if found is None:
        raise NotAllowedNow("来源没有给这起疫情划定范围。")
    try:
        area = checked_area(found)
    except ValueError as error:
        raise NotAllowedNow(f"来源的范围不能用：{error}") from None
    part = Shape(Tier.PROTECTION, ShapeKind.POLYGON, area, None, "来源划定")
    kept = tuple(one for one in before.shapes if one.tier is Tier.SURVEILLANCE)
    return adjust_zone(w, zone_id, Change(base, before.until_on, (part, *kept), reason))


def confirm_version(w: Work, version_id: UUID, because: str) -> None:
    """Let a proposed version hold, or lift the zone as it proposes: by another person."""
    row, zone = _waiting(w, version_id, because)
    now = current_of(w, zone.id)
    if now is not None and now.number > row.number and not row.is_lift:
        raise Conflict("提出之后，这个管控区因来源更正又变了。请退回，看过现在的范围再提。")
    _decide(w, row, because)
    if row.is_lift:
        row.state = VersionState.PAST.value
        w.record(ZoneDecided(row.number, "agreed"), on=zone, county=_county(w, zone))
        lift(w, zone, row.reason)
        return
    take_place(w, zone, row)
    w.record(ZoneDecided(row.number, "agreed"), on=zone, county=_county(w, zone), reason=because)
    w.tell(Topic.ZONE_CHANGED, zone.id)


def refuse_version(w: Work, version_id: UUID, because: str) -> None:
    """Leave the zone as it is: by another person, or taken back by who proposed it."""
    row, zone = _waiting(w, version_id, because, or_same=True)
    _decide(w, row, because)
    row.state = VersionState.REFUSED.value
    w.record(ZoneDecided(row.number, "refused"), on=zone, county=_county(w, zone), reason=because)


def _zone_at(w: Work, zone_id: UUID, base: int | None) -> tuple[Zone, Extent]:
    """Return a live zone of the officer's place as it is now, if nobody changed it since `base`."""
    zone = w.get_for_change(Zone, zone_id)
    if zone.lifted_at is not None:
        raise NotAllowedNow("这个管控区已经解除。")
    must_be_theirs(w, division_codes_of(w, zone.id))
    seen = current_of(w, zone.id)
    number = seen.number if seen else 0
    if base is not None and base != number:
        raise Conflict("这个管控区刚被别人调整过，请看过现在的范围再改。")
    if proposed_of(w, zone.id) is not None:
        raise NotAllowedNow("还有一项改动等第二人确认，办完再改。")
    return zone, extent_of(w, keep_first(w, zone))


def _must_be_possible(w: Work, zone: Zone, before: Extent, after: Extent, reason: str) -> None:
    codes = division_codes_of(w, zone.id)
    wrong = lacks(codes, after.from_on, after.until_on, reason)
    if len(after.shapes) > MOST_PARTS:
        wrong["area"] = f"一个管控区最多 {MOST_PARTS} 块。"
    if any(not 0 < (one.metres or 1) <= MAX_METRES for one in after.shapes):
        wrong["metres"] = f"半径和宽度要大于 0，不超过 {MAX_METRES // 1000} km。"
    if after == before:
        wrong["reason"] = SAME
    new = [one for one in after.shapes if one not in before.shapes]
    if not w.actor.scope.everything and lies_elsewhere(w, new, w.actor.scope.divisions):
        raise NotAllowed("新画的范围里只有外地的场，请由当地或上级监测员划定。")
    if wrong:
        raise Invalid("；".join(wrong.values()), **wrong)


def _waiting(
    w: Work, version_id: UUID, because: str, *, or_same: bool = False
) -> tuple[ZoneVersion, Zone]:
    row = w.get_for_change(ZoneVersion, version_id)
    zone = w.get_for_change(Zone, row.zone_id)
    must_be_theirs(w, division_codes_of(w, zone.id))
    if len(because.strip()) < SHORTEST_REASON:
        sentence = "请写明依据，依据会记入留痕。"
        raise Invalid(sentence, because=sentence)
    if row.state != VersionState.PROPOSED.value or zone.lifted_at is not None:
        raise NotAllowedNow("这项改动已经有人办过了。")
    if not or_same and row.asked_by_id == w.actor.person_id:
        raise NotAllowed("缩小或解除管控区要两个人：提出的人不能自己确认。")
    return row, zone


def _decide(w: Work, row: ZoneVersion, because: str) -> None:
    row.decided_at, row.decided_by_id, row.decided_by = w.now, w.actor.person_id, w.actor.label
    row.decided_because = because.strip()


def _county(w: Work, zone: Zone) -> str | None:
    return min(division_codes_of(w, zone.id), default=None)


def _told(shapes: Sequence[Shape]) -> tuple[str, ...]:
    return tuple(f"{one.tier.value} {one.kind.value} {one.metres or ''}".strip() for one in shapes)
