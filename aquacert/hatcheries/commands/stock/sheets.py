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
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.hatcheries.commands.stock.booking import Provenance, keep_origin
from aquacert.hatcheries.commands.stock.moving import lots_held, serial
from aquacert.hatcheries.commands.stock.posting import (
    LAST,
    SET_BALANCE,
    WRITE_MOVEMENT,
    Entry,
    check_kept,
    hold_lots,
    locked,
)
from aquacert.hatcheries.models import Hatchery, Lot, Pond, StockImport
from aquacert.hatcheries.parsers.stocksheet import read_stock_sheet
from aquacert.hatcheries.queries.stocksheet import MOST_FAULTS, judge_sheet, stock_import
from aquacert.hatcheries.rules import (
    IMPORT_MOVES,
    ImportAct,
    ImportState,
    Kind,
    balance_after,
    signed,
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


class Clerk:
    """Books one chunk: locks its lots in one order, counts in memory, writes at the end."""

    def __init__(self, w: Work, row: StockImport, farm: Hatchery) -> None:
        self.w, self.row, self.farm = w, row, farm
        self.lots: dict[str, Any] = {}
        self.left: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.entries: list[dict[str, Any]] = []
        self.bought: list[tuple[Entry, str, str]] = []
        self.lots_new, self.lots_held = 0, 0

    def book(self, chunk: Sequence[Sequence[Any]]) -> None:
        """Count the rows of a chunk; raise `Invalid` at the first that cannot be, the rest kept."""
        new = {line[1] for line in chunk if line[7] is not None}
        self.lots_held = lots_held(self.w, self.farm.id) if new else 0
        hold_lots(self.w, {UUID(line[1]) for line in chunk if line[1] not in new})
        for line in chunk:
            try:
                self._take(line)
            except Invalid as error:
                raise Invalid(f"第 {line[0]} 行不能记：{error.sentence}", **error.fields) from None

    def _take(self, line: Sequence[Any]) -> None:
        _row, key, kind, quantity, on, number, reason, begins = line
        if begins is not None and key not in self.lots:
            self._begin(key, begins)
        lot = self.lots.get(key) or self._know(key)
        change = signed(Kind(kind), quantity)
        left = balance_after(self.left[key], change, lot.unit)
        self.left[key], self.last[key] = left, self.last[key] + 1
        made = {
            "id": self.w.new_id(),
            "lot_id": lot.id,
            "position": self.last[key],
            "kind": kind,
            "quantity": change,
            "balance": left,
            "reason": reason,
            "at": self.w.now,
            "by_id": self.row.started_by_id,
            "certificate_id": None,
            "step": None,
            "other_lot_id": None,
            "happened_on": date.fromisoformat(on),
            "import_id": self.row.id,
        }
        self.entries.append(made)
        if kind == Kind.PURCHASE.value:
            entry = Entry(made["id"], lot.id, made["position"], Kind.PURCHASE, change, left)
            self.bought.append((entry, number, lot.number))

    def _know(self, key: str) -> Any:  # noqa: ANN401 (see `locked`)
        lot = self.lots[key] = locked(self.w, UUID(key))
        if lot.hatchery_id != self.farm.id:
            raise Invalid("这一批已经不在本场。", lot="请重新传表。")
        self.left[key] = lot.balance
        self.last[key] = self.w.row(LAST, lot=lot.id).last or 0
        return lot

    def _begin(self, key: str, begins: Sequence[str]) -> None:
        """Open a lot that a row begins, in a pond that may be new; the farm's row is locked."""
        if self.w.session.get(Lot, UUID(key)) is not None:
            return  # the row stopped here before, after its lot was opened
        pond_name, species, stage, unit = begins
        here = Pond.hatchery_id == self.farm.id, Pond.name == pond_name
        pond_id = self.w.one(select(Pond.id).where(*here))
        if pond_id is None:
            pond = Pond(id=self.w.new_id(), hatchery_id=self.farm.id, name=pond_name)
            pond_id = self.w.add(pond).id
        self.w.add(
            Lot(
                id=UUID(key),
                hatchery_id=self.farm.id,
                pond_id=pond_id,
                number=serial(self.w, self.lots_held + self.lots_new),
                species_code=species,
                variety="",
                life_stage=stage,
                unit=unit,
                balance=0,
                opened_at=self.w.now,
            )
        )
        self.lots_new += 1

    def write(self) -> None:
        """Write what was counted: entries, balances, the certificates behind purchases."""
        self.w.rows_of_many(WRITE_MOVEMENT, self.entries)
        balances = [{"lot": lot.id, "left": self.left[key]} for key, lot in self.lots.items()]
        self.w.rows_of_many(SET_BALANCE, balances)
        for entry, number, lot_number in self.bought:
            names = (lot_number, self.farm.division_code)
            keep_origin(self.w, entry, self.farm.id, names, Provenance(number))


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
