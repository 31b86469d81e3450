"""Rows set aside as a table for a spreadsheet: what is wrong, and the row as received."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

from aquacert.reference.rules.text import plain_cell
from aquacert.surveillance.queries.quarantine import AsideRow

HEADS = ("文件", "行", "代码", "原因", "列", "内容")
BOM = "\ufeff"
"""A spreadsheet program takes the file for UTF-8 by it."""


def set_asides_csv(
    rows: Sequence[AsideRow],
    heads: Sequence[str],
    sentences: Mapping[str, str],
    said: Callable[[str], str],
) -> str:
    """Return rows set aside as CSV, no cell of which a spreadsheet takes for a formula.

    `heads`: the file's own header, so that mended rows can be sent back to whoever sent them; []
    puts each row into one cell, as received.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [said(one) for one in HEADS] + [_safe(one) for one in heads or [said("原始行")]]
    )
    for one in rows:
        it = one.aside
        why = said(sentences.get(it.code, it.code))
        cells = one.cells if heads and one.cells is not None else [one.raw]
        writer.writerow(
            _safe(cell)
            for cell in (one.file.name, it.line, it.code, why, it.column_name, it.value, *cells)
        )
    return BOM + out.getvalue()


def _safe(value: object) -> object:
    return plain_cell(value)
