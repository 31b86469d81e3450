"""The crosswalk as CSV and .xlsx: base and later rows, every version, with its sureness."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from aquacert.reference.documents import Table, workbook
from aquacert.reference.rules.text import plain_cell
from aquacert.surveillance.rules.crosswalk import (
    STATE_WORDS,
    SUBJECT_WORDS,
    SYSTEM_WORDS,
    State,
    Subject,
    System,
)
from aquacert.surveillance.rules.events import REALM_WORDS, Realm

SHEET = "名称对照表"
HEADS = (
    *("类别", "来源", "来源里的名称", "水生陆生", "本系统代码"),
    *("把握", "版本", "状态", "起用日", "依据"),
)
SURENESS = {
    "verified": "已核实",
    "recalled": "凭记忆",
    "unverified": "未核实",
    "decided": "两人核准",
}


class CrosswalkLine(Protocol):
    """One row as a file shows it."""

    @property
    def subject(self) -> Subject: ...  # noqa: D102
    @property
    def system(self) -> System: ...  # noqa: D102
    @property
    def written(self) -> str: ...  # noqa: D102
    @property
    def realm(self) -> Realm: ...  # noqa: D102
    @property
    def code(self) -> str | None: ...  # noqa: D102
    @property
    def sureness(self) -> str: ...  # noqa: D102
    @property
    def note(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> int: ...  # noqa: D102
    @property
    def state(self) -> State: ...  # noqa: D102
    @property
    def since(self) -> date | None: ...  # noqa: D102


def crosswalk_csv(rows: Iterable[CrosswalkLine]) -> bytes:
    """Return the rows as CSV (UTF-8 with its mark); cells that look like formulas are quoted."""
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    writer.writerow(HEADS)
    writer.writerows(_cells(rows))
    return kept.getvalue().encode("utf-8-sig")


def crosswalk_workbook(rows: Iterable[CrosswalkLine]) -> bytes:
    """Return the rows as .xlsx with a frozen head row."""
    return workbook(Table(SHEET, HEADS, _cells(rows)))


def _cells(rows: Iterable[CrosswalkLine]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            SUBJECT_WORDS[row.subject],
            SYSTEM_WORDS[row.system],
            plain_cell(row.written),
            REALM_WORDS[row.realm],
            row.code or "",
            SURENESS.get(row.sureness, row.sureness),
            row.version,
            STATE_WORDS[row.state],
            row.since.isoformat() if row.since else "",
            plain_cell(row.note),
        )
