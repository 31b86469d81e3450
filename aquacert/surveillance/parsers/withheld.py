"""Files written anew without what names natural persons, before anything of them is kept.

Of a table: the cells of columns that its mapping says hold personal data, and every row above its
header (there stand names of who filled it in). Of DHIS2 data values: the account that stored each.
Rows keep their order and, in a workbook, their numbers; everything is streamed, whatever the size.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import quoteattr

from aquacert.surveillance.parsers.cells import DELIMITERS, csv_rows, open_text, refused
from aquacert.surveillance.parsers.dhis2files import COLUMNS, ORDER
from aquacert.surveillance.parsers.jsonfile import load_json
from aquacert.surveillance.parsers.mapped import NOT_KEPT, headed, persons_at
from aquacert.surveillance.parsers.persons import ACCOUNTS, of_tracker
from aquacert.surveillance.parsers.tables import is_workbook, table_rows, workbook_copy
from aquacert.surveillance.rules.mapping.spec import names_of, spec_of

Writer = Callable[[BinaryIO], None]
"""Writes the file anew, as it may be kept."""
Keeper = Callable[[int, Sequence[Any]], list[Any]]
NO_XML = "这不是完整的 XML 文件：可能传了一半，或者有写错的地方。"


def of_mapped(file: BinaryIO, mapping: Mapping[str, Any]) -> Writer | None:
    """Return what writes a mapped table without its columns of personal data; None: it has none."""
    keep = keeper(file, mapping)
    if keep is None:
        return None
    if is_workbook(file):
        return lambda out: workbook_copy(file, spec_of(mapping).sheet, out, keep)
    return lambda out: _csv_copy(file, out, keep)


def keeper(file: BinaryIO, mapping: Mapping[str, Any]) -> Keeper | None:
    """Return what leaves of a table's row (by its line) what may be kept; None: all of it may."""
    if not mapping:
        return None
    spec = spec_of(mapping)
    if not spec.persons:
        return None
    heads = names_of(headed(file, spec)[0])
    hidden, width = persons_at(spec, heads), len(heads)
    line = next(at for at, _row in table_rows(file, spec.sheet) if at >= spec.header_row)

    def keep(at: int, row: Sequence[Any]) -> list[Any]:
        return list(row) if at == line else shown(row, hidden, width, is_above=at < line)

    return keep


def shown(
    cells: Sequence[Any], hidden: Collection[int], width: int, *, is_above: bool
) -> list[Any]:
    """Return the cells of a row that may be kept; the others are blank.

    In a row that does not fit its header nobody knows which cell is which: everything from the
    first withheld column on is covered, and the row stays one that does not fit.
    """
    if is_above:
        return [None] * len(cells)
    rest = cells[width:]
    if not hidden:
        return list(cells)
    if len(cells) < width or any(str(one or "").strip() for one in rest):
        first = min(hidden)
        return [*cells[:first], *[NOT_KEPT] * (len(cells) - first)]
    return [None if at in hidden else one for at, one in enumerate(cells)]


def of_values(file: BinaryIO, _mapping: Mapping[str, Any]) -> Writer | None:
    """Return what writes DHIS2 data values without accounts; None where the file names none."""
    file.seek(0)
    start = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    file.seek(0)
    if start.startswith((b"{", b"[")):
        return lambda out: _json_copy(file, out)
    if start.startswith(b"<"):
        return lambda out: _xml_copy(file, out)
    _line, first = next(csv_rows(file), (1, []))
    names = [one.strip().casefold().replace("_", "") for one in first]
    if "dataelement" not in names:
        names = list(ORDER)
    hidden = {at for at, name in enumerate(names) if COLUMNS.get(name) in ACCOUNTS}
    if not hidden:
        return None
    heads = "dataelement" in [one.strip().casefold().replace("_", "") for one in first]
    return lambda out: _csv_copy(
        file, out, lambda at, row: list(row) if heads and at == 1 else _blank(row, hidden)
    )


def _blank(cells: Sequence[Any], hidden: Collection[int]) -> list[Any]:
    return [None if at in hidden else one for at, one in enumerate(cells)]


def _json_copy(file: BinaryIO, out: BinaryIO) -> None:
    text = json.dumps(of_tracker(load_json(file)), ensure_ascii=False, separators=(",", ":"))
    out.write(text.encode("utf-8", "surrogatepass"))


def _xml_copy(file: BinaryIO, out: BinaryIO) -> None:
    """Write elements and attributes: a data value set has no text."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    file.seek(0)
    root: Any = None
    try:
        for moment, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
            tag = str(element.tag).rpartition("}")[2]
            if moment == "end":
                out.write(f"</{tag}>".encode())
                if element is not root:
                    root.clear()
                continue
            root = element if root is None else root
            kept = [(name, text) for name, text in element.attrib.items() if name not in ACCOUNTS]
            said = "".join(f" {_local(name)}={quoteattr(text)}" for name, text in kept)
            out.write(f"<{tag}{said}>\n".encode())
    except DefusedXmlException:
        raise refused("文件里有 XML 实体或文档类型声明，可能是攻击，没有导入。") from None
    except (ParseError, ValueError, LookupError):
        raise refused(NO_XML) from None


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _csv_copy(
    file: BinaryIO, out: BinaryIO, keep: Callable[[int, Sequence[Any]], Sequence[Any]]
) -> None:
    """Write a table anew; every row begins on the line it began on, where no cell left it shorter."""
    text = open_text(file)
    written = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    line = 1
    try:
        first = ""
        while not first.strip():
            first = text.readline() or "\n;"
        delimiter = max(DELIMITERS, key=first.count)
        text.seek(0)
        writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
        reader = csv.reader(text, delimiter=delimiter)
        for row in reader:
            kept = keep(line, row)
            if any(one is not None and one != "" for one in kept):
                writer.writerow(kept)
            else:
                written.write("\n" * (reader.line_num + 1 - line))
            line = reader.line_num + 1
    except csv.Error:
        raise refused(f"第 {line} 行读不下去，请检查引号是否成对。") from None
    except UnicodeError:
        raise refused("文件不完整，或者编码不对。请重新导出后再传。") from None
    finally:
        written.flush()
        written.detach()
        with suppress(ValueError):
            text.detach()
