"""A task for the clock."""

from __future__ import annotations

from aquacert.kernel.work import Database
from aquacert.supervision import commands


def check_chains(database: Database) -> int:
    """Check every audit chain, nightly; return how many breaks were found."""
    return len(commands.check_chains(database))
