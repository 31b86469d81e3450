"""Cells of feeds: encodings, delimiters, days, counts, coordinates, French booleans. Strict.

Each function either returns the normalised value or raises `Bad` with the code that the row is set
aside by; a blank cell is None everywhere (nothing said), never 0.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import BinaryIO

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers.shape import Bad, Code
from aquacert.surveillance.rules.events import COORDINATE_PLACES

FIELD = "file"
LONGEST_KEY, LONGEST_TEXT = 200, 20_000
DELIMITERS = (",", ";", "\t", "|")
TRUE = frozenset({"true", "vrai", "yes", "y", "1", "是", "t", "oui"})
FALSE = frozenset({"false", "faux", "no", "n", "0", "否", "f", "non"})
BLANK = frozenset({"", "na", "n/a", "null", "none", "-", "--", "—"})
ENCODINGS = ("utf-8-sig", "gb18030")
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MOST_COLUMNS = 5_000
"""A head wider than that is no table's; every reader would look at each of its cells."""
csv.field_size_limit(1 << 20)


def refused(sentence: str) -> Invalid:
    """Return the error of a file that cannot be read at all."""
    return Invalid(sentence, **{FIELD: sentence})


def open_text(file: BinaryIO) -> io.TextIOWrapper:
    """Return the file as text: UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030.

    The whole file is looked through once, in pieces: a wrong guess would show in its last line.
    """
    encoding = _encoding(file)
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, newline="")


def csv_rows(file: BinaryIO, delimiter: str = "") -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells), the header first; wholly blank rows are left out.

    The delimiter, where none is given, is the one that the first line has most of (`,` `;` tab
    `|`).
    """
    text = open_text(file)
    line = 1
    try:
        first = _first_line(text)
        reader = csv.reader(text, delimiter=delimiter or max(DELIMITERS, key=first.count))
        for cells in reader:
            if line == 1 and len(cells) > MOST_COLUMNS:
                raise refused(f"第 1 行有 {len(cells)} 列，不像是表格，没有导入。")
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise refused(f"第 {line} 行读不下去，请检查引号是否成对。") from None
    except UnicodeError:  # UTF-16 cut off in the middle of a character
        raise refused("文件不完整，或者编码不对。请重新导出后再传。") from None
    finally:
        with suppress(ValueError):
            text.detach()  # else the wrapper closes a file that a second pass will read


def text_of(cell: object) -> str | None:
    """Return a cell's text without surrounding blanks; None when it says nothing."""
    if cell is None:
        return None
    text = str(cell).strip()
    if not text.isascii():  # one letter may be written in two ways: é, or e with an accent
        text = unicodedata.normalize("NFC", text)
    if len(text) > LONGEST_TEXT or CONTROL.search(text):
        raise Bad(Code.TEXT, value=text)
    return None if text.casefold() in BLANK else text


def key_of(cell: object) -> str:
    """Return a subject's key; raise `Bad` when there is none or it cannot serve as one."""
    text = text_of(cell)
    if text is None:
        raise Bad(Code.MISSING)
    text = text.removesuffix(".0") if text.removesuffix(".0").isdecimal() else text
    if len(text) > LONGEST_KEY or not text.isprintable():
        raise Bad(Code.KEY, value=text)
    return text


def count_of(cell: object) -> int | None:
    """Return a whole number of at least 0; `12.0` is 12, a thousands comma is refused."""
    text = text_of(cell)
    if text is None:
        return None
    whole = text.removesuffix(".0")
    if not (whole.isascii() and whole.isdecimal()) or len(whole) > 15:
        raise Bad(Code.NUMBER, value=text)
    return int(whole)


def flag_of(cell: object) -> bool | None:
    """Return a yes or no in any of the ways that files write it (VRAI, FAUX, true, 是)."""
    text = text_of(cell)
    if text is None:
        return None
    if text.casefold() in TRUE:
        return True
    if text.casefold() in FALSE:
        return False
    raise Bad(Code.CHOICE, value=text)


def iso_day_of(cell: object, today: date) -> str | None:
    """Return an ISO day (a time after it is cut off); raise `Bad` when it lies after `today`."""
    if isinstance(cell, datetime):
        return checked_day(cell.date(), today)
    if isinstance(cell, date):
        return checked_day(cell, today)
    text = text_of(cell)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text[:10] if text[10:11] in {" ", "T"} else text)
    except ValueError:
        raise Bad(Code.DATE, value=text) from None
    return checked_day(day, today)


def slashed_day_of(cell: object, today: date, *, month_first: bool = False) -> str | None:
    """Return the ISO day of dd/mm/yyyy (or mm/dd/yyyy), with `/`, `-` or `.` between."""
    if isinstance(cell, date):
        return iso_day_of(cell, today)
    text = text_of(cell)
    if text is None:
        return None
    parts = re.split(r"[/.\-]", text.split(" ")[0])
    if len(parts) != 3 or len(parts[2]) != 4 or not all(one.isdecimal() for one in parts):
        raise Bad(Code.DATE, value=text)
    first, second, year = (int(one) for one in parts)
    day, month = (second, first) if month_first else (first, second)
    try:
        return checked_day(date(year, month, day), today)
    except ValueError:
        raise Bad(Code.DATE, value=text) from None


def checked_day(day: date, today: date) -> str:
    """Return the day as ISO text; one after `today` would stay the newest version for ever."""
    if day > today:
        raise Bad(Code.FUTURE, value=day)
    return day.isoformat()


def coordinate_of(cell: object, limit: float) -> float | None:
    """Return degrees rounded to 6 places, within ± limit (90 or 180)."""
    text = text_of(cell)
    if text is None:
        return None
    try:
        number = round(float(text.replace(",", ".").replace("_", "?")), COORDINATE_PLACES)
    except ValueError:
        raise Bad(Code.COORDINATE, value=text) from None
    if not -limit <= number <= limit:
        raise Bad(Code.COORDINATE, value=text)
    return number + 0.0  # -0.0 becomes 0.0: one place, one hash


def place_of(latitude: object, longitude: object) -> tuple[float | None, float | None]:
    """Return (latitude, longitude); raise `Bad` SWAPPED when they can only be the other way round.

    (0, 0) is no place: files write it for unknown.
    """
    try:
        lat, lon = coordinate_of(latitude, 90.0), coordinate_of(longitude, 180.0)
    except Bad:
        if _is_swapped(latitude, longitude):
            raise Bad(Code.SWAPPED, value=f"{latitude}, {longitude}") from None
        raise
    if (lat is None) != (lon is None):
        raise Bad(Code.COORDINATE, value=f"{latitude}, {longitude}")
    return (None, None) if lat == 0 and lon == 0 else (lat, lon)


def _is_swapped(latitude: object, longitude: object) -> bool:
    try:
        return abs(coordinate_of(latitude, 180.0) or 0) > 90 and (
            coordinate_of(longitude, 90.0) is not None
        )
    except Bad:
        return False


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(4096)
    if head.startswith(UTF16):
        return "utf-16"
    if b"\x00" in head:
        raise refused("这不是文本文件。请用 CSV（UTF-8 或 GB18030 编码）。")
    if not head.strip():
        raise refused("文件是空的。")
    for encoding in ENCODINGS:
        if _decodes(file, encoding):
            return encoding
    raise refused("文件的编码认不出来。请另存为 UTF-8 或 GB18030 编码的 CSV。")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(1 << 20):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _first_line(text: io.TextIOWrapper) -> str:
    line = ""
    while not line.strip():
        line = text.readline()
        if not line:
            break
    text.seek(0)
    return line
