"""Visits: what is due is fetched, imported and written down; never inside a transaction.

Two workers never visit one feed at once (a claim that lapses), and a visit made twice changes
nothing: the same bytes are the same file. A file is read with the rights of the feed's keeper.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from aquacert.accounts.queries.actors import actor_for
from aquacert.kernel.audit import Fact
from aquacert.kernel.downloads import SECONDS, Turned, fetch_to
from aquacert.kernel.errors import AquaCertError, Invalid, NotSignedIn, Unavailable
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database, Look, Work
from aquacert.surveillance.commands.feeds import ImportCounts, import_feed, receive_feed
from aquacert.surveillance.commands.feeds.keeping import known_file
from aquacert.surveillance.models.visits import Feed, FeedStanding, FeedVisit
from aquacert.surveillance.queries.reading import ImportAsked, spool_folder
from aquacert.surveillance.queries.sources import asked_by, due, standing_of, visits
from aquacert.surveillance.rules.visits import Outcome, Way, is_shrunk, next_try

LARGEST = 512 << 20
"""Bytes of one download or file of a folder."""
CLAIM = timedelta(minutes=30)
LONGEST_NAME = 120
SHRUNK = "整份数据比上一次小了一半多：先收下，没有导入。请核对后在文件页上点导入。"
NO_KEEPER = "负责这个来源的人已经没有导入数据的权限，请换一个人保管（打开来源，改好保存）。"
log = structlog.get_logger("feeds")


@dataclass(frozen=True)
class FeedHealthTurned(Fact):
    """A feed cannot be fetched any more, or can again; `fault` is empty when it can."""

    tag: ClassVar[str] = "surveillance:feed:health"
    title: ClassVar[str] = "数据来源好坏变化"
    key: str
    fault: str


@dataclass(frozen=True)
class Visited:
    """How one file, or one look that brought none, went."""

    outcome: Outcome
    name: str = ""
    size: int | None = None
    status: int | None = None
    fault: str = ""
    file_id: UUID | None = None
    counts: ImportCounts | None = None
    wait: int = 0
    """Seconds that the other side asks us to stay away."""
    etag: str | None = None
    last_modified: str = ""


@dataclass(frozen=True)
class Job:
    """What a visit needs to know, read once."""

    feed: Feed
    etag: str
    last_modified: str
    last_size: int | None
    actor: Actor
    folder: Path
    allow_private: bool


def visit_due(database: Database, *, seconds: float = SECONDS) -> list[Visited]:
    """Visit every feed whose time has come; one that fails does not stop the others."""
    with database.look(SYSTEM) as look:
        ids = due(look)
    found: list[Visited] = []
    for feed_id in ids:
        try:
            found += visit(database, feed_id, seconds=seconds)
        except AquaCertError as error:
            log.warning("a visit failed", feed=str(feed_id), sentence=error.sentence)
    return found


def visit(database: Database, feed_id: UUID, *, seconds: float = SECONDS) -> list[Visited]:
    """Visit one feed now and write down how it went; nothing when another worker is at it."""
    from aquacert.surveillance.commands.folders import take_folder

    if not _claim(database, feed_id):
        return []
    with database.look(SYSTEM) as look:
        try:
            job = _job(look, feed_id)
        except Invalid as error:
            job, refused = None, error.sentence
    if job is None:
        results = [Visited(Outcome.FAILED, fault=refused)]
    elif job.feed.way == Way.URL.value:
        results = [fetch_feed(database, job, seconds)]
    else:
        results = take_folder(database, job)
    note(database, feed_id, results)
    return results


def fetch_feed(database: Database, job: Job, seconds: float) -> Visited:
    """Fetch a feed's address to a file and import it."""
    job.folder.mkdir(parents=True, exist_ok=True)
    name = urlsplit(job.feed.address).path.rsplit("/", 1)[-1][-LONGEST_NAME:] or job.feed.key
    with tempfile.TemporaryDirectory(dir=job.folder, prefix="feed-") as place:
        path = Path(place) / "file"
        try:
            came = fetch_to(
                job.feed.address,
                path,
                limit=LARGEST,
                known=(job.etag, job.last_modified),
                token=job.feed.secret or "",
                allow_private=job.allow_private,
                seconds=seconds,
            )
        except Turned as error:
            return Visited(
                Outcome.FAILED, status=error.http_status, fault=error.sentence, wait=error.wait
            )
        except (Unavailable, Invalid) as error:
            return Visited(Outcome.FAILED, name, fault=error.sentence)
        if not came.is_new:
            return Visited(Outcome.SAME, status=304)
        marks = (came.etag, came.last_modified)
        try:
            return take_file(database, job, path, name, status=200, marks=marks)
        except Unavailable as error:  # ours, not the file's: fetched again
            return Visited(Outcome.FAILED, name, came.size, 200, error.sentence)


def take_file(
    database: Database,
    job: Job,
    path: Path,
    name: str,
    *,
    status: int | None = None,
    marks: tuple[str, str] = ("", ""),
) -> Visited:
    """Import a file that lies with us; one that shrank too much is kept and waits for a person."""
    size = path.stat().st_size
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with database.look(job.actor) as look:
        ask = asked_by(look, job.feed, name)
        before = known_file(look, ask.feed, sha256)
        is_in = before is not None and before.imported_at is not None
    if job.feed.is_whole and not is_in and is_shrunk(size, job.last_size):
        return _held(database, job, path, ask, status, marks)
    try:
        counts = import_feed(database, job.actor, path, ask)
    except Unavailable:
        raise
    except AquaCertError as error:
        return Visited(Outcome.FAILED, name, size, status, error.sentence)
    with database.look(job.actor) as look:
        row = known_file(look, ask.feed, sha256)
    outcome = Outcome.SAME if is_in else Outcome.CAME
    file_id = row.id if row else None
    return Visited(
        outcome, name, size, status, "", file_id, counts, etag=marks[0], last_modified=marks[1]
    )


def _held(
    database: Database,
    job: Job,
    path: Path,
    ask: ImportAsked,
    status: int | None,
    marks: tuple[str, str],
) -> Visited:
    data = path.read_bytes()
    try:
        with database.work(job.actor) as w:
            file_id = receive_feed(w, data, ask)
    except Invalid as error:
        return Visited(Outcome.FAILED, ask.name, len(data), status, error.sentence)
    return Visited(
        Outcome.HELD,
        ask.name,
        len(data),
        status,
        SHRUNK,
        file_id,
        etag=marks[0],
        last_modified=marks[1],
    )


def note(database: Database, feed_id: UUID, results: list[Visited]) -> None:
    """Write down how a visit went, let the feed go and say when it is visited next."""
    with database.work(SYSTEM) as w:
        feed = w.get(Feed, feed_id)
        standing = w.get_for_change(FeedStanding, standing_of(w, feed_id).id)
        for one in results:
            note_one(w, feed, standing, one)
        wait = max((one.wait for one in results), default=0)
        standing.tried_at, standing.claimed_until = w.now, None
        standing.next_at = w.now + next_try(feed.every_minutes, standing.failures, wait)


def note_one(w: Work, feed: Feed, standing: FeedStanding, one: Visited) -> None:
    """Write one result down; a turn of health is a fact of its own."""
    failed = one.outcome is Outcome.FAILED
    if failed:
        standing.failures += 1
    else:
        standing.failures = 0
        standing.came_at = w.now if one.outcome is not Outcome.SAME else standing.came_at
    if one.etag is not None:
        standing.etag, standing.last_modified = one.etag, one.last_modified
    if one.outcome is Outcome.CAME:
        standing.last_size = one.size
    fault = one.fault if failed else ""
    if bool(fault) != bool(standing.fault):
        w.record(FeedHealthTurned(feed.key, fault), on=feed)
    standing.fault = fault
    last = w.one(visits(w, feed.id).limit(1))
    if last is not None and _again(last, one):
        last.times, last.last_at = last.times + 1, w.now
        return
    w.add(
        FeedVisit(
            id=w.new_id(),
            feed_id=feed.id,
            at=w.now,
            last_at=w.now,
            times=1,
            outcome=one.outcome.value,
            name=one.name[-LONGEST_NAME:],
            size=one.size,
            status=one.status,
            fault=one.fault,
            file_id=one.file_id,
        )
    )
    w.session.flush()


def _again(last: FeedVisit, one: Visited) -> bool:
    """Tell whether this visit said what the last one said: then it is counted, not listed."""
    quiet = one.outcome in {Outcome.SAME, Outcome.FAILED}
    said = (last.outcome, last.name, last.status, last.fault)
    return quiet and said == (one.outcome.value, one.name, one.status, one.fault)


def _claim(database: Database, feed_id: UUID) -> bool:
    with database.work(SYSTEM) as w:
        if not w.get(Feed, feed_id).is_on:
            return False
        standing = w.get_for_change(FeedStanding, standing_of(w, feed_id).id)
        if standing.claimed_until is not None and standing.claimed_until > w.now:
            return False
        standing.claimed_until = w.now + CLAIM
        return True


def _job(look: Look, feed_id: UUID) -> Job:
    """Return what a visit needs; raise `Invalid` when its keeper may import no more."""
    feed, standing = look.get(Feed, feed_id), standing_of(look, feed_id)
    try:
        actor = actor_for(look, feed.keeper_id)
    except NotSignedIn:
        raise Invalid(NO_KEEPER) from None
    if not actor.may(P.EVENT_IMPORT):
        raise Invalid(NO_KEEPER)
    look.session.expunge(feed)
    return Job(
        feed,
        standing.etag,
        standing.last_modified,
        standing.last_size,
        actor,
        spool_folder(look),
        look.settings.allow_private_fetch,
    )
