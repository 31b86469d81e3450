"""Tasks: the nightly check of the chains, the archive of a case that somebody asked for."""

from __future__ import annotations

from uuid import UUID

from aquacert.kernel.work import Database
from aquacert.supervision import commands


def check_chains(database: Database) -> int:
    """Check every audit chain, nightly; return how many breaks were found."""
    return len(commands.check_chains(database))


def make_case(database: Database, case_id: UUID) -> None:
    """Make the archive of a case; nothing is done a second time."""
    commands.make_case(database, case_id)
