"""JSON files of feeds: read whole under a cap, then said record by record.

One JSON document cannot be streamed by the standard library, so its size is bounded instead. What
JSON itself forbids but parsers let through (NaN, Infinity, 1e999) refuses the file; a record that
holds text no database can keep (a lone surrogate) is set aside alone.
"""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, ParamSpec, TypeVar

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers.cells import ENCODINGS, UTF16, refused
from aquacert.surveillance.parsers.shape import (
    CELL_SHOWN,
    Bad,
    BadRow,
    Code,
    Report,
    Row,
    raw_record,
)

MOST_BYTES = 40 << 20
"""A document takes seven times its size in memory; an import must do with 300 MB."""
MOST_DEPTH = 40
NO_JSON = "这不是完整的 JSON 文件：可能传了一半，或者另存成了别的格式。"
P = ParamSpec("P")
T = TypeVar("T")


def load_json(file: BinaryIO) -> Any:  # noqa: ANN401 (whatever the file holds)
    """Return the document; raise `Invalid` when it is none, too large, too deep, or not finite."""
    file.seek(0)
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise refused(f"文件超过 {MOST_BYTES >> 20} MB。请按时间或地区分几份再传。")
    text = _text(data)
    del data
    try:
        found = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise refused(NO_JSON) from None
    if _deeper(found, MOST_DEPTH):
        raise _too_deep()
    return found


def record_row(line: int, record: object, say: Callable[[Any], Sequence[Report]]) -> Row:
    """Return what one record says, or why it is set aside; nothing in it stops the file."""
    raw = raw_record(record)
    said: tuple[Report, ...] | BadRow
    try:
        raw.encode()
        said = tuple(say(as_map(record)))
    except Bad as bad:
        said = bad.row
    except UnicodeEncodeError:
        raw = json.dumps(record, ensure_ascii=True, separators=(",", ":"))
        said = BadRow(Code.TEXT, "", "")
    return Row(line, raw, said)


def at(column: str, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `read` gives; a `Bad` that it raises learns in which column."""
    try:
        return read(*args, **kwargs)
    except Bad as bad:
        bad.row = replace(bad.row, column=bad.row.column or column)
        if bad.row.code is Code.FUTURE and args:
            bad.row = replace(bad.row, value=str(args[0]).strip()[:CELL_SHOWN])  # as written
        raise


def as_map(found: object, column: str = "") -> dict[str, Any]:
    """Return an object; raise `Bad` STRUCTURE for anything else."""
    if isinstance(found, dict):
        return found
    raise Bad(Code.STRUCTURE, column, type(found).__name__)


def part(record: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object inside a record; an absent one is empty."""
    return as_map(record.get(name) or {}, name)


def listed(record: dict[str, Any], name: str) -> list[Any]:
    """Return a list inside a record; an absent one is empty."""
    found = record.get(name) or []
    if isinstance(found, list):
        return found
    raise Bad(Code.STRUCTURE, name, type(found).__name__)


def words(found: object, column: str = "") -> str | None:
    """Return a text that stands bare or inside `{name|translation|keyValue}` (WAHIS writes both)."""
    for _ in range(3):
        if not isinstance(found, dict):
            break
        found = next(
            (found[key] for key in ("translation", "name", "keyValue") if found.get(key)),
            None,
        )
    if found is None or isinstance(found, bool | dict | list):
        return None
    text = str(found).strip()
    if len(text) > LONGEST or any(ord(one) < 32 and one not in "\r\n\t" for one in text):
        raise Bad(Code.TEXT, column, text)
    return text or None


LONGEST = 20_000


def _text(data: bytes) -> str:
    if data.startswith(UTF16):
        return codecs.decode(data, "utf-16")
    if not data.strip():
        raise refused("文件是空的。")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused("文件的编码认不出来。JSON 应该是 UTF-8。")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise refused("文件里有不是数的数（NaN 或无穷大），没有导入。")
    return number


def _no_number(_text: str) -> float:
    raise refused("文件里有不是数的数（NaN 或无穷大），没有导入。")


def _too_deep() -> Invalid:
    return refused(f"文件的层次超过 {MOST_DEPTH} 层，没有导入。")


def _deeper(found: object, left: int) -> bool:
    if isinstance(found, dict):
        return left == 0 or any(_deeper(one, left - 1) for one in found.values())
    if isinstance(found, list):
        return left == 0 or any(
            _deeper(one, left - 1) for one in found if isinstance(one, dict | list)
        )
    return False
