"""What a kit lot touched: the blind codes of every report that rests on a run with it."""

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result
from labs.register.models import KitLot
from labs.reports.models import Report


def is_known_lot(look: Look, lot: str) -> bool:
    """Tell whether any laboratory entered a lot of this number, or wrote it on a run."""
    entered = select(KitLot.id).where(_same(KitLot.lot, lot)).limit(1)
    written = select(BenchRun.id).where(_same(BenchRun.reagent_lot, lot)).limit(1)
    return look.one(entered) is not None or look.one(written) is not None


def codes_of_lot(lot: str) -> Select[str]:
    """Select the blind codes of the reports, standing or not, that rest on a lot in any laboratory.

    Whatever was verified from a run with the lot counts, even if a later version replaced it; and so do the
    members of a pool that such a run answered, through pools of pools. Too many is the safe side.
    """
    entered = select(KitLot.id).where(_same(KitLot.lot, lot))
    touched = (
        select(Result.item_id.label("item_id"))
        .join(BenchRun, BenchRun.id == Result.run_id)
        .where(
            or_(BenchRun.lot_id.in_(entered), _same(BenchRun.reagent_lot, lot)),
            Result.verified_at.is_not(None),
        )
        .cte("touched", recursive=True)
    )
    members = select(Result.item_id).join(touched, Result.by_pool_id == touched.c.item_id)
    touched = touched.union(members)
    return select(Report.blind_code).where(Report.item_id.in_(select(touched.c.item_id)))


def _same(column: InstrumentedAttribute[str], lot: str) -> ColumnElement[bool]:
    return func.upper(column) == lot.strip().upper()
