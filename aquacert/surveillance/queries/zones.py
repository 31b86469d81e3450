"""Questions about zones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Event, Zone, ZoneDivision
from aquacert.surveillance.queries.shapes import extent_now
from aquacert.surveillance.rules.events import Status
from aquacert.surveillance.rules.shapes import Shape, Tier
from aquacert.surveillance.rules.zones import Reach, in_force


@dataclass(frozen=True)
class ZoneLine:
    """One zone as a page shows it."""

    zone: Zone
    division_codes: tuple[str, ...]
    places: tuple[str, ...]
    disease_name: str
    acts: bool
    """In force today and its event is confirmed: it blocks."""
    why_idle: str = ""
    """Why one that was not lifted does nothing today."""


def zones(look: Look, *, in_force_only: bool = False) -> Select[Zone]:
    """Return the statement that lists zones, newest first."""
    statement = select(Zone).where(look.visible(Zone)).order_by(Zone.opened_at.desc(), Zone.id)
    if in_force_only:
        statement = statement.where(
            Zone.lifted_at.is_(None),
            Zone.from_on <= look.today,
            or_(Zone.until_on.is_(None), Zone.until_on >= look.today),
        )
    return statement


def are_theirs(look: Look, codes: Collection[str]) -> bool:
    """Say whether every division lies in the actor's place: else the officer there has to act."""
    scope = look.actor.scope
    return scope.everything or set(codes) <= scope.divisions


def zones_of(look: Look, event_id: UUID) -> list[ZoneLine]:
    """Return every zone of an event, oldest first."""
    statement = select(Zone).where(Zone.event_id == event_id).order_by(Zone.opened_at, Zone.id)
    return zone_lines(look, look.scalars(statement))


def zone_lines(look: Look, rows: Iterable[Zone]) -> list[ZoneLine]:
    """Return zones with their places and whether they block today."""
    return [_line(look, row) for row in rows]


def division_codes_of(look: Look, zone_id: UUID) -> tuple[str, ...]:
    """Return the codes a zone lists, in order."""
    statement = (
        select(ZoneDivision.division_code)
        .where(ZoneDivision.zone_id == zone_id)
        .order_by(ZoneDivision.division_code)
    )
    return tuple(look.scalars(statement))


def acts(look: Look, row: Zone) -> bool:
    """Say whether a zone stops anything today: it is in force and its event is confirmed."""
    stands = row.lifted_at is None and in_force(row.from_on, row.until_on, look.today)
    return stands and look.get(Event, row.event_id).is_confirmed


def _line(look: Look, row: Zone) -> ZoneLine:
    codes = division_codes_of(look, row.id)
    return ZoneLine(
        zone=row,
        division_codes=codes,
        places=tuple(reference.full_name(look, code) for code in codes),
        disease_name=reference.disease(look, row.disease_code).name_zh,
        acts=acts(look, row),
        why_idle=_why_idle(look, row),
    )


def _why_idle(look: Look, row: Zone) -> str:
    if row.from_on > look.today:
        return "还没到起始日"
    if row.until_on is not None and row.until_on < look.today:
        return "已过截止日"
    event = look.get(Event, row.event_id)
    said = event.verdict or event.status
    if event.is_confirmed:
        return ""
    return "疫情已排除" if said == Status.DENIED.value else "疫情未确认"


def reach_of(
    look: Look,
    disease_code: str,
    division_codes: Iterable[str],
    shapes: Sequence[Shape] = (),
    tier: str = Tier.PROTECTION,
) -> Reach:
    """Return what a zone over these places, or with these parts, touches for this disease."""
    places = frozenset[str]().union(*(reference.descendants(look, code) for code in division_codes))
    return Reach(places, reference.affected(look, disease_code), tuple(shapes), Tier(tier))


def reach_of_line(look: Look, line: ZoneLine) -> Reach:
    """Return what a zone touches as it is now."""
    zone, now = line.zone, extent_now(look, line.zone)
    return reach_of(look, zone.disease_code, line.division_codes, now.shapes, now.tier)


def consequences(look: Look, lines: Iterable[ZoneLine]) -> dict[UUID, dict[str, int]]:
    """Return, for each zone that blocks, how many things of higher rooms it touches."""
    return {
        line.zone.id: look.impact("zone", reach_of_line(look, line)) for line in lines if line.acts
    }
