"""Files that are pushed: imported with the rights of whoever pushes, and noted as a visit."""

from __future__ import annotations

from typing import Any

from aquacert.kernel.work import Work
from aquacert.surveillance.commands.feeds import import_in, receive_feed, start_import
from aquacert.surveillance.commands.feeds.keeping import MOST_AT_ONCE, digest_of, known_file
from aquacert.surveillance.commands.visits import SHRUNK, Visited, note_one
from aquacert.surveillance.models.feeds import FeedFile
from aquacert.surveillance.models.visits import Feed, FeedStanding
from aquacert.surveillance.queries.reading import ONE_WORK, ImportAsked
from aquacert.surveillance.queries.sources import asked_by, feed_by_key, standing_of
from aquacert.surveillance.rules.visits import Outcome, is_shrunk


def push(w: Work, key: str, data: bytes, name: str) -> tuple[dict[str, Any], bool]:
    """Take one file of a feed in; return what to answer, and whether it is imported already.

    Raises `Invalid` in one sentence when the file cannot be read; nothing of it is kept then, and
    whoever pushed it is told.
    """
    feed = feed_by_key(w, key)
    standing = w.get_for_change(FeedStanding, standing_of(w, feed.id).id)
    ask = asked_by(w, feed, name or feed.key)
    before = known_file(w, ask.feed, digest_of(data))
    is_in = before is not None and before.imported_at is not None
    if feed.is_whole and not is_in and is_shrunk(len(data), standing.last_size):
        file_id = receive_feed(w, data, ask)
        _note(w, feed, standing, Visited(Outcome.HELD, ask.name, len(data), 200, SHRUNK, file_id))
        return {"file": file_id, "held": SHRUNK}, False
    told, is_done = _import(w, data, ask)
    row = known_file(w, ask.feed, digest_of(data))
    outcome = Outcome.SAME if is_in else Outcome.CAME
    _note(
        w, feed, standing, Visited(outcome, ask.name, len(data), 200, "", row.id if row else None)
    )
    return told, is_done


def _import(w: Work, data: bytes, ask: ImportAsked) -> tuple[dict[str, Any], bool]:
    if len(data) <= MOST_AT_ONCE and data.count(b"\n") <= ONE_WORK:
        return import_in(w, data, ask).as_dict(), True
    file_id = receive_feed(w, data, ask)
    if w.get(FeedFile, file_id).imported_at is None:
        start_import(w, file_id)
    return {"file": file_id}, False


def _note(w: Work, feed: Feed, standing: FeedStanding, one: Visited) -> None:
    note_one(w, feed, standing, one)
    standing.tried_at = w.now
