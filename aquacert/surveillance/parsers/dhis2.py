"""DHIS2 dataValueSets: JSON (one set, bulk, several sets), CSV, XML.

A data value is named by five things: data element, period, place, category option combination and
attribute option combination. Its content is value, comment, follow-up and whether it was deleted:
who stored it and when are no part of it, so a set sent again changes nothing; `lastUpdated`
(`timestamp` in CSV; else the set's `completeDate`, else the day that the mapping's `as_of` gives
the file) is its version, which beats arrival. A deleted value is kept with the status `deleted`.

Not read: a deletion by scope (it names elements, places and periods, not values), refused in a
sentence. Source: DHIS2 developer guide, "Data values".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, BinaryIO
from urllib.parse import quote

from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.surveillance.parsers.cells import CONTROL, LONGEST_KEY, LONGEST_TEXT, flag_of, refused
from aquacert.surveillance.parsers.dhis2files import Received, csv_values, json_values, xml_values
from aquacert.surveillance.parsers.jsonfile import at, record_row
from aquacert.surveillance.parsers.shape import (
    Asked,
    Bad,
    Code,
    Kind,
    Opened,
    Report,
    Row,
    raw_record,
    report,
)
from aquacert.surveillance.rules.periods import Period, UnreadPeriod, parse_period

DEFAULT_COMBO = "HllvX50cXC0"
"""The combination that every DHIS2 has for "no category"; a blank one says the same."""
EXACT_DIGITS = 15
WRITTEN = "dataElement", "orgUnit", "categoryOptionCombo", "attributeOptionCombo"


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Return the values of a file; the mapping may say `as_of` (ISO day) and `default_combo`."""
    version = as_of(asked.mapping)
    file.seek(0)
    head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    file.seek(0)
    if head == b"<":
        return Opened("xml", _rows(xml_values(file), asked, version))
    if head in {b"{", b"["}:
        return Opened("json", _rows(json_values(file), asked, version))
    name, records = csv_values(file)
    return Opened(name, _rows(records, asked, version))


def version_of(found: object, today: date, column: str) -> int | None:
    """Return an instant as milliseconds since 1970; a later day than today is set aside.

    Read: ISO text with or without an offset (`+0000` too; without one it is Beijing time), a day,
    and a whole number of milliseconds.
    """
    if found is None or found == "":
        return None
    moment = _moment(found, column)
    if legal_day(moment) > today:
        raise Bad(Code.FUTURE, column, found)
    return max(0, int(moment.timestamp() * 1000))


def text_at(record: Mapping[str, Any], name: str) -> str | None:
    """Return a text exactly as it stands (a number or a yes/no as JSON writes it)."""
    found = record.get(name)
    if found is None:
        return None
    if isinstance(found, bool):
        return "true" if found else "false"
    if not isinstance(found, str | int | float):
        raise Bad(Code.STRUCTURE, name, type(found).__name__)
    whole = isinstance(found, float) and found.is_integer()
    text = str(int(found) if whole else found)
    if len(text) > LONGEST_TEXT or CONTROL.search(text):
        raise Bad(Code.TEXT, name, text)
    return text.strip()


def period_at(record: Mapping[str, Any], name: str, today: date) -> Period:
    """Return the period of a record; one that begins after today is set aside."""
    written = text_at(record, name)
    if not written:
        raise Bad(Code.MISSING, name)
    try:
        period = parse_period(written)
    except UnreadPeriod:
        raise Bad(Code.PERIOD, name, written) from None
    if period.first > today:
        raise Bad(Code.FUTURE, name, written)
    return period


def joined(parts: Iterable[str]) -> str:
    """Return several ids as one key: `/` inside an id is escaped, so no two keys meet."""
    key = "/".join(
        quote(part, safe=" :.,()-_") if "/" in part or "%" in part else part for part in parts
    )
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Bad(Code.KEY, "", key)
    return key


def _rows(values: Iterator[Received], asked: Asked, given: int | None) -> Iterator[Row]:
    default = str(asked.mapping.get("default_combo") or DEFAULT_COMBO)
    for one in values:
        yield _row(one, asked.today, given, default)


def _row(value: Received, today: date, given: int | None, default: str) -> Row:
    row = record_row(
        value.line,
        value.record,
        lambda one: [_said({**value.defaults, **one}, today, given, default)],
    )
    return row if value.kept is value.record else replace(row, raw=raw_record(value.kept))


def _said(record: dict[str, Any], today: date, given: int | None, default: str) -> Report:
    period = period_at(record, "period", today)
    ids = {name: text_at(record, name) or "" for name in WRITTEN}
    for name in ("dataElement", "orgUnit"):
        if not ids[name]:
            raise Bad(Code.MISSING, name)
    for name in ("categoryOptionCombo", "attributeOptionCombo"):
        ids[name] = "" if ids[name] == default else ids[name]
    values: dict[str, Any] = {
        "element": ids["dataElement"],
        "period": period.text,
        "first_on": period.first.isoformat(),
        "last_on": period.last.isoformat(),
        "org_unit": ids["orgUnit"],
        "category": ids["categoryOptionCombo"],
        "attribute": ids["attributeOptionCombo"],
        "value": _value(text_at(record, "value")),
        "comment": text_at(record, "comment") or None,
        "followup": at("followup", flag_of, _flag(record, "followup", "followUp")) or False,
        "status": "deleted" if at("deleted", flag_of, _flag(record, "deleted")) else "live",
    }
    if values["value"] is None and values["status"] == "live" and values["comment"] is None:
        raise Bad(Code.MISSING, "value")
    key = joined(
        [
            ids["dataElement"],
            period.text,
            ids["orgUnit"],
            ids["categoryOptionCombo"],
            ids["attributeOptionCombo"],
        ]
    )
    return report(Kind.FIGURE, key, values, _version(record, today, given))


def _version(record: Mapping[str, Any], today: date, given: int | None) -> int | None:
    for name in ("lastUpdated", "timestamp", "created", "completeDate"):
        if found := version_of(record.get(name), today, name):
            return found
    return given


def _flag(record: Mapping[str, Any], *names: str) -> object:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _value(text: str | None) -> int | str | None:
    """Return a whole number as such when no digit is lost by it; else the text."""
    if not text:
        return None
    bare = text.removeprefix("-")
    plain = bare.isascii() and bare.isdecimal() and len(bare) <= EXACT_DIGITS
    return int(text) if plain and str(int(text)) == text else text


def _moment(found: object, column: str) -> datetime:
    try:
        if isinstance(found, int) and not isinstance(found, bool):
            return datetime.fromtimestamp(found / 1000, UTC)
        moment = datetime.fromisoformat(str(found).strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise Bad(Code.DATE, column, found) from None


def as_of(mapping: Mapping[str, Any]) -> int | None:
    """Return the version that the mapping gives a file without one: the end of its `as_of` day."""
    written = mapping.get("as_of")
    if not written:
        return None
    try:
        day = date.fromisoformat(str(written))
    except ValueError:
        raise refused("文件日期（as_of）要写成 2026-05-09 这样。") from None
    return int(datetime.combine(day, time.max, SHANGHAI).timestamp() * 1000)
