"""EMPRES-i files as rows of the feed core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from aquacert.surveillance.parsers.cells import csv_rows
from aquacert.surveillance.parsers.empresi import Feed, read_empresi
from aquacert.surveillance.parsers.shape import (
    Asked,
    BadRow,
    Code,
    Kind,
    Opened,
    Report,
    Row,
    raw_cells,
)


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Return the opened file; raise `Invalid` when it cannot be read."""
    file.seek(0)
    feed = read_empresi(file.read(), asked.today)
    return Opened(feed.header_set, _rows(file, feed))


def _rows(file: BinaryIO, feed: Feed) -> Iterator[Row]:
    good = {one.line: one for one in feed.reports}
    bad = {one.line: one for one in feed.bad}
    for line, cells in csv_rows(file):
        raw = raw_cells(cells)
        if line in good:
            it = good[line]
            yield Row(line, raw, (Report(Kind.EVENT, it.key, it.values, it.digest, it.rank),))
        elif line in bad:
            no = bad[line]
            yield Row(line, raw, BadRow(Code(no.code.value), no.column, no.value))
