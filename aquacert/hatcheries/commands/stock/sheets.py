"""A workbook of movements: read and judged, confirmed, then booked in the background, row by row.

Rows are booked a few hundred to a transaction, and how far it came is committed with them: the
progress is true, a crash loses nothing and repeats nothing, other writers are never kept waiting
long, and a cancelled import can be gone on with. The same content is the same import, whatever
program saved the file; a row that an earlier workbook booked to the letter is passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.hatcheries.commands.stock.clerk import Clerk
from aquacert.hatcheries.commands.stock.posting import check_kept
from aquacert.hatcheries.models import Hatchery, StockImport
from aquacert.hatcheries.parsers.stocksheet import read_stock_sheet
from aquacert.hatcheries.queries.stocksheet import MOST_FAULTS, judge_sheet, stock_import
from aquacert.hatcheries.rules import (
    IMPORT_MOVES,
    ImportAct,
    ImportState,
)
from aquacert.hatcheries.rules.stocksheet import digest_text
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work

AT_ONCE = 500
"""Rows to a transaction: some 50 ms, so that a page never waits for an import."""


@dataclass(frozen=True)
class SheetRead(Fact):
    """A workbook of movements was read."""

    tag: ClassVar[str] = "hatcheries:import:read"
    title: ClassVar[str] = "读入存塘变动表"
    digest: str
    rows: int
    faults: int


@dataclass(frozen=True)
class SheetMoved(Fact):
    """A workbook's booking was started, cancelled, stopped or finished."""

    tag: ClassVar[str] = "hatcheries:import:move"
    title: ClassVar[str] = "存塘变动表"
    act: str
    done: int
    rows: int


@dataclass(frozen=True)
class RowsBooked(Fact):
    """Some rows of a workbook were booked; each is an entry that names the import."""

    tag: ClassVar[str] = "hatcheries:import:book"
    title: ClassVar[str] = "按表记入存塘变动"
    first: int
    last: int
    entries: int
    lots_new: int


def read_sheet(w: Work, hatchery_id: UUID, data: bytes, name: str) -> UUID:
    """Read and judge a workbook for preview; return its import. The same content is the same one.

    Nothing is booked. One that was cancelled or stopped is judged anew: its booked rows are passed
    over. Raises `Invalid` when it is no workbook of ours.
    """
    rows = read_stock_sheet(data)
    farm = w.get_for_change(Hatchery, hatchery_id)
    check_kept(farm)
    digest = hashlib.sha256(digest_text(rows).encode()).hexdigest()
    known = w.one(
        select(StockImport).where(
            StockImport.hatchery_id == hatchery_id, StockImport.digest == digest
        )
    )
    if known is not None and known.state in {ImportState.RUNNING.value, ImportState.DONE.value}:
        return known.id
    plan = judge_sheet(w, hatchery_id, rows)
    row = known or StockImport(id=w.new_id(), hatchery_id=hatchery_id, digest=digest)
    row.name = name.replace("\\", "/").rpartition("/")[2][-120:] or "stock.xlsx"
    row.state, row.because, row.done, row.ended_at = ImportState.READ.value, "", 0, None
    row.plan, row.total, row.again = plan.rows, len(plan.rows), plan.again
    row.faults = [asdict(one) for one in plan.faults[:MOST_FAULTS]]
    row.fault_count = len(plan.faults)
    row.read_at, row.read_by_id = w.now, w.actor.person_id
    w.add(row)
    w.record(SheetRead(digest, len(rows), len(plan.faults)), on=row, county=farm.division_code)
    return row.id


def start_import(w: Work, import_id: UUID) -> None:
    """Confirm a workbook without faults, or go on with one that stopped; booking is background.

    Raises `NotAllowedNow` when another workbook was booked since this one was judged: its rows may
    be among these.
    """
    w.get_for_change(Hatchery, stock_import(w, import_id).hatchery_id)  # one start at a time
    row, farm = _mine(w, import_id)
    check_kept(farm)
    if row.fault_count:
        raise Invalid(
            f"表里有 {row.fault_count} 处要改，改好再传。", file="有错的行，整份都没有记。"
        )
    if not row.total:
        raise Invalid("没有要记的行。", file="这些行以前都记过了。")
    if _is_overtaken(w, row):
        raise NotAllowedNow("核对这份表以后又记了别的表。请把这份表再传一次，核对后再记。")
    w.move(row, IMPORT_MOVES, ImportAct.START)
    row.started_by_id, row.because, row.ended_at = w.actor.person_id, "", None
    _say(w, row, farm, ImportAct.START)
    w.tell(Topic.STOCK_SHEET_CONFIRMED, row.id)


def cancel_import(w: Work, import_id: UUID) -> None:
    """Stop booking after the rows under way; what is booked stays, the rest can be gone on with."""
    row, farm = _mine(w, import_id)
    w.move(row, IMPORT_MOVES, ImportAct.CANCEL)
    row.ended_at = w.now
    _say(w, row, farm, ImportAct.CANCEL)


def book_rows(
    w: Work,
    import_id: UUID,
    plan: Sequence[Sequence[Any]],
    most: int = AT_ONCE,
    *,
    read_at: datetime | None = None,
) -> bool:
    """Book the next rows of a confirmed workbook; say whether more are to do.

    `plan` is the import's own, read once by the caller, and `read_at` when it was judged: a plan
    that was judged anew meanwhile is left to whoever read the new one. A row that cannot be booked
    any more stops the import before it, with the reason; so does a farm that closed or was merged.
    """
    farm = w.get_for_change(Hatchery, w.get(StockImport, import_id).hatchery_id)
    row = w.get_for_change(StockImport, import_id)
    if row.state != ImportState.RUNNING.value or (read_at or row.read_at) != row.read_at:
        return False
    clerk = Clerk(w, row, farm)
    try:
        check_kept(farm)
        clerk.book(plan[row.done : row.done + most])
    except NotAllowedNow as error:
        row.because = error.sentence
    except Invalid as error:
        row.because = error.sentence + "".join(error.fields.values())
    clerk.write()
    first, row.done = row.done, row.done + len(clerk.entries)
    if clerk.entries:
        fact = RowsBooked(first + 1, row.done, len(clerk.entries), clerk.lots_new)
        w.record(fact, on=row, county=farm.division_code)
    if row.because:
        _end(w, row, farm, ImportAct.STOP)
    elif row.done >= row.total:
        _end(w, row, farm, ImportAct.FINISH)
    return row.state == ImportState.RUNNING.value


def _is_overtaken(w: Work, row: StockImport) -> bool:
    """Say whether another workbook was booked since this one was judged, or since it ended."""
    since = row.ended_at or row.read_at
    others = select(StockImport.id).where(
        StockImport.hatchery_id == row.hatchery_id,
        StockImport.id != row.id,
        StockImport.state != ImportState.READ.value,
        or_(StockImport.ended_at.is_(None), StockImport.ended_at > since),
    )
    return w.one(others.limit(1)) is not None


def _mine(w: Work, import_id: UUID) -> tuple[StockImport, Hatchery]:
    """Lock an import of a farm in scope."""
    farm = w.get(Hatchery, stock_import(w, import_id).hatchery_id)
    return w.get_for_change(StockImport, import_id), farm


def _end(w: Work, row: StockImport, farm: Hatchery, act: ImportAct) -> None:
    w.move(row, IMPORT_MOVES, act, because=row.because)
    row.ended_at = w.now
    _say(w, row, farm, act)


def _say(w: Work, row: StockImport, farm: Hatchery, act: ImportAct) -> None:
    fact = SheetMoved(act.value, row.done, row.total)
    w.record(fact, on=row, county=farm.division_code)
