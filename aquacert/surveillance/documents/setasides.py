"""Rows set aside as a table for a spreadsheet: what is wrong, and the row as received."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aquacert.reference.rules.text import plain_cell

HEADS = ("文件", "行", "代码", "原因", "列", "内容")
BOM = "\ufeff"
"""A spreadsheet program takes the file for UTF-8 by it."""


@dataclass(frozen=True)
class Aside:
    """One row set aside, as it is written out."""

    file: str
    line: int
    code: str
    why: str
    column: str
    value: str
    cells: Sequence[str]
    """Of a table's row; of another record one cell with all of it."""


def set_asides_csv(rows: Iterable[Aside], heads: Sequence[str], said: Callable[[str], str]) -> str:
    """Return rows set aside as CSV, no cell of which a spreadsheet takes for a formula.

    `heads`: the file's own header, so that mended rows can be sent back to whoever sent them; []
    puts each row into one cell, as received.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [said(one) for one in HEADS] + [plain_cell(one) for one in heads or [said("原始行")]]
    )
    for one in rows:
        cells = (one.file, one.line, one.code, said(one.why), one.column, one.value, *one.cells)
        writer.writerow(plain_cell(cell) for cell in cells)
    return BOM + out.getvalue()
