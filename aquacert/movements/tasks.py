"""Tasks that news of certificates starts, and one for the clock. Each may come late or twice."""

from __future__ import annotations

from uuid import UUID

from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.movements import commands


def open_movement(database: Database, certificate_id: UUID) -> None:
    """Expect the goods of a certificate that was issued."""
    commands.ensure_open(database, certificate_id)


def close_movement(database: Database, certificate_id: UUID) -> None:
    """End the movement of a certificate that was made void or was replaced."""
    with database.work(SYSTEM) as w:
        commands.close_movement(w, certificate_id)


def remind_overdue(database: Database) -> int:
    """Tell of arrivals that are owed; run it every hour or so. Returns how many were told of."""
    return commands.remind_overdue(database)
