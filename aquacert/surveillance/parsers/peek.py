"""A first look at a table: its heads, its first rows, which values a column holds. Nothing is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from aquacert.surveillance.parsers.cells import refused
from aquacert.surveillance.parsers.tables import Cell, sheet_titles, table_rows
from aquacert.surveillance.rules.mapping.days import Seen
from aquacert.surveillance.rules.mapping.spec import bare, names_of

FIRST_ROWS = 12
MOST_LOOKED_AT = 20_000
"""Rows that the wizard looks at; an import looks at every one."""
MOST_VALUES = 60
"""Different values of a column that are kept: a column with more is no list of codes."""
MOST_HEADS = 120


@dataclass
class Seeing:
    """What one column holds."""

    name: str
    samples: list[str] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)
    written: dict[str, str] = field(default_factory=dict)
    """Value as compared → as first written."""
    days: Seen = field(default_factory=Seen)
    zeros: int = 0

    @property
    def is_list(self) -> bool:
        """Say whether the column holds few enough values to be a list of codes."""
        return len(self.values) <= MOST_VALUES

    def take(self, cell: Cell, line: int) -> None:
        """Look at one cell."""
        text = "" if cell is None else str(cell).strip()
        self.days.take(cell, line)
        if not text:
            return
        if len(self.samples) < 3 and text not in self.samples:
            self.samples.append(text[:60])
        self.zeros += text == "0"
        plain = bare(text)
        if plain in self.values or len(self.values) <= MOST_VALUES:
            self.values[plain] += 1
            self.written.setdefault(plain, text[:60])


@dataclass
class Peek:
    """A table as a person sees it before anything is decided."""

    sheets: list[str]
    header_row: int
    above: list[tuple[int, list[str]]]
    """The first rows as they stand, to choose the header among."""
    columns: list[Seeing]
    rows: list[tuple[int, list[str]]]
    count: int
    is_all: bool

    @property
    def heads(self) -> list[str]:
        """The heads as columns are called."""
        return [one.name for one in self.columns]


def peek(file: BinaryIO, sheet: str = "", header_row: int = 0) -> Peek:
    """Return what a table holds; header_row 0: the first row that looks like a header."""
    titles = sheet_titles(file)
    above = list(islice(table_rows(file, sheet), FIRST_ROWS))
    if not above:
        raise refused("文件里没有任何内容。")
    at = header_row if any(line >= header_row for line, _row in above) else 0
    at = at or _likely_header(above)
    columns: list[Seeing] = []
    rows: list[tuple[int, list[str]]] = []
    count = 0
    for line, cells in table_rows(file, sheet):
        if line < at:
            continue
        if not columns:
            columns = [Seeing(name) for name in names_of(cells)][:MOST_HEADS]
            at = line
            continue
        count += 1
        if count > MOST_LOOKED_AT:
            break
        for one, cell in zip(columns, cells, strict=False):
            one.take(cell, line)
        if len(rows) < FIRST_ROWS:
            rows.append((line, _shown(cells)))
    shown = [(line, _shown(cells)) for line, cells in above]
    return Peek(titles, at, shown, columns, rows, count, count <= MOST_LOOKED_AT)


def _likely_header(rows: Sequence[tuple[int, Sequence[Cell]]]) -> int:
    """Return the line of the first row that is as wide as the table mostly is, and all text."""
    widths = Counter(_width(cells) for _line, cells in rows)
    usual = widths.most_common(1)[0][0] if len(rows) > 2 else max(widths)
    for line, cells in rows:
        filled = [one for one in cells if one not in {None, ""}]
        if len(filled) >= max(2, usual // 2) and all(isinstance(one, str) for one in filled):
            return line
    return rows[0][0]


def _width(cells: Sequence[Cell]) -> int:
    return len(names_of(cells))


def _shown(cells: Sequence[Cell]) -> list[str]:
    return ["" if one is None else str(one).strip()[:60] for one in cells]
