"""Tables of feeds that are visited: what is registered, how each stands, what each visit brought."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, Encrypted, state_check
from aquacert.surveillance.rules.visits import Outcome, Way


class Feed(Base):
    """One registered feed. Switched off, never deleted. Everybody who may import sees it."""

    __tablename__ = "feeds"
    __parties__ = None
    __table_args__ = (
        state_check("way", Way),
        CheckConstraint("every_minutes BETWEEN 5 AND 44640", name="every_minutes"),
        CheckConstraint("expected_days BETWEEN 1 AND 400", name="expected_days"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Its files' `source`: keys of subjects are unique within it. Never changes."""
    name: Mapped[str]
    format: Mapped[str]
    """Name of the reader; `mapped` with a mapping."""
    mapping_id: Mapped[UUID | None] = mapped_column(ForeignKey("feed_mappings.id"))
    """Files are read by this mapping's newest version."""
    way: Mapped[str]
    address: Mapped[str]
    """Where to fetch from (https); empty for every other way."""
    every_minutes: Mapped[int]
    is_whole: Mapped[bool]
    expected_days: Mapped[int]
    """Data older than so many days is late."""
    is_on: Mapped[bool]
    keeper_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    """Who answers for it: its files act with this person's rights."""
    secret: Mapped[str | None] = mapped_column(Encrypted)
    """Bearer token of an address; key of the signature of what is pushed. Never shown again."""
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class FeedStanding(Base):
    """How a feed stands between visits: what it was told last, when to try again."""

    __tablename__ = unaudited(
        "feed_standings", "a clock and counters; files, changes and turns of health are audited"
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("feeds.id"), unique=True)
    etag: Mapped[str]
    last_modified: Mapped[str]
    tried_at: Mapped[datetime | None]
    came_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    claimed_until: Mapped[datetime | None]
    """A worker is at it until then; a worker that died lets it go."""
    failures: Mapped[int]
    """In a row."""
    fault: Mapped[str]
    last_size: Mapped[int | None]


class FeedVisit(Base):
    """How one visit went; the same outcome again and again is one row that counts."""

    __tablename__ = unaudited("feed_visits", "a log of visits; what came in by them is audited")
    __table_args__ = (
        state_check("outcome", Outcome),
        Index("ix_feed_visits_feed", "feed_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("feeds.id"))
    at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
    outcome: Mapped[str]
    name: Mapped[str]
    """Of the file."""
    size: Mapped[int | None]
    status: Mapped[int | None]
    """Of the HTTP answer."""
    fault: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("feed_files.id"))
