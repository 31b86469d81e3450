"""The three ways in which DHIS2 writes data values, each turned into records of one form.

What is kept of a value is what the file holds of it (its JSON, its cells, its attributes), without
the account that stored it; what it says has the defaults of its set filled in. CSV and XML are
streamed; JSON is read whole under the cap of all JSON files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from aquacert.surveillance.parsers.cells import csv_rows, refused
from aquacert.surveillance.parsers.jsonfile import load_json
from aquacert.surveillance.parsers.persons import ACCOUNTS
from aquacert.surveillance.rules.periods import UnreadPeriod, parse_period

DEFAULTS = ("dataSet", "completeDate", "period", "orgUnit", "attributeOptionCombo")
"""What a set may say once for all its values."""
COLUMNS: Mapping[str, str] = {
    "dataelement": "dataElement",
    "period": "period",
    "orgunit": "orgUnit",
    "categoryoptioncombo": "categoryOptionCombo",
    "attributeoptioncombo": "attributeOptionCombo",
    "value": "value",
    "storedby": "storedBy",
    "timestamp": "timestamp",
    "lastupdated": "lastUpdated",
    "created": "created",
    "comment": "comment",
    "followup": "followup",
    "deleted": "deleted",
}
ORDER = (
    *("dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo"),
    *("value", "storedby", "timestamp", "comment", "followup", "deleted"),
)
"""The columns of a file without a head row, in DHIS2's order."""
NEEDED = frozenset({"dataelement", "period", "orgunit", "value"})
NOT_DHIS2 = "这不是 DHIS2 的数据值文件（dataValueSets）。"
SCOPED = "这份文件要按范围删除数据值，这里不按范围删除。请逐条写上 deleted。"
MOST_XML = 512 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """One value of a file."""

    line: int
    kept: object
    """The value's own JSON or its cells, as they are kept."""
    defaults: Mapping[str, Any]
    """What its set says of all its values."""
    record: object
    """The value as JSON would say it."""


def json_values(file: BinaryIO) -> Iterator[Received]:
    """Return the values of a JSON file: one set, several sets, or kept rows."""
    found = load_json(file)
    sets = _sets(found)
    if not sets:
        raise refused(NOT_DHIS2)
    return _of_sets(sets)


def csv_values(file: BinaryIO) -> tuple[str, Iterator[Received]]:
    """Return (header set, the values of a CSV file); columns are found by name, in any order."""
    rows = csv_rows(file)
    line, first = next(rows, (1, []))
    names = [one.strip().casefold().replace("_", "") for one in first]
    if "dataelement" in names:
        return "csv", _of_csv(_checked(names), rows)
    if len(first) >= len(NEEDED) and len(first) <= len(ORDER) and _is_period(first[1]):
        return "csv without a head row", _of_csv(ORDER, _with(line, first, rows))
    raise refused(
        "表头里没有 dataelement、period、orgunit、value 这几列，不是 DHIS2 的数据值文件。"
    )


def xml_values(file: BinaryIO) -> Iterator[Received]:
    """Return the values of an XML file; the whole is looked through before the first is given."""
    file.seek(0, 2)
    if file.tell() > MOST_XML:
        raise refused(f"文件超过 {MOST_XML >> 20} MB。请分几份再传。")
    found = sum(1 for _one in _of_xml(file))
    if not found:
        raise refused(NOT_DHIS2)
    return _of_xml(file)


def _sets(found: object) -> list[Mapping[str, Any]]:
    if isinstance(found, list):
        named = any(isinstance(one, dict) and "dataElement" in one for one in found)
        return [{"dataValues": found}] if named else []
    if not isinstance(found, dict):
        return []
    if "deletion" in found:
        raise refused(SCOPED)
    if "dataElement" in found:
        return [{"dataValues": [found]}]
    if isinstance(found.get("dataValues"), list):
        return [found]
    several = found.get("dataValueSets")
    if not isinstance(several, list):
        return []
    return [one for each in several for one in _sets(each)]


def _of_sets(sets: Sequence[Mapping[str, Any]]) -> Iterator[Received]:
    line = 0
    for one in sets:
        defaults = {name: one[name] for name in DEFAULTS if one.get(name) is not None}
        for value in one["dataValues"]:
            line += 1
            plain = _plain(value) if isinstance(value, dict) else value
            yield Received(line, plain, defaults, plain)


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value without the account that stored it."""
    return {name: one for name, one in value.items() if name not in ACCOUNTS}


def _checked(names: Sequence[str]) -> Sequence[str]:
    twice = sorted({one for one in names if one in COLUMNS and names.count(one) > 1})
    if twice:
        raise refused(f"表头里有重复的列：{'、'.join(twice)}，分不清用哪一列。")
    if missing := sorted(NEEDED - set(names)):
        raise refused(f"表头里缺 {'、'.join(missing)} 这几列。")
    return names


def _of_csv(names: Sequence[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Received]:
    for line, cells in rows:
        kept = _unsigned(names, cells)
        pairs = zip(names, kept, strict=False)
        record = {COLUMNS.get(name, name): one for name, one in pairs if one != ""}
        yield Received(line, kept, {}, record if len(cells) <= len(names) else cells)


def _unsigned(names: Sequence[str], cells: Sequence[str]) -> list[str]:
    """Return the cells without the account that stored them; each stays in its column."""
    places = [at for at, name in enumerate(names) if COLUMNS.get(name) in ACCOUNTS]
    return [cell if at not in places else "" for at, cell in enumerate(cells)]


def _with(
    line: int, first: list[str], rows: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield line, first
    yield from rows


def _is_period(text: str) -> bool:
    try:
        parse_period(text)
    except UnreadPeriod:
        return False
    return True


def _of_xml(file: BinaryIO) -> Iterator[Received]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    file.seek(0)
    defaults: dict[str, str] = {}
    line = 0
    root: Any = None
    try:
        for moment, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
            name = str(element.tag).rpartition("}")[2]
            root = element if root is None else root
            if moment == "start" and name == "dataValueSet":
                defaults = {one: element.get(one) for one in DEFAULTS if element.get(one)}
            elif moment == "start" and name == "deletion":
                raise refused(SCOPED)
            elif moment == "end" and name == "dataValue":
                line += 1
                plain = _plain(element.attrib)
                yield Received(line, plain, dict(defaults), plain)
                root.clear()
    except DefusedXmlException:
        raise refused("文件里有 XML 实体或文档类型声明，可能是攻击，没有导入。") from None
    except (ParseError, ValueError, LookupError):
        raise refused("这不是完整的 XML 文件：可能传了一半，或者有写错的地方。") from None
