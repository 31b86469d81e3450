"""What the news of a report starts, and what is looked after by the clock. Each may come late or twice."""

from __future__ import annotations

from uuid import UUID

import structlog

from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.trust.keys import KeyRing
from labs.reports import queries
from labs.reports.commands import sign_report

log = structlog.get_logger("reports")


def sign(database: Database, keys: KeyRing, report_id: UUID) -> None:
    """Sign a report and make its documents; once they are there nothing is done."""
    sign_report(database, keys, report_id)


def sign_waiting(database: Database, keys: KeyRing) -> int:
    """Sign what a crash or a closed key left unsigned: every few minutes. Returns how many were."""
    with database.look(SYSTEM) as look:
        waiting = queries.unsigned_reports(look)
    done = 0
    for report_id in waiting:
        try:
            done += sign_report(database, keys, report_id)
        except AquaCertError as error:  # one report's trouble is not another's
            log.warning("report waits for its signature", report=str(report_id), error=str(error))
    return done
