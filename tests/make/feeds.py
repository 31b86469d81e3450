"""A format of the tests' own: each line of JSON is one report, of any kind, with or without version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from aquacert.surveillance.parsers.cells import iso_day_of, refused
from aquacert.surveillance.parsers.formats import Format
from aquacert.surveillance.parsers.shape import (
    Asked,
    Bad,
    BadRow,
    Code,
    Kind,
    Opened,
    Report,
    Row,
    report,
)


def said(key: str, kind: str = "event", version: int | None = None, **values: Any) -> dict:
    """Return one report of the tests' own format."""
    base = {"disease": "White spot disease", "country": "China"} if kind == "event" else {}
    return {"key": key, "kind": kind, "version": version, "values": base | values}


def lines(*reports: dict) -> bytes:
    """Return a file of the tests' own format."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in reports).encode()


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Read it."""
    file.seek(0)
    first = file.readline()
    if not first.strip():
        raise refused("文件是空的。")
    file.seek(0)
    return Opened("lines", _rows(file, asked), is_whole=b'"whole"' in first)


def _rows(file: BinaryIO, asked: Asked) -> Iterator[Row]:
    for line, text in enumerate(file, start=1):
        raw = text.decode().strip()
        try:
            yield Row(line, raw, (_report(json.loads(raw), asked),))
        except Bad as bad:
            yield Row(line, raw, bad.row)
        except ValueError:
            yield Row(line, raw, BadRow(Code.STRUCTURE, "", raw[:40]))


def _report(found: dict, asked: Asked) -> Report:
    values = dict(found["values"])
    for name in ("reported_on", "sampled_on"):
        if values.get(name):
            values[name] = iso_day_of(values[name], asked.today)
    if values.get("cases") == "many":
        raise Bad(Code.NUMBER, "cases", "many")
    return report(Kind(found["kind"]), found["key"], values, found.get("version"))


LINES = Format("lines", "测试用", read, (".jsonl",), frozenset(Kind))
