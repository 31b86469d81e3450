"""Tasks that news for laboratories' own systems starts. Each may come late or twice."""

from uuid import UUID

from aquacert.kernel.work import Database
from labs.exchange.commands import call_systems


def work_changed(database: Database, lab_id: UUID) -> None:
    """Call the systems of a laboratory for which there is work."""
    call_systems(database, lab_id)
