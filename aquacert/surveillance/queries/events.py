"""Questions about events: lists for people and programs, and which of them wait for an officer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Event, EventChange, EventReport, Zone
from aquacert.surveillance.queries.places import zone_days
from aquacert.surveillance.rules.events import Realm, Status, plain_name
from aquacert.surveillance.rules.zones import Reason, Standing, in_force, why_waiting

FRESH_DAYS = 40
"""An undecided event older than this no longer counts as work, where no rule gives the days."""
NEARBY_DEGREES = 1.0


@dataclass(frozen=True)
class EventLine:
    """One event as a page shows it."""

    event: Event
    disease_name: str
    """Name in our catalogue; as the source wrote it where it maps to nothing."""
    is_mapped: bool
    place: str
    has_zone: bool
    """A zone of it acts today: one of an event that was denied since does not."""
    why_waiting: Reason | None


def event(look: Look, event_id: UUID) -> Event:
    """Return the event, or raise `NotFound`."""
    return look.get(Event, event_id)


def events(look: Look, words: str = "", realm: Realm | None = None) -> Select[Event]:
    """Return the statement that lists events, latest report first, found by any written word."""
    statement = (
        select(Event)
        .where(look.visible(Event))
        .order_by(Event.reported_on.desc().nulls_last(), Event.id.desc())
    )
    for word in plain_name(words).split():
        statement = statement.where(Event.words.contains(word, autoescape=True))
    if realm is not None:
        statement = statement.where(Event.realm == realm.value)
    return statement


def event_lines(look: Look, rows: Iterable[Event]) -> list[EventLine]:
    """Return events with what a page says about each."""
    listed = list(rows)
    zoned = _zoned(look, [row.id for row in listed])
    days = zone_days(look)
    return [
        EventLine(
            event=row,
            disease_name=disease_name(look, row),
            is_mapped=row.disease_code is not None,
            place=reference.full_name(look, row.division_code) if row.division_code else row.place,
            has_zone=row.is_confirmed and row.id in zoned,
            why_waiting=why_waiting(standing(row), look.today, days),
        )
        for row in listed
    ]


def counts_by_realm(look: Look) -> Mapping[Realm, int]:
    """Return how many events there are of each realm."""
    rows = look.session.execute(select(Event.realm, func.count()).group_by(Event.realm))
    counted = {Realm(realm): int(count) for realm, count in rows}
    return {realm: counted.get(realm, 0) for realm in Realm}


def standing(row: Event) -> Standing:
    """Return what the zone rules look at."""
    return Standing(
        realm=Realm(row.realm),
        disease_code=row.disease_code,
        status=Status(row.status),
        verdict=Status(row.verdict) if row.verdict else None,
        is_domestic=row.is_domestic,
        division_code=row.division_code,
        on=row.reported_on or row.observed_on,
    )


def disease_name(look: Look, row: Event) -> str:
    """Return the disease's name in our catalogue, else as the source wrote it."""
    if row.disease_code is None:
        return row.disease_written
    return reference.disease(look, row.disease_code).name_zh


def waiting(look: Look) -> tuple[int, int]:
    """Return (domestic aquatic events that wait for an officer, of them confirmed by the source).

    Counted: mapped, not denied, without any zone yet, reported within the days of a zone.
    """
    since = look.today - timedelta(days=zone_days(look) or FRESH_DAYS)
    statement = (
        select(func.count(), func.count().filter(Event.is_confirmed))
        .select_from(Event)
        .where(
            Event.disease_code.is_not(None),
            Event.is_domestic,
            Event.reported_on >= since,
            func.coalesce(Event.verdict, Event.status) != Status.DENIED.value,
            ~_any_zone(),
        )
    )
    found = look.session.execute(statement).one()
    return int(found[0]), int(found[1])


def neighbours(look: Look, row: Event, limit: int = 60) -> list[tuple[float, float, str]]:
    """Return other aquatic events within about a degree: (latitude, longitude, name)."""
    if row.latitude is None or row.longitude is None:
        return []
    statement = (
        select(Event)
        .where(
            Event.id != row.id,
            Event.disease_code.is_not(None),
            Event.latitude.between(row.latitude - NEARBY_DEGREES, row.latitude + NEARBY_DEGREES),
            Event.longitude.between(
                row.longitude - 2 * NEARBY_DEGREES, row.longitude + 2 * NEARBY_DEGREES
            ),
        )
        .order_by(Event.reported_on.desc())
        .limit(limit)
    )
    return [
        (one.latitude, one.longitude, disease_name(look, one))
        for one in look.scalars(statement)
        if one.latitude is not None and one.longitude is not None
    ]


def changes_of(look: Look, event_id: UUID) -> list[EventChange]:
    """Return every change of an event, oldest first."""
    return look.scalars(
        select(EventChange)
        .where(EventChange.event_id == event_id)
        .order_by(EventChange.at, EventChange.id)
    )


def sees_reasons(look: Look) -> bool:
    """Say whether the reader may see who changed an event and on what ground.

    Everybody may read that there is an outbreak; what an officer rests it on may name a farm, and
    is for officials.
    """
    return any(look.actor.may(one) for one in (P.OBSERVATION_READ, P.EXPRESS_READ))


def reports_of(look: Look, event_id: UUID) -> list[EventReport]:
    """Return every report of an event, lowest rank first."""
    return look.scalars(
        select(EventReport).where(EventReport.event_id == event_id).order_by(EventReport.rank)
    )


def _any_zone() -> ColumnElement[bool]:
    return select(Zone.id).where(Zone.event_id == Event.id).exists()


def _zoned(look: Look, event_ids: list[UUID]) -> set[UUID]:
    rows = look.scalars(select(Zone).where(Zone.event_id.in_(event_ids), Zone.lifted_at.is_(None)))
    return {row.event_id for row in rows if in_force(row.from_on, row.until_on, look.today)}
