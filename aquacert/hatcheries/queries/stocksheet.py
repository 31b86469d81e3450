"""What a workbook of movements would do to a farm's ledgers: each row found its lot, or its fault.

The balances are counted on through the rows, so that a row which would take more than the rows
before it leave is named here, not in the middle of booking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import Hatchery, Lot, Pond, StockImport, StockMovement
from aquacert.hatcheries.rules import Kind, Unit, balance_after, said_of, signed
from aquacert.hatcheries.rules.stocksheet import (
    COLUMNS,
    Fault,
    Said,
    SheetRow,
    folded,
    read_row,
)
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.ids import new_id
from aquacert.kernel.work import Look
from aquacert.reference.queries import species_named
from aquacert.reference.rules.quantity import parse_quantity

MOST_FAULTS = 500
"""Faults kept to be shown; more are counted only."""
ORDER = {name: at for at, name in enumerate(COLUMNS)}
ADDING = frozenset({Kind.HATCH, Kind.CAPTURE, Kind.PURCHASE})


@dataclass(slots=True)
class Held:
    """A lot as the workbook sees it: one of the farm's, or one that a row begins."""

    key: str
    pond: str
    number: str
    species: str
    unit: str
    life_stage: str
    balance: int


@dataclass
class Plan:
    """Rows as they will be booked, and what is wrong. `lots_new` counts lots that rows begin."""

    rows: list[list[Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lots_new: int = 0
    adds: int = 0
    takes: int = 0
    again: list[int] = field(default_factory=list)
    """Rows that an earlier workbook booked already, to the letter: passed over."""


class Judge:
    """Judges the rows of one farm's workbook in order."""

    def __init__(self, look: Look, hatchery_id: UUID) -> None:
        self.look = look
        self.plan = Plan()
        self.species: dict[str, Any] = {}
        self.by_number: dict[str, Held] = {}
        self.by_place: dict[tuple[str, str], list[Held]] = {}
        rows = look.session.execute(
            select(Lot.id, Lot.number, Lot.species_code, Lot.unit, Lot.life_stage, Lot.balance)
            .add_columns(Pond.name)
            .join(Pond, Pond.id == Lot.pond_id)
            .where(Lot.hatchery_id == hatchery_id)
            .order_by(Lot.opened_at, Lot.id)
        )
        for lot_id, number, species, unit, stage, balance, pond in rows:
            self._know(Held(str(lot_id), pond, number, species, unit, stage, balance))
        self.booked = booked_before(look, hatchery_id)
        self.dated = {(*key, why): on for *key, on, why in self.booked if on is not None}

    def take(self, row: SheetRow) -> None:
        """Judge one row: plan it, or name everything that is wrong with it."""
        said, faults = read_row(row, self.look.today)
        cells = dict(zip(COLUMNS, row.cells, strict=True))
        told = {one.column for one in faults}

        def note(error: Invalid) -> None:
            for name, sentence in error.fields.items():
                place = name if name in COLUMNS else "reason"
                if place not in told:
                    faults.append(Fault(row.row, place, cells[place], sentence))

        found = None
        try:
            found = self._lot(cells, said) if not told & {"pond", "lot", "species"} else None
            self._same_unit(cells, found[0] if found else None)
        except Invalid as error:
            note(error)
        if "quantity" not in told:
            try:
                quantity = self._quantity(cells, found[0] if found else None)
                if said and found and not faults:
                    self._plan(row.row, found, said, quantity)
            except Invalid as error:
                note(error)
        self.plan.faults += sorted(faults, key=lambda one: ORDER[one.column])

    def _plan(self, row: int, found: tuple[Held, bool], said: Said, quantity: int) -> None:
        lot, is_new = found
        if self._is_again(row, lot, said, quantity):
            return
        lot.balance = balance_after(lot.balance, signed(said.kind, quantity), lot.unit)
        self._keep(row, lot, said, quantity, is_new=is_new)

    def _is_again(self, row: int, lot: Held, said: Said, quantity: int) -> bool:
        """Say whether an earlier workbook booked this row, each of its entries counted once."""
        change = signed(said.kind, quantity)
        same = (lot.key, said.kind.value, change, said.happened_on, said.reason)
        if not self.booked[same]:
            self._is_dated(lot, said, change)
            return False
        self.booked[same] -= 1
        self.plan.again.append(row)
        return True

    def _is_dated(self, lot: Held, said: Said, change: int) -> None:
        """Raise when a row without its day may be one that an earlier workbook booked."""
        on = self.dated.get((lot.key, said.kind.value, change, said.reason))
        if said.is_undated and on is not None:
            sentence = f"和 {on} 从表格记过的一行一样。是新的一笔，请写日期。"
            raise Invalid("可能记过了。", happened_on=sentence)

    def _keep(self, row: int, lot: Held, said: Said, quantity: int, *, is_new: bool) -> None:
        if is_new:
            self._know(lot)
            self.plan.lots_new += 1
        if said.kind in ADDING:
            self.plan.adds += 1
        else:
            self.plan.takes += 1
        begins = [lot.pond, lot.species, lot.life_stage, lot.unit] if is_new else None
        self.plan.rows.append(
            [
                row,
                lot.key,
                said.kind.value,
                quantity,
                said.happened_on.isoformat(),
                said.certificate_number,
                said.reason,
                begins,
            ]
        )

    def _know(self, lot: Held) -> None:
        if lot.number:
            self.by_number[lot.number.upper()] = lot
        self.by_place.setdefault((lot.pond, lot.species), []).append(lot)

    def _lot(self, cells: dict[str, str], said: Said | None) -> tuple[Held, bool] | None:
        """Return the lot a row speaks of, and whether the row begins it.

        None for a row that would begin one and is wrong by itself (`said` None).
        """
        number = folded(cells["lot"]).upper()
        if number:
            lot = self.by_number.get(number)
            if lot is None:
                raise Invalid("没有这一批。", lot=f"本场没有批号 {number[:20]}，请核对，或不填。")
            self._agrees(lot, cells)
            return lot, False
        pond, code = folded(cells["pond"]), self._code(cells["species"])
        stage = folded(cells["life_stage"])
        found = self.by_place.get((pond, code.code), [])
        if stage:
            found = [one for one in found if one.life_stage == stage]
        living = [one for one in found if one.balance] or found
        if len(living) == 1:
            return living[0], False
        if living:
            names = "、".join(one.number for one in living[:4] if one.number)
            raise Invalid(
                "有几批。", lot=f"这个塘口有 {len(living)} 批同样的苗，请填批号：{names}。"
            )
        return (self._begin(cells, said, (pond, code, stage)), True) if said else None

    def _begin(self, cells: dict[str, str], said: Said, begun: tuple[str, Any, str]) -> Held:
        pond, kind, stage = begun
        if said.kind not in ADDING:
            raise Invalid("没有这一批。", pond=f"“{pond[:20]}”里没有登记过这种苗，不能减。")
        if not stage:
            raise Invalid("新的一批。", life_stage="新的一批要填规格，例如 P5、夏花。")
        unit = folded(cells["unit"]) or kind.base_unit
        if unit not in set(Unit):
            raise Invalid("单位不对。", unit="单位可填：" + "、".join(Unit) + "。")
        return Held(str(new_id(self.look.now)), pond, "", kind.code, unit, stage, 0)

    def _agrees(self, lot: Held, cells: dict[str, str]) -> None:
        """Raise when the row names another pond or species than its lot has."""
        if folded(cells["pond"]) not in {"", lot.pond}:
            raise Invalid("塘口不对。", pond=f"批号 {lot.number} 在“{lot.pond}”，不在这个塘口。")
        if folded(cells["species"]) and self._code(cells["species"]).code != lot.species:
            raise Invalid("品种不对。", species=f"批号 {lot.number} 不是这个品种。")

    def _code(self, text: str) -> Any:  # noqa: ANN401 (a row of the list of species)
        said = folded(text)
        found = self.species.get(said)
        if found is None:
            if not said:
                raise Invalid("没有品种。", species="没有批号时要填品种。")
            found = self.species[said] = self._named(said)
        if isinstance(found, Invalid):
            raise found
        return found

    def _named(self, text: str) -> Any:  # noqa: ANN401
        """Look a species up once, also one that does not exist."""
        try:
            return species_named(self.look, text)
        except Invalid as error:
            return error

    @staticmethod
    def _same_unit(cells: dict[str, str], lot: Held | None) -> None:
        if lot is not None and folded(cells["unit"]) not in {"", lot.unit}:
            raise Invalid("单位不对。", unit=f"这一批按“{lot.unit}”计，请换算后再填。")

    @staticmethod
    def _quantity(cells: dict[str, str], lot: Held | None) -> int:
        """Read the quantity, in the lot's unit; of no lot yet, in the one that is written."""
        return parse_quantity(cells["quantity"], unit=lot.unit if lot else folded(cells["unit"]))


def judge_sheet(look: Look, hatchery_id: UUID, rows: Sequence[SheetRow]) -> Plan:
    """Return what a workbook would do to a farm's ledgers, balances counted on row by row."""
    judge = Judge(look, hatchery_id)
    for row in rows:
        judge.take(row)
    return judge.plan


def booked_before(look: Look, hatchery_id: UUID) -> Counter[tuple[str, str, int, date | None, str]]:
    """Count what earlier workbooks booked in this farm, by what a row says."""
    found = look.session.execute(
        select(
            StockMovement.lot_id,
            StockMovement.kind,
            StockMovement.quantity,
            StockMovement.happened_on,
            StockMovement.reason,
        )
        .join(Lot, Lot.id == StockMovement.lot_id)
        .where(Lot.hatchery_id == hatchery_id, StockMovement.import_id.is_not(None))
    )
    return Counter(
        (str(lot_id), kind, quantity, on, reason) for lot_id, kind, quantity, on, reason in found
    )


def stock_import(look: Look, import_id: UUID) -> StockImport:
    """Return a workbook's import of a farm in scope; raise `NotFound`."""
    found = look.one(
        select(StockImport)
        .join(Hatchery, Hatchery.id == StockImport.hatchery_id)
        .where(StockImport.id == import_id, look.visible(Hatchery))
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Preview:
    """What a read workbook would do, summed up, and its first rows and faults."""

    adds: int
    takes: int
    lots_new: int
    again: list[int]
    faults: list[dict[str, Any]]
    lines: list[list[Any]]


SHOWN = 20


def import_preview(look: Look, row: StockImport) -> Preview:
    """Sum a read workbook up for the page before it is booked."""
    adding = {kind.value for kind in ADDING}
    adds = sum(line[2] in adding for line in row.plan)
    numbers = {
        str(key): number
        for key, number in look.session.execute(
            select(Lot.id, Lot.number).where(Lot.hatchery_id == row.hatchery_id)
        )
    }
    lines = [
        [
            line[0],
            numbers.get(line[1], ""),
            said_of(Kind(line[2]), None),
            line[3],
            line[4],
            line[7][0] if line[7] else "",
            line[2] in adding,
        ]
        for line in row.plan[:SHOWN]
    ]
    begun = sum(line[7] is not None for line in row.plan)
    return Preview(adds, len(row.plan) - adds, begun, list(row.again), row.faults, lines)


def imports_of(look: Look, hatchery_id: UUID) -> list[StockImport]:
    """Return a farm's last workbooks, newest first."""
    return look.scalars(
        select(StockImport)
        .where(StockImport.hatchery_id == hatchery_id)
        .order_by(StockImport.read_at.desc(), StockImport.id.desc())
        .limit(SHOWN)
    )
