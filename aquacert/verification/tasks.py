"""What verification does by the clock."""

from __future__ import annotations

from aquacert.kernel.work import Database
from aquacert.verification.queries.jobs import Jobs


def sweep_jobs(database: Database) -> int:
    """Delete bulk checks older than a day: every hour; return how many."""
    return Jobs(database.settings.data_dir / "bulk").sweep(database.clock.now())
