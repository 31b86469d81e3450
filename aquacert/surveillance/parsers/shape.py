"""What every feed reader gives: rows as received, and what each one says.

A reader turns one open file into `Opened`: a name for the header set it met, and its rows, read
lazily and in file order, so that a file of a million rows needs no more memory than one of ten. A
row keeps its raw text for ever; it is either set aside (`BadRow`) or says one or more `Report`s.
A file that cannot be read at all raises `Invalid` in one sentence; one bad row never does.

Nothing here knows the database. What a disease's written name means is asked when a report is
folded into an event, not when it is read: a name that maps to nothing is a good row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from aquacert.surveillance.rules.events import Values, canonical, digest_of, rank

CELL_SHOWN = 120


class Kind(StrEnum):
    """What a report is about."""

    EVENT = "event"
    """One occurrence of a disease at a place: an outbreak, a positive, a designated area."""
    FIGURE = "figure"
    """A number or a status of a place and a period: it is kept and shown, and opens no zone."""
    SAMPLE = "sample"
    """A test of one sample of a monitoring plan; a positive one becomes an event as well."""


class Code(StrEnum):
    """Why a row is set aside."""

    AMBIGUOUS = "ambiguous"
    BOUNDS = "bounds"
    CHOICE = "choice"
    COLUMNS = "columns"
    COORDINATE = "coordinate"
    DATE = "date"
    FORMULA = "formula"
    FUTURE = "future"
    HELD = "held"
    KEY = "key"
    MISSING = "missing"
    NUMBER = "number"
    PERIOD = "period"
    SHAPE = "shape"
    STRUCTURE = "structure"
    SWAPPED = "swapped"
    TEXT = "text"


CODE_SENTENCES: Mapping[Code, str] = {
    Code.AMBIGUOUS: "有两种读法，分不清",
    Code.BOUNDS: "与同一行里的别的数对不上",
    Code.CHOICE: "不在这一列的代码表里",
    Code.COLUMNS: "列数与表头不符",
    Code.COORDINATE: "经纬度不在范围内",
    Code.DATE: "不是存在的日期",
    Code.FORMULA: "这一格是公式，请改成数值",
    Code.FUTURE: "日期在今天以后",
    Code.HELD: "别处已经确认的疫情，只有当地或上级的监测员能改动",
    Code.KEY: "事件编号不能用",
    Code.MISSING: "缺必填内容",
    Code.NUMBER: "应该是不小于 0 的整数",
    Code.PERIOD: "不是认得的时期写法",
    Code.SHAPE: "范围画得不对：要首尾相接、不自交",
    Code.STRUCTURE: "结构与说明不符",
    Code.SWAPPED: "经度和纬度像是写反了",
    Code.TEXT: "有不能显示的字符，或者太长",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What one row says of one subject: normalised values of the columns its file carries."""

    kind: Kind
    key: str
    """Names the subject within its source: two reports with one key are of one thing."""
    values: Values
    digest: str
    rank: str
    text: str = ""
    """The values' canonical text, where the reader had made it for the digest anyway."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """Why a row is set aside: the code, in which column, with which value."""

    code: Code
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file as received, and what came of it."""

    line: int
    """Line of a text file, row of a sheet, else the ordinal of the record; from 1."""
    raw: str
    """The row exactly as received: a JSON array of cells, or the record's own JSON."""
    said: tuple[Report, ...] | BadRow


@dataclass(frozen=True)
class Opened:
    """A file whose head was understood."""

    header_set: str
    rows: Iterator[Row]
    is_whole: bool = False
    """The file itself says that it is a whole snapshot (a deletion scope, a full export)."""


@dataclass(frozen=True)
class Asked:
    """What a reader must know besides the bytes."""

    today: date
    name: str = ""
    """File name: for formats whose period or place stands there."""
    mapping: Mapping[str, Any] = field(default_factory=dict)
    """A saved mapping, for files that somebody mapped by hand."""
    header_set: str = ""
    """On replay of single rows: what was understood of the head of the whole file they came in."""


class Reader(Protocol):
    """One format: reads a seekable binary file."""

    def __call__(self, file: BinaryIO, asked: Asked) -> Opened:
        """Return the opened file, or raise `Invalid` when it cannot be read."""
        ...


class Bad(Exception):
    """Raised inside a reader to set the row at hand aside."""

    def __init__(self, code: Code, column: str = "", value: object = "") -> None:
        super().__init__(code, column)
        self.row = BadRow(code, column, str(value)[:CELL_SHOWN])


def report(kind: Kind, key: str, values: Values, version: int | None = None) -> Report:
    """Return a report with its digest and its place among the reports of its subject.

    `version`: the source's own version number (a report number, a last-update id), where it has
    one; it then outranks every day in the row: a version beats arrival and dates. It is part of
    the digest: a subject that goes back to what it was says so anew, it does not repeat itself.
    """
    text = canonical(values)
    digest = digest_of(text if version is None else f"v{version} {text}")
    place = rank(values, digest)
    if version is not None:
        place = f"v{version:020d} {place}"
    return Report(kind, key, values, digest, place, text)


_RAW = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""Made once: `json.dumps` with these options would make one for every row."""


def raw_cells(cells: Sequence[object]) -> str:
    """Return a row's cells as they are kept."""
    return _RAW.encode([one if type(one) is str else _plain(one) for one in cells])


def raw_record(record: object) -> str:
    """Return a JSON record as it is kept."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=str)


def _plain(cell: object) -> object:
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)
