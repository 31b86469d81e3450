"""The extracts of WAHIS (WOAH): outbreaks (63 columns), six-monthly status, controls, quantities.

Workbook or CSV; the sheet and the row that hold the header are looked for. A new column is
ignored, a needed one that is missing refuses the file by name. One row of the outbreak extract is
report × outbreak × species: it is a report on the outbreak (`outbreak_id`, unique within WAHIS),
with the counts of its species in a field of their own, so that rows in any order fold into one
outbreak and a repeated row adds nothing. Its version is the report's number in the event, then the
report's id: a late old follow-up never overwrites a newer one. The six-monthly sheets are figures.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from aquacert.surveillance.parsers.cells import (
    LONGEST_KEY,
    count_of,
    flag_of,
    key_of,
    place_of,
    text_of,
)
from aquacert.surveillance.parsers.dayorder import (
    Order,
    from_written,
    ordered_day,
    orders_of,
    written,
)
from aquacert.surveillance.parsers.geojson import must_be_in_china
from aquacert.surveillance.parsers.jsonfile import at
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
from aquacert.surveillance.parsers.tables import Cell, Formula, is_workbook, table_rows
from aquacert.surveillance.parsers.wahisheads import (
    FIGURE_KEYS,
    OUTBREAKS,
    Head,
    find_head,
)
from aquacert.surveillance.parsers.wahisnames import species_field
from aquacert.surveillance.rules.events import Value, digest_of
from aquacert.surveillance.rules.places import is_china

DAYS: Mapping[str, str] = {
    "event_confirmation_date": "confirmed_on",
    "event_closing_date": "event_ended_on",
    "date_last_occurrence": "last_seen_on",
    "reporting_date": "reported_on",
    "outbreak_end_date": "ended_on",
}
STARTS = ("outbreak_start_date", "event_start_date")
TEXTS: Mapping[str, str] = {
    "country": "country",
    "region": "region",
    "reason_of_notification": "reason",
    "reporting_level": "reporting_level",
    "in_fur": "report_kind",
    "report_number": "report_no",
    "outbreak_nat_ref": "national_ref",
    "epi_event_id": "event_ref",
    "epi_unit": "epi_unit",
    "location_name": "place",
    "level1_name": "admin1",
    "water_type": "water",
    "wild_type": "wild_type",
}
COUNTS: Mapping[str, str] = {
    "susceptible": "at_risk",
    "cases": "cases",
    "dead": "deaths",
    "killed_disposed": "destroyed",
    "slaughtered": "slaughtered",
    "vaccinated": "vaccinated",
}
LANGUAGES = ("eng", "fr", "esp")
REPORT_IDS = 10**12
"""Above any report id: a version is the report's number in its event, then its id."""
Said = dict[str, Value]


@dataclass(frozen=True)
class Table:
    """A file whose header was found, ready to be read row by row."""

    head: Head
    orders: Mapping[str, Order]
    today: date

    def row(self, line: int, cells: Sequence[Cell]) -> Row:
        """Return what a row says, or why it is set aside."""
        raw = raw_cells(cells)
        said: tuple[Report, ...] | BadRow
        try:
            said = (self._said(cells),)
        except Bad as bad:
            said = bad.row
        return Row(line, raw, said)

    def _said(self, cells: Sequence[Cell]) -> Report:
        names = self.head.names
        beyond = any(str(one or "").strip() for one in cells[len(names) :])
        if beyond or len(cells) < len(names):
            raise Bad(Code.COLUMNS, "", f"{len(cells)} ≠ {len(names)}")
        record = dict(zip(names, cells, strict=False))
        for name, cell in record.items():
            if isinstance(cell, Formula):
                raise Bad(Code.FORMULA, name, cell)
        if self.head.layout is not OUTBREAKS:
            return _figure(record, self.head)
        return _outbreak(record, self.orders, self.today)


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Open an extract; raise `Invalid` when no sheet of it is one, or a needed column is missing."""
    head = find_head(file)
    if not head.layout.days:
        table = Table(head, {}, asked.today)
        return Opened(head.layout.name, _streamed(table, _body(file, head)))
    known = from_written(asked.header_set)
    columns = [at for at, name in enumerate(head.names) if name in head.layout.days]
    spool = _spooled(file, head) if is_workbook(file) else None
    rows = _body(file, head) if spool is None else _spool_rows(spool)
    orders = known or orders_of(head.names, columns, (cells for _line, cells in rows))
    table = Table(head, orders, asked.today)
    again = _body(file, head) if spool is None else _last_of(spool)
    return Opened(f"{head.layout.name}{written(orders)}", _streamed(table, again))


def _streamed(table: Table, rows: Iterator[tuple[int, Sequence[Cell]]]) -> Iterator[Row]:
    for line, cells in rows:
        yield table.row(line, cells)


def _body(file: BinaryIO, head: Head) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Yield the rows below the header; a workbook leaves blank cells at a row's end out."""
    width = len(head.names) if is_workbook(file) else 0
    file.seek(0)
    for line, cells in table_rows(file, head.sheet):
        if line > head.line:
            yield line, [*cells, *[None] * (width - len(cells))]


def _spooled(file: BinaryIO, head: Head) -> BinaryIO:
    """Keep a workbook's rows aside as lines of JSON: its XML is walked through once, not twice."""
    spool: Any = tempfile.SpooledTemporaryFile(max_size=8 << 20)  # noqa: SIM115 (read by the rows)
    for line, cells in _body(file, head):
        marks = [at for at, one in enumerate(cells) if isinstance(one, Formula)]
        kept = [one if not isinstance(one, date) else one.isoformat() for one in cells]
        spool.write(json.dumps([line, kept, marks]).encode() + b"\n")
    return spool  # type: ignore[no-any-return]


def _spool_rows(spool: BinaryIO) -> Iterator[tuple[int, Sequence[Cell]]]:
    spool.seek(0)
    for text in spool:
        line, cells, marks = json.loads(text)
        for place in marks:
            cells[place] = Formula(cells[place])
        yield line, cells


def _last_of(spool: BinaryIO) -> Iterator[tuple[int, Sequence[Cell]]]:
    with spool:
        yield from _spool_rows(spool)


def _outbreak(record: dict[str, Cell], orders: Mapping[str, Order], today: date) -> Report:
    key = at("outbreak_id", key_of, record.get("outbreak_id"))
    values: Said = {"disease": _disease(record)}
    for name, field in TEXTS.items():
        if name in record:
            values[field] = at(name, text_of, record[name])
    values |= _days(record, orders, today) | _place(record)
    values["serotype"] = _first(record, "strain") or _first(record, "sero_sub_genotype")
    if "terra_aqua" in record:
        values["is_aquatic"] = at("terra_aqua", _is_aquatic, record["terra_aqua"])
    if "n_outbreaks_cluster" in record:
        values["outbreaks"] = at("n_outbreaks_cluster", count_of, record["n_outbreaks_cluster"])
    values["status"] = "confirmed" if values.get("confirmed_on") else None
    values |= _species(record)
    return report(Kind.EVENT, key, values, _version(record))


def _disease(record: Mapping[str, Cell]) -> str:
    """Return the disease in the first language that names it."""
    found = _first(record, "disease")
    if found is None:
        raise Bad(Code.MISSING, "disease_eng")
    return found


def _first(record: Mapping[str, Cell], stem: str) -> str | None:
    names = [f"{stem}_{language}" for language in LANGUAGES]
    return next((one for name in names if (one := at(name, text_of, record.get(name)))), None)


def _days(record: Mapping[str, Cell], orders: Mapping[str, Order], today: date) -> Said:
    def day(name: str) -> str | None:
        return at(name, ordered_day, record.get(name), orders.get(name, Order.UNSURE), today)

    starts = [day(name) for name in STARTS]
    found: Said = {field: day(name) for name, field in DAYS.items() if name in record}
    return {"observed_on": next((one for one in starts if one), None), **found}


def _place(record: Mapping[str, Cell]) -> Said:
    latitude, longitude = at("latitude", place_of, record.get("latitude"), record.get("longitude"))
    country = at("country", text_of, record.get("country"))
    if latitude is not None and longitude is not None and is_china(country or ""):
        must_be_in_china(latitude, longitude, "latitude")
    found: Said = {"latitude": latitude, "longitude": longitude}
    names = ("level3_name", "level2_name", "location_name")
    found["locality"] = next(
        (one for name in names if (one := at(name, text_of, record.get(name)))), None
    )
    if "location_aprox" in record:
        rough = at("location_aprox", flag_of, record["location_aprox"])
        found["quality"] = None if rough is None else "approximate" if rough else "exact"
    return found


def _species(record: Mapping[str, Cell]) -> Said:
    wild = at("is_wild", flag_of, record.get("is_wild"))
    counts: Said = {
        field: at(name, count_of, record[name]) for name, field in COUNTS.items() if name in record
    }
    counts["unit"] = at("quantitative_unit", text_of, record.get("quantitative_unit"))
    name = at("species", text_of, record.get("species"))
    return species_field(name, counts, is_wild=wild)


def _is_aquatic(cell: object) -> bool | None:
    text = (text_of(cell) or "").casefold()
    if not text:
        return None
    if not text.startswith(("aqua", "terr")):
        raise Bad(Code.CHOICE, value=cell)
    return text.startswith("aqua")


def _version(record: Mapping[str, Cell]) -> int:
    number = at("report_number", count_of, record.get("report_number")) or 0
    name = at("report_id", key_of, record.get("report_id"))
    digits = name if name.isascii() and name.isdecimal() and len(name) <= 12 else "0"
    return min(number, 10**7) * REPORT_IDS + int(digits)


def _figure(record: Mapping[str, Cell], head: Head) -> Report:
    """Return a row of a six-monthly sheet: every column is kept under the source's own name."""
    values: Said = {name: at(name, text_of, cell) for name, cell in record.items() if name}
    for name in head.layout.counts:
        if name in record:
            values[name] = at(name, count_of, record[name])
    if values.get("susceptible") == 0 and values.get("cases"):
        values["susceptible"] = None
    if values.get("disease") is None:
        raise Bad(Code.MISSING, "disease")
    values["period"] = _half_year(values.pop("year", None), values.pop("semester", None))
    values["element"] = head.layout.element
    values["value"] = values.get(head.layout.value)
    values["serotype"] = values.pop("serotype_subtype_genotype", None)
    key = "|".join(str(values.get(name) or "") for name in FIGURE_KEYS[head.layout.name])
    key = f"{head.layout.element}|{key}"
    if len(key) > LONGEST_KEY:
        key = f"{key[: LONGEST_KEY - 33]}#{digest_of(key)[:32]}"
    return report(Kind.FIGURE, key, values)


def _half_year(year: Value, semester: Value) -> str:
    """Return `2023-S1`; WAHIS writes the half as 1, `Sem1`, or `Jan-Jun 2023`."""
    text = str(semester or "").casefold()
    if not (str(year).isdecimal() and len(str(year)) == 4):
        raise Bad(Code.PERIOD, "year", year)
    first, second = ("jan" in text or "1" in text[:4]), ("jul" in text or "2" in text[:4])
    if first == second:
        raise Bad(Code.PERIOD, "semester", semester)
    return f"{year}-S{1 if first else 2}"
