"""China's monthly reports (测报) and sample results (监测) in the templates that we publish.

CSV or workbook (its first sheet). The head row may have title rows above it; columns are found by
name. A monthly row is one point, month, species and disease: a FIGURE, also when it says that
nothing was ill ("无"). A sample row is one sample and disease: a SAMPLE; a result in words nobody
knows keeps its row (`result` is None, `unmapped` names it). The fill-in day is the version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO

from aquacert.surveillance.parsers.cells import (
    coordinate_of,
    count_of,
    iso_day_of,
    place_of,
    refused,
    text_of,
)
from aquacert.surveillance.parsers.dhis2 import joined
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
from aquacert.surveillance.parsers.tables import Formula, table_rows
from aquacert.surveillance.rules import china, monthly
from aquacert.surveillance.rules.china import Column, Kept, Template, plain_head
from aquacert.surveillance.rules.datum import Datum, to_wgs84
from aquacert.surveillance.rules.events import COORDINATE_PLACES, plain_name
from aquacert.surveillance.rules.periods import Period, Span, UnreadPeriod, parse_period

TITLE_ROWS = 10
AMOUNT = re.compile(r"\d{1,13}(\.\d{1,4})?", re.ASCII)
WARMTH = re.compile(r"-?\d{1,2}(\.\d{1,2})?", re.ASCII)
DATUMS = {"wgs84": Datum.WGS84, "cgcs2000": Datum.WGS84, "gcj02": Datum.GCJ02}
FAULT_FIELDS: Mapping[str, str] = {
    "water": "water_temperature",
    "row-0-area": "diseased_area",
    "row-0-area_stock": "area_stock",
    "row-0-diseased": "cases",
    "row-0-deaths": "deaths",
}
"""Which column a fault of rules/monthly stands in; its other faults are not a file's."""
Cells = Sequence[object]
Placed = Sequence[tuple[int, Column]]


def read_monthly(file: BinaryIO, asked: Asked) -> Opened:
    """Return the rows of a monthly file."""
    return _opened(file, asked, china.MONTHLY)


def read_samples(file: BinaryIO, asked: Asked) -> Opened:
    """Return the rows of a file of sample results."""
    return _opened(file, asked, china.SAMPLES)


def _opened(file: BinaryIO, asked: Asked, template: Template) -> Opened:
    rows = table_rows(file)
    for number, (_line, cells) in enumerate(rows, 1):
        placed = _placed(cells, template)
        if placed is not None:
            return Opened(template.name, _rows(rows, placed, len(cells), template, asked.today))
        if number == TITLE_ROWS:
            break
    needed = "、".join(one.head for one in template.columns if one.is_needed)
    raise refused(f"没有找到“{template.title}”的表头：要有 {needed} 这几列。")


def _placed(cells: Cells, template: Template) -> Placed | None:
    """Return where each column stands; None when this is not the head row."""
    known = china.fields(template)
    found = [
        (place, known[plain])
        for place, cell in enumerate(cells)
        if cell is not None and (plain := plain_head(str(cell))) in known
    ]
    names = [column.field for _place, column in found]
    if any(one.is_needed and one.field not in names for one in template.columns):
        return None
    if len(names) != len(set(names)):
        twice = next(column.head for _place, column in found if names.count(column.field) > 1)
        raise refused(f"表头里有重复的列：{twice}，分不清用哪一列。")
    return found


def _rows(
    rows: Iterator[tuple[int, Cells]], placed: Placed, width: int, template: Template, today: date
) -> Iterator[Row]:
    say = _sample if template is china.SAMPLES else _month
    for line, cells in rows:
        said: tuple[Report, ...] | BadRow
        try:
            values = _values(cells, placed, width, today)
            said = (say(values),)
        except Bad as bad:
            said = bad.row
        yield Row(line, raw_cells(cells), said)


def _values(cells: Cells, placed: Placed, width: int, today: date) -> dict[str, Any]:
    if any(cell not in {None, ""} for cell in cells[width:]):
        raise Bad(Code.COLUMNS, "", f"{len(cells)} ≠ {width}")
    found: dict[str, Any] = {}
    for place, column in placed:
        cell = cells[place] if place < len(cells) else None
        if isinstance(cell, Formula):
            raise Bad(Code.FORMULA, column.head, cell)
        found[column.field] = at(column.head, _cell, column.kept, cell, today)
        if column.is_needed and found[column.field] is None:
            raise Bad(Code.MISSING, column.head)
    return found


def _cell(kept: Kept, cell: object, today: date) -> Any:  # noqa: ANN401 (a value of its kind)
    if kept is Kept.DAY:
        return iso_day_of(cell, today)
    if kept is Kept.RESULT:
        return _result(cell)
    if kept is Kept.MONTH and isinstance(cell, date):
        cell = f"{cell:%Y-%m}"
    text = text_of(cell)
    if text is None:
        return None
    return _month_of(text, today) if kept is Kept.MONTH else READS[kept](text)


def _list(text: str) -> list[str]:
    return [one for part in re.split(r"[、,;，；]", text) if (one := part.strip())]


def _degrees(text: str) -> float | None:
    return coordinate_of(text, 180.0)


def _result(cell: object) -> str | None:
    if cell is not None and str(cell).strip() in {"-", "－", "—"}:
        raise Bad(Code.AMBIGUOUS, value=cell)
    return text_of(cell)


def _amount(text: str) -> int | float:
    if not AMOUNT.fullmatch(text):
        raise Bad(Code.NUMBER, value=text)
    number = float(text)
    return int(number) if number.is_integer() else number


def _warmth(text: str) -> float:
    if not WARMTH.fullmatch(text):
        raise Bad(Code.NUMBER, value=text)
    return float(text)


def _month_of(text: str, today: date) -> str:
    try:
        period: Period = parse_period(text)
    except UnreadPeriod:
        raise Bad(Code.PERIOD, value=text) from None
    if period.span is not Span.MONTH:
        raise Bad(Code.PERIOD, value=text)
    if period.first > today:
        raise Bad(Code.FUTURE, value=text)
    return period.text


def _datum(text: str) -> str:
    plain = re.sub(r"[\s-]", "", text).casefold()
    if plain not in DATUMS:
        raise Bad(Code.CHOICE, value=text)
    return DATUMS[plain].value


READS: Mapping[Kept, Callable[[str], Any]] = {
    Kept.TEXT: str,
    Kept.LIST: _list,
    Kept.COUNT: count_of,
    Kept.AMOUNT: _amount,
    Kept.DEGREE: _degrees,
    Kept.WARMTH: _warmth,
    Kept.DATUM: _datum,
}


def _month(values: dict[str, Any]) -> Report:
    if plain_name(values["disease"]) in china.NO_DISEASE:
        if values.get("cases") or values.get("deaths"):
            raise Bad(Code.AMBIGUOUS, "病名", values["disease"])
        values["disease"] = None
    _check(values)
    key = [values["point"], values["period"], plain_name(values["species_text"])]
    key.append(plain_name(values["disease"] or ""))
    said = values | {"element": "monthly", "value": values.get("cases")}
    return report(Kind.FIGURE, joined(key), said)


def _check(values: Mapping[str, Any]) -> None:
    """Raise `Bad` BOUNDS where the numbers of one row contradict each other (rules/monthly)."""
    species = str(values["species_text"])
    area, stocked = values.get("monitored_area"), values.get("stocked")
    beyond = 10**15
    stock = monthly.Stock(
        species, _tenths(area) or beyond, beyond if stocked is None else int(stocked)
    )
    kept = values.get("area_stock")
    row = monthly.Row(
        species,
        "",
        _tenths(values.get("diseased_area")) or 0,
        stock.stocked if kept is None else int(kept),
        int(values.get("deaths") or 0),
        values.get("cases"),
    )
    water = _tenths(values.get("water_temperature"))
    for name in monthly.faults((stock,), (row,), frozenset({species}), water):
        if field := FAULT_FIELDS.get(name):
            head = china.fields(china.MONTHLY)[field].head
            raise Bad(Code.BOUNDS, head, values.get(field))


def _tenths(value: float | None) -> int | None:
    return None if value is None else round(value * 10)


def _sample(values: dict[str, Any]) -> Report:
    written = str(values["result"])
    result = china.RESULTS.get(plain_name(written))
    latitude, longitude = at("纬度", place_of, values.get("latitude"), values.get("longitude"))
    if values.pop("datum", None) == Datum.GCJ02 and latitude is not None and longitude is not None:
        latitude, longitude = (
            round(one, COORDINATE_PLACES) for one in to_wgs84(latitude, longitude)
        )
    said = values | {
        "latitude": latitude,
        "longitude": longitude,
        "result": result,
        "result_written": written,
        "unmapped": [] if result else [f"result={written}"],
    }
    return report(Kind.SAMPLE, joined([values["sample_no"], plain_name(values["disease"])]), said)
