"""Tasks that news of surveillance starts. Each may come late, twice, or beside itself."""

from __future__ import annotations

import threading
from uuid import UUID

import structlog

from aquacert.accounts.queries.actors import actor_for
from aquacert.kernel.errors import AquaCertError, Unavailable
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from aquacert.surveillance.commands.facts import FeedStopped
from aquacert.surveillance.commands.feeds import import_kept
from aquacert.surveillance.commands.mappings import forget_left_tables, forget_table
from aquacert.surveillance.commands.neighbours import tell_neighbours
from aquacert.surveillance.commands.reminding import remind_late
from aquacert.surveillance.commands.sending import deliver_due
from aquacert.surveillance.commands.visits import visit_due
from aquacert.surveillance.models import FeedFile, FileState, Zone

__all__ = [
    "exchange_beside",
    "forget_left_tables",
    "forget_table",
    "import_file",
    "remind_late",
    "zone_changed",
]

log = structlog.get_logger("feeds")
_under_way = threading.Lock()
"""Held while this process visits: a slow peer must not hold the other rounds up."""


def exchange_beside(database: Database) -> None:
    """Visit and deliver what is due in a thread of its own, unless the last round is still at it."""
    if not _under_way.acquire(blocking=False):
        return
    threading.Thread(target=_exchange, args=(database,), name="exchange", daemon=True).start()


def _exchange(database: Database) -> None:
    try:
        deliver_due(database)
        visit_due(database)
    except Exception:
        log.exception("a round of visits and deliveries failed")
    finally:
        _under_way.release()


def import_file(database: Database, file_id: UUID) -> None:
    """Import a received file to its end, a few thousand rows to a transaction.

    It acts with the rights of whoever brought it. What makes it stop for good is written in the
    file's row as one sentence; started again it goes on where it stopped.
    """
    try:
        import_kept(database, _bringer(database, file_id), file_id)
    except Unavailable:
        raise  # the database or the disk: the outbox tries again
    except AquaCertError as error:
        with database.work(SYSTEM) as w:
            row = w.get_for_change(FeedFile, file_id)
            if row.state == FileState.RECEIVED.value:
                row.fault = error.sentence
                w.record(FeedStopped(error.sentence), on=row)


def zone_changed(database: Database, zone_id: UUID) -> None:
    """Tell the officers beside a zone that its outline may reach into their county."""
    with database.look(SYSTEM) as look:
        zone = look.session.get(Zone, zone_id)
        if zone is None or not zone.is_shaped or zone.lifted_at is not None:
            return
    with database.work(SYSTEM) as w:
        tell_neighbours(w, zone_id)


def _bringer(database: Database, file_id: UUID) -> Actor:
    """Return who brought the file, as he may act today; the system where a program did."""
    with database.look(SYSTEM) as look:
        row = look.get(FeedFile, file_id)
        person_id = row.received_by_id
        return SYSTEM if person_id is None else actor_for(look, person_id)
