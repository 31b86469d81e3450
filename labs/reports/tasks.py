"""What the news of a report starts, and what is looked after by the clock. Each may come late or twice."""

from __future__ import annotations

from uuid import UUID

import structlog

from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.trust.keys import KeyRing
from labs.pools.models import Pool
from labs.pools.queries import reported_members
from labs.reports import queries
from labs.reports.commands import invalidate_for_pool, sign_report

log = structlog.get_logger("reports")


def sign(database: Database, keys: KeyRing, report_id: UUID) -> None:
    """Sign a report and make its documents; once they are there nothing is done."""
    sign_report(database, keys, report_id)


def pool_retracted(database: Database, pool_id: UUID) -> None:
    """Invalidate every standing report that rests on a pool whose result was taken back."""
    with database.look(SYSTEM) as look:
        code = look.get(Pool, pool_id).code
        members = reported_members(look, pool_id)
    for member in members:
        with database.work(SYSTEM) as w:
            invalidate_for_pool(w, member, f"混样 {code} 的结果已撤销，须单独重检")


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
