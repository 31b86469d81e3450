"""Questions about registered feeds: how each stands, what its visits brought, what a file is read by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.surveillance.models.visits import Feed, FeedStanding, FeedVisit
from aquacert.surveillance.queries.feeds import FeedHealth, feed_healths
from aquacert.surveillance.queries.mappings import newest_version
from aquacert.surveillance.queries.reading import ImportAsked
from aquacert.surveillance.rules.visits import Health, Standing, Way, health_of

ORDER = tuple(Health)


@dataclass(frozen=True)
class SourceLine:
    """One feed as the list shows it."""

    feed: Feed
    standing: FeedStanding
    health: Health
    newest_on: date | None
    imported_at: datetime | None
    waiting: int
    open_files: int

    @property
    def is_visited(self) -> bool:
        """Whether we go and fetch it."""
        return Way(self.feed.way) in {Way.URL, Way.FOLDER}


@dataclass(frozen=True)
class Sources:
    """Every feed: the registered ones, the worst first, and those that only ever came by hand."""

    lines: tuple[SourceLine, ...]
    others: tuple[FeedHealth, ...]


def sources(look: Look) -> Sources:
    """Return every feed with its health."""
    seen = {one.source: one for one in feed_healths(look)}
    rows = look.session.execute(
        select(Feed, FeedStanding)
        .join(FeedStanding, FeedStanding.feed_id == Feed.id)
        .order_by(Feed.name, Feed.key)
    ).all()
    lines = [_line(look, feed, standing, seen.pop(feed.key, None)) for feed, standing in rows]
    lines.sort(key=lambda one: ORDER.index(one.health))
    return Sources(tuple(lines), tuple(seen.values()))


def source(look: Look, feed_id: UUID) -> SourceLine:
    """Return one feed, or raise `NotFound`."""
    feed = look.get(Feed, feed_id)
    seen = {one.source: one for one in feed_healths(look)}
    return _line(look, feed, standing_of(look, feed_id), seen.get(feed.key))


def standing_of(look: Look, feed_id: UUID) -> FeedStanding:
    """Return how a feed stands; raise `NotFound` where there is no such feed."""
    found = look.one(select(FeedStanding).where(FeedStanding.feed_id == feed_id))
    if found is None:
        raise NotFound
    return found


def feed_by_key(look: Look, key: str) -> Feed:
    """Return a registered feed by its key, or raise `NotFound`."""
    found = look.one(select(Feed).where(Feed.key == key))
    if found is None:
        raise NotFound("没有登记这个数据来源。")
    return found


def visits(look: Look, feed_id: UUID) -> Select[FeedVisit]:
    """Return the statement that lists a feed's visits, the newest first."""
    del look
    return (
        select(FeedVisit)
        .where(FeedVisit.feed_id == feed_id)
        .order_by(FeedVisit.last_at.desc(), FeedVisit.id.desc())
    )


def due(look: Look) -> list[UUID]:
    """Return the feeds whose time has come, the longest waiting first."""
    return look.scalars(
        select(Feed.id)
        .join(FeedStanding, FeedStanding.feed_id == Feed.id)
        .where(
            Feed.is_on,
            Feed.way.in_((Way.URL.value, Way.FOLDER.value)),
            FeedStanding.next_at <= look.now,
            or_(FeedStanding.claimed_until.is_(None), FeedStanding.claimed_until <= look.now),
        )
        .order_by(FeedStanding.next_at, Feed.id)
    )


def asked_by(look: Look, feed: Feed, name: str) -> ImportAsked:
    """Return how a file of a feed is to be imported: by its format, or its mapping's newest version."""
    version = newest_version(look, feed.mapping_id).id if feed.mapping_id else None
    return ImportAsked(feed.key, feed.format, name, version, feed.is_whole)


def _line(look: Look, feed: Feed, standing: FeedStanding, seen: FeedHealth | None) -> SourceLine:
    came_at = standing.came_at or (seen.imported_at if seen else None)
    newest = seen.newest_on if seen else None
    known = Standing(feed.is_on, came_at, newest, standing.failures)
    came_on = legal_day(came_at) if came_at else None
    return SourceLine(
        feed,
        standing,
        health_of(known, look.today, came_on, feed.expected_days),
        newest,
        came_at,
        seen.waiting if seen else 0,
        seen.open_files if seen else 0,
    )
