"""What a worker does by the clock for turnaround."""

from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from labs.turnaround import commands


def warn_of_late(database: Database) -> int:
    """Tell laboratories of tests that are late or soon will be; run it every hour or so."""
    with database.work(SYSTEM) as w:
        return commands.warn_of_late(w)
