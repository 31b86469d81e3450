"""Tasks that news of the hatcheries starts. Each may come late, twice, or beside itself."""

from __future__ import annotations

from uuid import UUID

from aquacert.hatcheries.commands.campaigns import announce_campaign as tell_next
from aquacert.hatcheries.commands.reminding import remind_renewals
from aquacert.hatcheries.commands.stock import book_rows
from aquacert.hatcheries.models import StockImport
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database

__all__ = ["announce_campaign", "book_sheet", "remind_renewals"]


def book_sheet(database: Database, import_id: UUID) -> None:
    """Book a confirmed workbook to its end, a few hundred rows to a transaction."""
    with database.look(SYSTEM) as look:
        row = look.get(StockImport, import_id)
        plan, read_at = row.plan, row.read_at
    more = True
    while more:
        with database.work(SYSTEM) as w:
            more = book_rows(w, import_id, plan, read_at=read_at)


def announce_campaign(database: Database, campaign_id: UUID) -> None:
    """Tell every farm of a data check, some hundreds to a transaction."""
    more = True
    while more:
        with database.work(SYSTEM) as w:
            more = tell_next(w, campaign_id)
