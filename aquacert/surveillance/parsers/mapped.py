"""Any table of rows, read by a mapping that a person made (`rules.mapping.spec`).

The mapping says everything; nothing is guessed here. A head that the mapping needs and the file
lacks (or has twice) refuses the file; a column the mapping does not name is kept in the raw row and
ignored. A day column is looked through first: a file whose days can only be the other way round
than the mapping says is refused, for the readable ones among them would be read wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from aquacert.surveillance.parsers.cells import count_of, key_of, place_of, refused, text_of
from aquacert.surveillance.parsers.mappedcells import (
    PLAIN,
    code_by,
    day_as,
    species_of,
    written_code,
)
from aquacert.surveillance.parsers.shape import (
    Asked,
    Bad,
    BadRow,
    Code,
    Kind,
    Opened,
    Report,
    Row,
    raw_cells,
    report,
)
from aquacert.surveillance.parsers.tables import Cell, is_workbook, table_rows
from aquacert.surveillance.rules.datum import to_wgs84
from aquacert.surveillance.rules.events import Value
from aquacert.surveillance.rules.mapping.days import ORDER_WORDS, Order, Seen
from aquacert.surveillance.rules.mapping.fields import NEEDED, WITHHELD, Field, Shape
from aquacert.surveillance.rules.mapping.spec import (
    Column,
    Spec,
    bare,
    names_of,
    spec_of,
    wrong_with,
)

NOT_KEPT = "＊"
"""Stands in a row that does not fit its header, where a cell may hold personal data."""
JOINT = " | "
"""Between the parts of a key of several columns."""


def read_mapped(file: BinaryIO, asked: Asked) -> Opened:
    """Return the rows of a table as its mapping reads them; raise `Invalid` when it does not fit."""
    if not asked.mapping:
        raise refused("这个文件要先对好每一列是什么，才能读。")
    spec = spec_of(asked.mapping)
    pads = is_workbook(file)
    heads = names_of(headed(file, spec)[0])
    problems = wrong_with(spec, heads)
    if problems:
        raise refused(problems[0].sentence)
    reader = MappedRows(spec, heads, asked.today, pads=pads)
    _refuse_other_order(file, reader)
    _header, rows = headed(file, spec)
    return Opened(f"mapped {spec.digest[:12]}", map(reader.row, rows))


def headed(
    file: BinaryIO, spec: Spec
) -> tuple[Sequence[Cell], Iterator[tuple[int, Sequence[Cell]]]]:
    """Return the header of a table and an iterator over the rows below it."""
    rows = iter(table_rows(file, spec.sheet))
    for line, cells in rows:
        if line >= spec.header_row:
            return cells, rows
    raise refused("文件里没有表头那一行。")


def persons_at(spec: Spec, heads: Sequence[str]) -> frozenset[int]:
    """Return the places of the columns that hold personal data."""
    names = {bare(one) for one in spec.persons}
    return frozenset(at for at, head in enumerate(heads) if bare(head) in names)


@dataclass(frozen=True)
class _Place:
    at: int
    column: Column
    field: Field


class MappedRows:
    """Reads row after row of one file; `heads` are its header as columns are called."""

    def __init__(self, spec: Spec, heads: Sequence[str], today: date, *, pads: bool) -> None:
        self.spec, self.heads, self.today, self.pads = spec, heads, today, pads
        at = {bare(name): place for place, name in enumerate(heads)}
        fields = ((one, spec.field_of(one)) for one in spec.columns)
        self.hidden = persons_at(spec, heads)
        self.places = [
            _Place(at[bare(one.name)], one, known)
            for one, known in fields
            if known and known is not WITHHELD
        ]
        self.key = [(at[bare(name)], name) for name in spec.key]
        self.constants = self._constants()

    def row(self, found: tuple[int, Sequence[Cell]]) -> Row:
        """Return a row as received and what it says; a bad one is set aside, never raised."""
        line, cells = found
        if self.pads and len(cells) < len(self.heads):
            cells = [*cells, *[None] * (len(self.heads) - len(cells))]
        if self.hidden:
            cells = self._shown(cells)
        raw = raw_cells(cells)
        if not self._fits(cells):
            row = BadRow(Code.COLUMNS, "", f"{len(cells)} ≠ {len(self.heads)}")
            return Row(line, raw, row)
        try:
            return Row(line, raw, (self._report(cells),))
        except Bad as bad:
            return Row(line, raw, bad.row)

    def _shown(self, cells: Sequence[Cell]) -> list[Cell]:
        """Return the cells without personal data; where columns slipped, without all behind them."""
        blank: Cell = None if self.pads else ""
        if self._fits(cells):
            return [blank if at in self.hidden else one for at, one in enumerate(cells)]
        first = min(self.hidden)
        return [*cells[:first], *[NOT_KEPT] * (len(cells) - first)]

    def _fits(self, cells: Sequence[Cell]) -> bool:
        """Blank cells beyond the header are trailing blanks; a row that ends early was cut."""
        rest = cells[len(self.heads) :]
        return len(cells) >= len(self.heads) and not any(str(one or "").strip() for one in rest)

    def _report(self, cells: Sequence[Cell]) -> Report:
        values: dict[str, Value] = dict(self.constants)
        degrees: dict[str, Cell] = {}
        for one in self.places:
            cell = cells[one.at]
            _refuse_formula(cell, one.column.name)
            if one.field.shape is Shape.DEGREE:
                degrees[one.field.name] = None if self._is_unknown(one, cell) else cell
                continue
            try:
                self._put(values, one, cell)
            except Bad as bad:
                code, value = bad.row.code, bad.row.value
                raise Bad(code, one.column.name, value or cell or "") from None
        self._put_place(values, degrees)
        self._must_have(values)
        version = values.pop("version", None)
        key = self._key(cells, values)
        return report(
            Kind(self.spec.kind), key, values, version if isinstance(version, int) else None
        )

    def _put(self, values: dict[str, Value], one: _Place, cell: Cell) -> None:
        name = one.field.name
        if self._is_unknown(one, cell):
            values[name] = None
            return
        values[name] = self._value(one.field, one.column, cell)
        if one.field.shape is Shape.SPECIES and self.spec.kind == Kind.EVENT.value:
            values["species"] = species_of(text_of(cell), one.column.separator)
        if name == "result":
            values["result_written"] = written_code(cell)

    def _value(self, known: Field, column: Column, cell: Cell) -> Value:
        match known.shape:
            case Shape.DAY:
                return day_as(cell, column.order, self.today)
            case Shape.COUNT | Shape.VERSION:
                return count_of(self._number(cell))
            case Shape.CODE:
                return code_by(cell, column.codes)
            case Shape.FIGURE:
                return self._figure(cell)
        return PLAIN.get(known.shape, text_of)(cell)

    def _number(self, cell: Cell) -> Cell:
        comma = self.spec.decimal_comma and isinstance(cell, str)
        return str(cell).replace(".", "").replace(",", ".") if comma else cell

    def _figure(self, cell: Cell) -> Value:
        text = text_of(self._number(cell))
        if text is None:
            return None
        whole = text.removesuffix(".0")
        digits = whole.removeprefix("-")
        return int(whole) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else text

    def _is_unknown(self, one: _Place, cell: Cell) -> bool:
        return one.column.zero_unknown and str(cell).strip() in {"0", "0.0", "0,0"}

    def _put_place(self, values: dict[str, Value], degrees: Mapping[str, Cell]) -> None:
        if not degrees:
            return
        name = next(one.column.name for one in self.places if one.field.shape is Shape.DEGREE)
        try:
            lat, lon = place_of(degrees.get("latitude"), degrees.get("longitude"))
        except Bad as bad:
            raise Bad(bad.row.code, name, bad.row.value) from None
        if lat is not None and lon is not None and self.spec.datum == "gcj02":
            lat, lon = to_wgs84(lat, lon)
        values["latitude"], values["longitude"] = lat, lon

    def _must_have(self, values: Mapping[str, Value]) -> None:
        for name in sorted(NEEDED[self.spec.kind]):
            if values.get(name) in {None, ""}:
                heads = [one.name for one in self.spec.columns if one.field == name]
                raise Bad(Code.MISSING, heads[0] if heads else "")

    def _key(self, cells: Sequence[Cell], values: Mapping[str, Value]) -> str:
        days = {one.at: one.field.name for one in self.places if one.field.shape is Shape.DAY}
        parts = []
        for at, name in self.key:
            _refuse_formula(cells[at], name)
            try:
                parts.append(key_of(values[days[at]] if at in days else cells[at]))
            except Bad as bad:
                raise Bad(bad.row.code, name, bad.row.value) from None
        try:
            return key_of(JOINT.join(parts))
        except Bad as bad:
            raise Bad(Code.KEY, self.key[0][1], bad.row.value) from None

    def _constants(self) -> dict[str, Value]:
        """Return the fixed values; one that cannot be read refuses the file."""
        found: dict[str, Value] = {}
        for name, written in self.spec.constants.items():
            column = Column(name, name, Order.YMD.value, {written: written})
            known = self.spec.field_of(column)
            if known is None or not written:
                continue
            try:
                found[name] = written if known.codes else self._value(known, column, written)
            except Bad:
                raise refused(f"固定内容“{known.title}”读不懂：{written[:40]}") from None
        return found


def _refuse_other_order(file: BinaryIO, reader: MappedRows) -> None:
    days = {
        one.at: (one.column, Seen())
        for one in reader.places
        if one.field.shape is Shape.DAY and one.column.order != Order.YMD
    }
    if not days:
        return
    _header, rows = headed(file, reader.spec)
    for line, cells in rows:
        for at, (_column, seen) in days.items():
            seen.take(cells[at] if at < len(cells) else None, line)
    for column, seen in days.values():
        line_no = seen.contradicts(Order(column.order))
        if line_no is not None:
            words = ORDER_WORDS[Order(column.order)].split("（", maxsplit=1)[0]
            raise refused(
                f"“{column.name}”一列不是约定的 {words}（看第 {line_no} 行），没有导入。"
                "请改对照里的日期写法。"
            )


def _refuse_formula(cell: Cell, name: str) -> None:
    if isinstance(cell, str) and cell.startswith("="):
        raise Bad(Code.FORMULA, name, cell)
