"""Rows as CSV or .xlsx, one after another: neither is ever whole in memory."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence

from aquacert.reference.rules.text import plain_cell

MARK = "\ufeff"
"""Tells spreadsheets that the text is UTF-8."""
SHEET = "疫病检测数据"
PIECE = 1 << 16
"""Bytes sent at once."""


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the table as CSV (RFC 4180), its mark and heads first, each row on its own."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    kept.write(MARK)
    writer.writerow(heads)
    yield kept.getvalue()
    for row in rows:
        kept.seek(0)
        kept.truncate()
        writer.writerow([plain_cell(value) for value in row])
        yield kept.getvalue()


def workbook(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield the table as .xlsx: its rows are written to disk one by one, then sent in pieces."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    sheet.append(list(heads))
    for row in rows:
        sheet.append([plain_cell(value) for value in row])
    with tempfile.TemporaryFile() as kept:
        book.save(kept)
        kept.seek(0)
        while piece := kept.read(PIECE):
            yield piece
