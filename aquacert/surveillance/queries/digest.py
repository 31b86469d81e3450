"""What happened in a week, and the digests that were made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import (
    Event,
    EventChange,
    FeedFile,
    MonitoringPoint,
    OwnResult,
    WeeklyDigest,
    Zone,
    ZoneDivision,
)
from aquacert.surveillance.queries.crosswalk import code_names
from aquacert.surveillance.queries.risk import POSITIVE, late_months
from aquacert.surveillance.rules.digest import WEEK, Item
from aquacert.surveillance.rules.events import STATUS_WORDS, Status

STALE_DAYS = 30
"""A feed whose newest day is older than this has gone stale: a proposal of this product."""


def digests(look: Look, division_code: str = "") -> Select[WeeklyDigest]:
    """Return the statement that lists the digests this person may read, the newest first."""
    statement = select(WeeklyDigest).where(look.visible(WeeklyDigest))
    if division_code:
        statement = statement.where(WeeklyDigest.division_code == division_code)
    return statement.order_by(WeeklyDigest.from_on.desc(), WeeklyDigest.division_code)


def digest(look: Look, digest_id: UUID) -> WeeklyDigest:
    """Return a digest, or raise `NotFound`."""
    return look.get(WeeklyDigest, digest_id)


def made_for(look: Look, week: str) -> frozenset[str]:
    """Return the divisions that have a digest of this week."""
    found = select(WeeklyDigest.division_code).where(WeeklyDigest.week == week)
    return frozenset(look.scalars(found))


def items_of(look: Look, monday: date) -> list[Item]:
    """Return everything that happened within the week, wherever it was."""
    names = code_names(look)
    span = (_start(monday), _start(monday + WEEK))
    return [
        *_events(look, span, names),
        *_zones(look, span, names),
        *_positives(look, span),
        *_late(look),
    ]


def stale_feeds(look: Look) -> list[str]:
    """Return the feeds whose newest day lies long back."""
    rows = look.session.execute(
        select(FeedFile.source, func.max(FeedFile.newest_on))
        .where(FeedFile.imported_at.is_not(None))
        .group_by(FeedFile.source)
    )
    return [source for source, newest in rows if newest and (look.today - newest).days > STALE_DAYS]


def _events(look: Look, span: tuple[datetime, datetime], names: Mapping[str, str]) -> list[Item]:
    ours = (Event.disease_code.is_not(None), Event.division_code.is_not(None))
    created = look.scalars(
        select(Event)
        .where(*ours, Event.created_at >= span[0], Event.created_at < span[1])
        .order_by(Event.created_at)
    )
    altered = (
        select(EventChange.event_id)
        .where(EventChange.at >= span[0], EventChange.at < span[1])
        .scalar_subquery()
    )
    changed = look.scalars(
        select(Event).where(*ours, Event.id.in_(altered), Event.created_at < span[0])
    )
    return [_event(look, "created", row, names) for row in created] + [
        _event(look, "changed", row, names) for row in changed
    ]


def _event(look: Look, kind: str, row: Event, names: Mapping[str, str]) -> Item:
    code = row.division_code or ""
    status = Status(row.verdict or row.status)
    word = STATUS_WORDS[Status.CONFIRMED if row.is_confirmed else status]
    place = reference.full_name(look, code)
    text = f"{place}：{names[row.disease_code or '']}（{word}）"
    return Item(kind, code, text, f"/surveillance/{row.id}")


def _zones(look: Look, span: tuple[datetime, datetime], names: Mapping[str, str]) -> list[Item]:
    made = []
    for kind, column in (("opened", Zone.opened_at), ("lifted", Zone.lifted_at)):
        rows = look.session.execute(
            select(Zone.event_id, Zone.disease_code, ZoneDivision.division_code)
            .join(ZoneDivision, ZoneDivision.zone_id == Zone.id)
            .where(column >= span[0], column < span[1])
            .order_by(column, ZoneDivision.division_code)
        )
        made += [
            Item(
                kind,
                code,
                f"{reference.full_name(look, code)}：{names[disease]}",
                f"/surveillance/{event_id}",
            )
            for event_id, disease, code in rows
        ]
    return made


def _positives(look: Look, span: tuple[datetime, datetime]) -> list[Item]:
    """Return positives by county, disease and species: a digest names no farm."""
    rows = look.session.execute(
        select(
            OwnResult.division_code,
            OwnResult.place,
            OwnResult.disease_name,
            OwnResult.species_name,
            func.count(),
        )
        .where(
            OwnResult.outcome == POSITIVE,
            ~OwnResult.is_withdrawn,
            OwnResult.heard_at >= span[0],
            OwnResult.heard_at < span[1],
        )
        .group_by(
            OwnResult.division_code,
            OwnResult.place,
            OwnResult.disease_name,
            OwnResult.species_name,
        )
        .order_by(OwnResult.division_code)
    )
    return [
        Item(
            "positive",
            code,
            f"{place}：{species}，{disease} {count} 份阳性",
            "/surveillance/tests?outcome=positive",
            int(count),
        )
        for code, place, disease, species, count in rows
    ]


def _late(look: Look) -> list[Item]:
    codes = look.scalars(select(MonitoringPoint.division_code).distinct())
    return [
        Item("late", code, f"{reference.full_name(look, code)}：{count} 份月报", count=count)
        for code, count in sorted(late_months(look, codes).items())
        if count
    ]


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
