"""Books some rows of a workbook: counted in memory, written at the end, one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.commands.stock.booking import Provenance, keep_origin
from aquacert.hatcheries.commands.stock.moving import lots_held, serial
from aquacert.hatcheries.commands.stock.posting import (
    LAST,
    SET_BALANCE,
    WRITE_MOVEMENT,
    Entry,
    hold_lots,
    locked,
)
from aquacert.hatcheries.models import Hatchery, Lot, Pond, StockImport
from aquacert.hatcheries.rules import Kind, balance_after, signed
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work


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
