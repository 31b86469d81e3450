"""Lists of codes or numbers (.txt, .csv, .xlsx) and archives (.zip), within limits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from aquacert.kernel.workbooks import load_workbook
from aquacert.trust.errors import Refused, Why
from aquacert.verification.parsers.codes import MOST_BYTES, NUMBER, PAGE

ZIP = b"PK\x03\x04"
MOST_UNPACKED = 200 << 20
"""Bytes of everything in one archive."""
MOST_RATIO = 200
"""Times that a member may be larger than it is packed: a certificate's PDF hardly packs at all."""
MOST_LINES = 5_000
LONGEST_LINE = 2_000


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a text or CSV file, in order, but a heading without code or number.

    A line without either is kept: whoever pasted it is told that it holds nothing to check.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused(Why.MALFORMED, "neither UTF-8 nor GB 18030")
    found = [line.strip()[:LONGEST_LINE] for line in text.splitlines() if line.strip()]
    heading = len(found) > 1 and not _holds_code(found[0])
    return found[heading:][:MOST_LINES]


def cells_of(data: bytes) -> list[str]:
    """Return the cells of a workbook that hold a code or a number, row by row."""
    _check_archive(data)
    with _refusing():
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        texts: list[str] = []
        for sheet in book.worksheets:
            for row in sheet.iter_rows(values_only=True, max_row=MOST_LINES, max_col=50):
                texts += [_text(cell) for cell in row if cell is not None]
    return _with_codes(texts)


def is_workbook(data: bytes) -> bool:
    """Tell whether an archive is an .xlsx."""
    try:
        with _refusing(), zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except Refused:
        return False


def members_of(data: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of at most `most` files in an archive; raise `Refused` for a bomb.

    Archives inside archives are not opened; what is encrypted or too large comes back as b"".
    """
    _check_archive(data)
    with _refusing():
        archive = zipfile.ZipFile(io.BytesIO(data))
        files = [one for one in archive.infolist() if not one.is_dir()]
    with archive:
        for one in files[:most]:
            yield one.filename, _unpack(archive, one)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn whatever the readers of archives and workbooks raise on broken bytes into `Refused`.

    They raise anything: errors of zlib, lzma, lxml, and their own.
    """
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise Refused(Why.MALFORMED, repr(error)[:200]) from error


def _unpack(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    if one.flag_bits & 1 or one.file_size > MOST_BYTES:
        return b""
    try:
        with _refusing(), archive.open(one) as member:
            return member.read(MOST_BYTES + 1)
    except Refused:
        return b""


def _check_archive(data: bytes) -> None:
    """Raise `Refused` when the archive says of itself that it would burst."""
    with _refusing(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = archive.infolist()
    total = sum(one.file_size for one in files)
    if total > MOST_UNPACKED or total > MOST_RATIO * max(len(data), 1):
        raise Refused(Why.TOO_LARGE, f"{len(data)} bytes unpack to {total}")


def _with_codes(texts: list[str]) -> list[str]:
    return [text for text in texts if _holds_code(text)][:MOST_LINES]


def _holds_code(text: str) -> bool:
    is_long = len(text) > 100 and text.isascii() and text.isdigit()
    return is_long or bool(PAGE.search(text) or NUMBER.search(text))


def _text(cell: object) -> str:
    """Return a cell as text; a number stored as a number keeps its digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)[:LONGEST_LINE]
