"""Sheets of text cells out of .xlsx and .csv files, whatever their encoding and separator."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from aquacert.kernel.errors import Invalid
from aquacert.kernel.workbooks import load_workbook
from labs.instruments.parsers.archive import opened, read_member

MAX_ROWS = 200_000
MAX_COLUMNS = 256
MAX_STRINGS = 16 * 2**20
"""The one part of a workbook that is held in memory whole."""
UNCOMPUTED = "=?"
"""What a formula says whose value the workbook does not hold; an empty cell says nothing instead."""
SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its title and its rows of text; `decimal_comma` when ';' parts the cells."""

    title: str
    rows: Sequence[tuple[str, ...]]
    decimal_comma: bool = False
    merged: Sequence[tuple[int, int, int, int]] = ()
    """Merged cells: first and last row, first and last column, counted from 1."""

    def is_merged(self, row: int, columns: Collection[int]) -> bool:
        """Tell whether a merge covers one of these columns (counted from 0) in a row (counted from 1)."""
        return any(
            top <= row <= bottom and any(left <= column + 1 <= right for column in columns)
            for top, bottom, left, right in self.merged
        )


def xlsx_sheets(data: bytes) -> list[Sheet]:
    """Return every sheet of a workbook as text; formulas give their stored value only."""
    archive = opened(data)
    if any(
        info.filename.endswith("sharedStrings.xml") and info.file_size > MAX_STRINGS
        for info in archive.infolist()
    ):
        raise Invalid("表格里的文字太多，已拒收", file="展开后太大")
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [_sheet(archive, data, sheet) for sheet in book.worksheets]
        book.close()
        archive.close()
    except Invalid:
        raise
    except (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise Invalid("表格打不开或已损坏，请重新导出", file="表格打不开") from error
    except Exception as error:  # openpyxl lets errors of the XML parser through as they are
        raise Invalid("表格打不开或已损坏，请重新导出", file="表格打不开") from error
    return sheets


def _sheet(archive: ZipFile, data: bytes, sheet: Any) -> Sheet:  # noqa: ANN401 (see _unpadded)
    """Return one sheet; where it has formulas, those without a stored value say so."""
    path = str(getattr(sheet, "_worksheet_path", ""))
    source = read_member(archive, path.lstrip("/")) if path else b""
    rows = _even(_rows(_unpadded(sheet).iter_rows(values_only=True)))
    if FORMULA.search(source):
        rows = _with_formulas(rows, data, str(sheet.title))
    return Sheet(str(sheet.title), rows, merged=_merged(source))


FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def _with_formulas(rows: list[tuple[str, ...]], data: bytes, title: str) -> list[tuple[str, ...]]:
    """Mark cells that are empty only because nobody stored what their formula came to."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    written = list(_rows(_unpadded(book[title]).iter_rows(values_only=True)))
    book.close()
    if len(written) != len(rows):
        raise Invalid("表格打不开或已损坏，请重新导出", file="表格打不开")
    return [
        tuple(
            UNCOMPUTED if not cell.strip() and place < len(formulas) and formulas[place] else cell
            for place, cell in enumerate(row)
        )
        for row, formulas in zip(rows, written, strict=True)
    ]


def _unpadded(sheet: Any) -> Any:  # noqa: ANN401 (openpyxl's streaming sheet has no public type)
    """Let a sheet forget how wide it says it is: rows would be filled up to there, were it 16,384 columns."""
    sheet.reset_dimensions()
    return sheet


MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?\bref\s*=\s*["']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})["']"""
)
MOST_MERGES = 2_000


def _merged(source: bytes) -> tuple[tuple[int, int, int, int], ...]:
    """Return a sheet's merged cells, which openpyxl leaves out when it streams."""
    found = MERGE.findall(source)
    if len(found) > MOST_MERGES:
        raise Invalid("合并的单元格太多，请取消合并后重新导出", file="合并的单元格太多")
    return tuple(_bounds(ref.decode()) for ref in found)


def _bounds(ref: str) -> tuple[int, int, int, int]:
    """Return first and last row, first and last column of a reference such as B3:C5."""
    left, top, right, bottom = range_boundaries(ref)
    return top or 0, bottom or 0, left or 0, right or 0


def _rows(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield rows of text, and stop a sheet that never ends."""
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise Invalid("行数太多：一个仪器文件最多 20 万行", file="行数太多")
        yield tuple(_cell(value) for value in row[:MAX_COLUMNS])


def _even(rows: Iterator[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return rows of one length: a workbook leaves empty cells at the end of a row out."""
    kept = list(rows)
    width = max((len(row) for row in kept), default=0)
    return [row + ("",) * (width - len(row)) for row in kept]


def _cell(value: object) -> str:
    """Return a cell as text; a whole number stored as 3.0 is 3."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def csv_sheets(data: bytes) -> list[Sheet]:
    """Return the one sheet of a CSV file: UTF-8, UTF-16 with its mark, or GB18030; ',' ';' or tab."""
    text = decoded(data)
    separator = _separator(text)
    try:
        rows = list(
            _rows(map(tuple, csv.reader(io.StringIO(text, newline=""), delimiter=separator)))
        )
    except csv.Error as error:
        raise Invalid("表格里有读不懂的内容（引号或单元格过长）", file="CSV 读不懂") from error
    return [Sheet("", rows, decimal_comma=separator == ";")]


def decoded(data: bytes) -> str:
    """Return the text of bytes that say, or let one know, how they were written."""
    marked = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    codings = ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    for coding in codings:
        try:
            text = data.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid("文件不是文本：请导出为 CSV（UTF-8 或 GB18030）", file="文字编码不认识")


def _separator(text: str) -> str:
    """Return the sign that parts the most cells in the first lines."""
    head = [line for line in text.splitlines()[:60] if line.strip()]
    return max(SEPARATORS, key=lambda sign: max((line.count(sign) for line in head), default=0))
