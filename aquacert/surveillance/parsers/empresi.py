"""EMPRES-i CSV in its three real header sets.

v1 (2017): `Id,source,latitude,…,observationDate,…,status,disease,…`, dates dd/mm/yyyy.
v2 (2021): `Event ID,Disease,Serotype,lat,lon,…`, ISO dates, no status.
v3: v2 in snake_case with `display_date`.
Headers are matched by alias tables; an unknown or ambiguous header refuses the file in one
sentence. One bad row never does: it is set aside with code, column, value and line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.rules.events import (
    COORDINATE_PLACES,
    Value,
    Values,
    content_hash,
    rank,
)

FIELD = "file"
CELL_SHOWN = 120
csv.field_size_limit(1 << 20)


class Code(StrEnum):
    """Why a row is set aside."""

    COLUMNS = "columns"
    COORDINATE = "coordinate"
    DATE = "date"
    FUTURE = "future"
    KEY = "key"
    MISSING = "missing"
    NUMBER = "number"


CODE_SENTENCES: Mapping[Code, str] = {
    Code.COLUMNS: "列数与表头不符",
    Code.COORDINATE: "经纬度不在范围内",
    Code.DATE: "不是存在的日期",
    Code.FUTURE: "日期在今天以后",
    Code.KEY: "事件编号不能用",
    Code.MISSING: "缺必填内容",
    Code.NUMBER: "应该是不小于 0 的整数",
}


@dataclass(frozen=True)
class BadRow:
    """A row set aside: what is wrong, in which column, with which value, on which line."""

    line: int
    code: Code
    column: str
    value: str


@dataclass(frozen=True)
class Report:
    """One good row: normalised values of the columns its file carries."""

    line: int
    key: str
    values: Values
    digest: str
    rank: str


@dataclass(frozen=True)
class Feed:
    """A whole file, read."""

    header_set: str
    reports: tuple[Report, ...]
    bad: tuple[BadRow, ...]

    @property
    def newest_on(self) -> date | None:
        """The latest report day in the file (数据截至)."""
        days = [str(one.values.get("reported_on") or "") for one in self.reports]
        newest = max(days, default="")
        return date.fromisoformat(newest) if newest else None


class _Bad(Exception):
    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class HeaderSet:
    """One shape of file: header → field, and how its dates are written."""

    name: str
    columns: Mapping[str, str]
    needed: frozenset[str]
    day: Callable[[str], date]


def _iso_day(text: str) -> date:
    return date.fromisoformat(text[:10] if text[10:11] in {" ", "T"} else text)


def _slashed_day(text: str) -> date:
    day, month, year = text.split("/")
    if len(year) != 4:
        raise ValueError(text)
    return date(int(year), int(month), int(day))


V1 = HeaderSet(
    "v1",
    {
        "id": "key",
        "source": "diagnosis_source",
        "latitude": "latitude",
        "longitude": "longitude",
        "region": "region",
        "country": "country",
        "admin1": "admin1",
        "localityname": "locality",
        "localityquality": "quality",
        "observationdate": "observed_on",
        "reportingdate": "reported_on",
        "status": "status",
        "disease": "disease",
        "serotypes": "serotype",
        "speciesdescription": "species_text",
        "sumatrisk": "at_risk",
        "sumcases": "cases",
        "sumdeaths": "deaths",
        "sumdestroyed": "destroyed",
        "sumslaughtered": "slaughtered",
        "humansgenderdesc": "",
        "humansage": "",
        "humansaffected": "humans_affected",
        "humansdeaths": "human_deaths",
    },
    frozenset({"id", "country", "observationdate", "reportingdate", "status", "disease"}),
    _slashed_day,
)
V2 = HeaderSet(
    "v2",
    {
        "event id": "key",
        "disease": "disease",
        "serotype": "serotype",
        "lat": "latitude",
        "lon": "longitude",
        "locality": "locality",
        "country": "country",
        "region": "region",
        "location": "place",
        "observation_date": "observed_on",
        "report_date": "reported_on",
        "date": "",
        "species": "species_text",
        "diagnosis source": "diagnosis_source",
        "humans affected": "humans_affected",
        "human deaths": "human_deaths",
    },
    frozenset({"event id", "disease", "country", "observation_date", "report_date"}),
    _iso_day,
)
V3 = HeaderSet(
    "v3",
    {
        "event_id": "key",
        "disease": "disease",
        "serotype": "serotype",
        "lat": "latitude",
        "lon": "longitude",
        "latitude": "latitude",
        "longitude": "longitude",
        "locality": "locality",
        "country": "country",
        "region": "region",
        "location": "place",
        "observation_date": "observed_on",
        "report_date": "reported_on",
        "date": "",
        "display_date": "",
        "species": "species_text",
        "diagnosis_source": "diagnosis_source",
        "humans_affected": "humans_affected",
        "human_deaths": "human_deaths",
    },
    frozenset({"event_id", "disease", "country", "observation_date", "report_date"}),
    _iso_day,
)
SETS = (V1, V2, V3)
DAYS = frozenset({"observed_on", "reported_on"})
LIMITS = {"latitude": 90.0, "longitude": 180.0}
COUNTS = frozenset(
    {
        *("at_risk", "cases", "deaths", "destroyed", "slaughtered"),
        *("humans_affected", "human_deaths"),
    }
)


def read_empresi(data: bytes, today: date) -> Feed:
    """Return every row of the file; raise `Invalid` when the file as a whole cannot be read.

    A row dated after `today` is set aside: it would stay the newest version for ever.
    """
    rows = _rows(_text(data))
    header = next(rows, (0, []))[1]
    shape = _shape(header)
    fields = [shape.columns.get(_bare(name), "") for name in header]
    lines = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    _refuse_american_days(shape, header, fields, lines)
    reports: list[Report] = []
    bad: list[BadRow] = []
    for line, cells in lines:
        found = _report(shape, header, fields, line, cells, today)
        (reports if isinstance(found, Report) else bad).append(found)  # type: ignore[arg-type]
    return Feed(shape.name, tuple(reports), tuple(bad))


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


def _text(data: bytes) -> str:
    if b"\x00" in data[:4096]:
        raise _refused("这不是文本文件。请用 EMPRES-i 导出的 CSV（UTF-8 或 GB18030 编码）。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("文件的编码认不出来。请另存为 UTF-8 或 GB18030 编码的 CSV。")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells). The delimiter is the one that makes a known header."""
    first = text.lstrip("\n\r").split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text.lstrip("\n\r"), newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise _refused(f"第 {line} 行读不下去，请检查引号是否成对。") from None


def _shape(header: Sequence[str]) -> HeaderSet:
    names = [_bare(name) for name in header]
    fitting = [shape for shape in SETS if shape.needed <= set(names)]
    if not fitting:
        raise _refused("表头不是 EMPRES-i 的格式，认不出哪一列是事件编号、疫病和日期。")
    if len(fitting) > 1:
        raise _refused("表头同时像两种 EMPRES-i 格式，分不清按哪一种读。")
    fields = [field for name in names if (field := fitting[0].columns.get(name))]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice or len(fields) != len(set(fields)):
        raise _refused(
            f"表头里有重复的列{'：' + '、'.join(twice) if twice else ''}，分不清用哪一列。"
        )
    return fitting[0]


def _refuse_american_days(
    shape: HeaderSet,
    header: Sequence[str],
    fields: Sequence[str],
    lines: Sequence[tuple[int, Sequence[str]]],
) -> None:
    """Refuse a v1 file whose days can only be mm/dd: the readable ones would be read wrong."""
    if shape.day is not _slashed_day:
        return
    for at, field in enumerate(fields):
        if field not in DAYS:
            continue
        cells = [(line, row[at].strip()) for line, row in lines if len(row) > at]
        american = [line for line, cell in cells if _parts_over_12(cell) == (False, True)]
        if american and not any(_parts_over_12(cell) == (True, False) for _line, cell in cells):
            raise _refused(
                f"“{header[at]}”一列像是 月/日/年（第 {american[0]} 行），"
                "EMPRES-i 应该是 日/月/年，分不清，没有导入。"
            )


def _parts_over_12(cell: str) -> tuple[bool, bool] | None:
    parts = cell.split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    return int(parts[0]) > 12, int(parts[1]) > 12


def _report(
    shape: HeaderSet,
    header: Sequence[str],
    fields: Sequence[str],
    line: int,
    cells: Sequence[str],
    today: date,
) -> Report | BadRow:
    if len(cells) != len(header):
        return BadRow(line, Code.COLUMNS, "", f"{len(cells)} ≠ {len(header)}")
    values: dict[str, Value] = {}
    for name, field, cell in zip(header, fields, cells, strict=True):
        if not field:
            continue
        try:
            values[field] = _value(shape, field, cell.strip(), today)
        except _Bad as bad:
            return BadRow(line, bad.code, name.strip(), cell.strip()[:CELL_SHOWN])
    missing = next((name for name in ("key", "disease") if not values.get(name)), None)
    if missing is not None:
        return BadRow(line, Code.MISSING, header[fields.index(missing)].strip(), "")
    key = str(values.pop("key"))
    if "species_text" in values:
        values["species"] = read_species(str(values["species_text"] or ""))
    digest = content_hash(values)
    return Report(line, key, values, digest, rank(values, digest))


def _value(shape: HeaderSet, field: str, cell: str, today: date) -> Value:
    if not cell:
        return None
    if field in DAYS:
        return _day(shape, cell, today)
    if field in LIMITS:
        return _coordinate(cell, LIMITS[field])
    if field in COUNTS:
        return _count(cell)
    if field == "key" and (len(cell) > 64 or not cell.isprintable()):
        raise _Bad(Code.KEY)
    return cell.replace("\x00", "")


def _day(shape: HeaderSet, cell: str, today: date) -> str:
    try:
        day = shape.day(cell)
    except ValueError:
        raise _Bad(Code.DATE) from None
    if day > today:
        raise _Bad(Code.FUTURE)
    return day.isoformat()


def _coordinate(cell: str, limit: float) -> float:
    try:
        number = round(float(cell.replace(",", ".")), COORDINATE_PLACES)
    except ValueError:
        raise _Bad(Code.COORDINATE) from None
    if not -limit <= number <= limit:
        raise _Bad(Code.COORDINATE)
    return number + 0.0  # -0.0 becomes 0.0: one place, one hash


def _count(cell: str) -> int:
    whole = cell.removesuffix(".0")
    if not (whole.isascii() and whole.isdecimal()) or len(whole) > 15:
        raise _Bad(Code.NUMBER)
    return int(whole)


def _bare(name: str) -> str:
    return name.strip().strip('"').casefold()


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, **{FIELD: sentence})
