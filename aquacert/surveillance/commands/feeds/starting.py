"""A file that was received is started; and the thin names of the first format."""

from __future__ import annotations

from uuid import UUID

from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.surveillance.commands.facts import FeedStarted
from aquacert.surveillance.commands.feeds.importing import import_in, import_received_bytes
from aquacert.surveillance.commands.feeds.keeping import MOST_AT_ONCE, Progress, receive_feed
from aquacert.surveillance.models import FeedFile, FileState
from aquacert.surveillance.queries.feeds import raw_bytes
from aquacert.surveillance.queries.plan import EMPRESI, ImportCounts
from aquacert.surveillance.queries.reading import ONE_WORK, ImportAsked


def import_empresi(
    w: Work,
    data: bytes,
    name: str,
    *,
    dry_run: bool = False,
    full: bool = False,
    progress: Progress | None = None,
) -> ImportCounts:
    """Import an EMPRES-i file; see `import_in`. `full`: the file is a whole snapshot."""
    ask = ImportAsked("", EMPRESI, name, is_whole=full, dry_run=dry_run)
    return import_in(w, data, ask, progress)


def receive_empresi(w: Work, data: bytes, name: str) -> UUID:
    """Keep an EMPRES-i file; see `receive_feed`."""
    return receive_feed(w, data, ImportAsked("", EMPRESI, name))


def import_received(w: Work, file_id: UUID) -> ImportCounts:
    """Import a small file that was received before, within this transaction."""
    row = w.get_for_change(FeedFile, file_id)
    return import_received_bytes(w, row, raw_bytes(w, row))


def start_import(w: Work, file_id: UUID) -> ImportCounts | None:
    """Import a received file: a small one at once, a large one in the background (None).

    A file that is under way is started anew: it goes on where it stopped. Raises `NotAllowedNow`
    for a file that is imported.
    """
    row = w.get_for_change(FeedFile, file_id)
    if row.state == FileState.IMPORTED.value:
        raise NotAllowedNow("这个文件已经导入过了。")
    if row.rows and row.rows <= ONE_WORK and (row.size or 0) <= MOST_AT_ONCE:
        return import_received(w, file_id)
    row.fault = ""
    w.record(FeedStarted(row.source, row.name, row.sha256), on=row)
    w.tell(Topic.FEED_RECEIVED, row.id)
    return None
