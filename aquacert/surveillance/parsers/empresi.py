"""EMPRES-i CSV in its four real header sets (parsers/empresiheads.py).

Rows are streamed. A file whose slashed days can only be mm/dd is refused whole, by a first pass:
the rest of them would be read wrong without a sign. One bad row never stops a file: it is set
aside with code, column, value and line. Latitude and longitude of 0 and 0 are no place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from aquacert.surveillance.parsers.cells import (
    coordinate_of,
    count_of,
    csv_rows,
    iso_day_of,
    key_of,
    place_of,
    refused,
    slashed_day_of,
    text_of,
)
from aquacert.surveillance.parsers.dayorder import Evidence
from aquacert.surveillance.parsers.empresiheads import Head, drifted, find_head
from aquacert.surveillance.parsers.geojson import must_be_in_china
from aquacert.surveillance.parsers.jsonfile import at
from aquacert.surveillance.parsers.shape import (
    CODE_SENTENCES,
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
from aquacert.surveillance.rules.events import Value
from aquacert.surveillance.rules.places import is_china

__all__ = ["CODE_SENTENCES", "Code", "read", "read_species"]

DAYS = frozenset({"observed_on", "reported_on"})
LIMITS = {"latitude": 90.0, "longitude": 180.0}
COUNTS = frozenset(
    {
        *("at_risk", "cases", "deaths", "destroyed", "slaughtered"),
        *("humans_affected", "human_deaths"),
    }
)
LONGEST_KEY, LONGEST_SAID = 64, 400
MOST_KNOWN = 4_000
"""Cells of one column remembered with their value: names, days and counts come again and again."""


@dataclass
class Column:
    """One column that is read: which field it fills, and what its cells were found to say."""

    place: int
    name: str
    fills: str
    value_of: Callable[[str], Value]
    known: dict[str, Value] = field(default_factory=dict)

    def value(self, cell: str) -> Value:
        """Return what a cell says; raise `Bad` naming this column."""
        try:
            return self.known[cell]
        except KeyError:
            pass
        found = at(self.name, self.value_of, cell)
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[cell] = found
        return found


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Open an EMPRES-i file; raise `Invalid` in one sentence when it cannot be read.

    A row dated after today is set aside: it would stay the newest version for ever.
    """
    head = find_head(file)
    if head.shape.is_slashed:
        _refuse_american_days(file, head)
    said = "；".join(one for one in (head.shape.name, drifted(head)) if one)
    return Opened(said[:LONGEST_SAID], _rows(file, head, _columns(head, asked.today)))


def read_species(cell: str) -> list[dict[str, str]]:
    """Return the parts of `Kind,Species:Latin(Family) / Kind,Species`."""
    found = []
    for part in cell.split(" / "):
        kind, comma, rest = part.partition(",")
        name, _colon, latin = (rest if comma else kind).partition(":")
        line = {"kind": kind.strip() if comma else "", "name": name.strip(), "latin": latin.strip()}
        if any(line.values()):
            found.append(line)
    return found


def _body(file: BinaryIO, head: Head) -> Iterator[tuple[int, list[str]]]:
    rows = csv_rows(file, head.delimiter)
    return ((line, cells) for line, cells in rows if line > head.line)


def _rows(file: BinaryIO, head: Head, columns: Sequence[Column]) -> Iterator[Row]:
    width = len(head.header)
    for line, cells in _body(file, head):
        said: tuple[Report, ...] | BadRow
        try:
            said = (_report(cells, columns, width),)
        except Bad as bad:
            said = bad.row
        yield Row(line, raw_cells(cells), said)


def _report(cells: Sequence[str], columns: Sequence[Column], width: int) -> Report:
    if len(cells) != width:
        raise Bad(Code.COLUMNS, "", f"{len(cells)} ≠ {width}")
    values: dict[str, Value] = {one.fills: one.value(cells[one.place]) for one in columns}
    key = values.pop("key", None)
    if key is None or values["disease"] is None:
        missing = "key" if key is None else "disease"
        raise Bad(Code.MISSING, next(one.name for one in columns if one.fills == missing))
    if "species_text" in values:
        values["species"] = read_species(str(values["species_text"] or ""))
    if "animal_type" in values:
        _add_kind(values)
    if "latitude" in values and "longitude" in values:
        _check_place(values, columns)
    return report(Kind.EVENT, str(key), values)


def _add_kind(values: dict[str, Value]) -> None:
    """Tell the kind of animal, which EMPRES-i+ writes in a column of its own."""
    kind = values.pop("animal_type")
    if kind is None:
        return
    plain = str(kind).casefold()
    values["is_wild"] = True if "wild" in plain else False if "domestic" in plain else None
    species = values.get("species")
    values["species"] = [
        {**one, "kind": one["kind"] or str(kind)}
        for one in (species if isinstance(species, list) else [])
    ]


def _check_place(values: dict[str, Value], columns: Sequence[Column]) -> None:
    latitude, longitude = values["latitude"], values["longitude"]
    name = next(one.name for one in columns if one.fills == "latitude")
    if (latitude is None) != (longitude is None) or (latitude == 0 and longitude == 0):
        values["latitude"], values["longitude"] = at(name, place_of, latitude, longitude)
    elif isinstance(latitude, float) and isinstance(longitude, float):
        if abs(latitude) > 90:
            at(name, place_of, latitude, longitude)
        if is_china(str(values.get("country") or "")):
            must_be_in_china(latitude, longitude, name)


def _columns(head: Head, today: date) -> list[Column]:
    fields = head.shape.fields(head.header)
    slashed = head.shape.is_slashed
    return [
        Column(place, name.strip(), field, _reader(field, today, slashed=slashed))
        for place, (name, field) in enumerate(zip(head.header, fields, strict=True))
        if field
    ]


def _reader(field: str, today: date, *, slashed: bool) -> Callable[[str], Value]:
    if field in DAYS:
        day = slashed_day_of if slashed else iso_day_of
        return lambda cell: day(cell, today)
    if field in LIMITS:
        return lambda cell: coordinate_of(cell, 180.0)  # a latitude beyond 90 may be swapped
    if field in COUNTS:
        return count_of
    return _key if field == "key" else text_of


def _key(cell: str) -> str | None:
    if not cell.strip():
        return None
    key = key_of(cell)
    if len(key) > LONGEST_KEY:
        raise Bad(Code.KEY, value=cell)
    return key


def _refuse_american_days(file: BinaryIO, head: Head) -> None:
    """Refuse a file whose days can only be mm/dd: the readable ones would be read wrong."""
    fields = head.shape.fields(head.header)
    seen = {place: Evidence() for place, field in enumerate(fields) if field in DAYS}
    first: dict[int, int] = {}
    for line, cells in _body(file, head):
        for place, evidence in seen.items():
            if place < len(cells):
                evidence.see(cells[place])
                if evidence.month_first and place not in first:
                    first[place] = line
    for place, evidence in seen.items():
        if evidence.month_first and not evidence.day_first:
            raise refused(
                f"“{head.header[place]}”一列像是 月/日/年（第 {first[place]} 行），"
                "EMPRES-i 应该是 日/月/年，分不清，没有导入。"
            )
