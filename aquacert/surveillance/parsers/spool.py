"""A file's rows laid aside while they are read, and handed back by subject.

Reports of one subject may stand anywhere in a file; they are judged together. So a file is read
once, row by row, into a spool. A small one lies in memory, a big one in a private SQLite file that
goes with the process: memory stays bounded, whatever the size.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Self, TypeVar

from aquacert.kernel.memory import without_pauses
from aquacert.surveillance.parsers.shape import BadRow, Code, Kind, Opened, Report, Row
from aquacert.surveillance.rules.events import Values, canonical

MOST_IN_MEMORY = 9_000
"""Rows; at about 4 kB each they stay below 50 MB."""
FLUSH = 2_000
HEAVY = 16 << 20
"""Characters of raw rows held in memory: a few rows may be as heavy as many."""
LEFT = 2 * 86_400
"""Seconds after which a spool belongs to a process that was killed."""
PREFIX = "feed-"
T = TypeVar("T")
SCHEMA = """
CREATE TABLE raws (line INTEGER, raw TEXT, code TEXT, named TEXT, value TEXT);
CREATE TABLE said (kind TEXT, key TEXT, line INTEGER, digest TEXT, rank TEXT, text TEXT);
"""
QUIET = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000", "temp_store=FILE")
KEPT_DAYS = ("reported_on", "sampled_on", "confirmed_on", "observed_on")


@dataclass(frozen=True, slots=True)
class Raw:
    """One row as received, and why it is set aside if it is."""

    line: int
    raw: str
    bad: BadRow | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One report with the line it stood on."""

    line: int
    report: Report


@dataclass(frozen=True, slots=True)
class Group:
    """Every report of one subject in the file, in the order of the file."""

    kind: Kind
    key: str
    entries: list[Entry]

    @property
    def place(self) -> tuple[str, str]:
        """Where the group stands in the order of the spool."""
        return self.kind.value, self.key


@dataclass
class Span:
    """What days, diseases and periods the reports of one kind cover: the reach of a snapshot."""

    first_day: str = ""
    last_day: str = ""
    diseases: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)

    def take(self, values: Values) -> None:
        """Count one report in."""
        day = values.get("reported_on")
        if isinstance(day, str) and day:
            self.first_day = min(self.first_day or day, day)
            self.last_day = max(self.last_day, day)
        self.diseases.add(str(values.get("disease") or ""))
        if values.get("period"):
            self.periods.add(str(values["period"]))


class Spool:
    """Rows of one file. `rows`, `said`, `bad` count rows, reports and rows set aside."""

    def __init__(self, opened: Opened, folder: Path | None = None) -> None:
        """Read every row; raise `Invalid` when the file cannot be read to its end."""
        self.header_set, self.is_whole = opened.header_set, opened.is_whole
        self.rows = self.said = self.bad = 0
        self.newest = ""
        self._weight = 0
        self.spans: dict[Kind, Span] = {}
        self._folder = folder
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._base: sqlite3.Connection | None = None
        self._raws: list[Raw] = []
        self._said: list[tuple[Kind, str, Entry]] = []
        try:
            with without_pauses():
                for row in opened.rows:
                    self._take(row)
                self._end()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Throw the spool away."""
        if self._base is not None:
            self._base.close()
        if self._home is not None:
            self._home.cleanup()
        self._base = self._home = None

    def raws(self, after: int = 0) -> Iterator[Raw]:
        """Yield the rows as received that stand behind a line, in the order of the file."""
        if self._base is None:
            yield from (one for one in self._raws if one.line > after)
            return
        found = self._base.execute("SELECT * FROM raws WHERE line > ? ORDER BY rowid", (after,))
        for line, raw, code, named, value in found:
            yield Raw(line, raw, BadRow(Code(code), named, value) if code else None)

    def groups(self, after: tuple[str, str] | None = None) -> Iterator[Group]:
        """Yield subjects behind `after` in the order of (kind, key), each with its reports."""
        start = after or ("", "")
        for (kind, key), found in groupby(self._sorted(start), key=lambda one: one[:2]):
            yield Group(kind, key, [entry for _kind, _key, entry in found])

    def holds(self, kind: Kind, key: str) -> bool:
        """Say whether the file says anything of a subject."""
        if self._base is None:
            return key in self._keys(kind)
        asked = "SELECT 1 FROM said WHERE kind = ? AND key = ? LIMIT 1"
        return self._base.execute(asked, (kind.value, key)).fetchone() is not None

    def ask_often(self) -> None:
        """Make `holds` quick; it is asked only where snapshots are compared."""
        if self._base is not None:
            self._base.execute("CREATE INDEX IF NOT EXISTS said_key ON said (kind, key)")

    def _keys(self, kind: Kind) -> frozenset[str]:
        if not hasattr(self, "_known"):
            self._known = {
                one: frozenset(key for its, key, _entry in self._said if its is one) for one in Kind
            }
        return self._known[kind]

    def _sorted(self, after: tuple[str, str]) -> Iterator[tuple[Kind, str, Entry]]:
        if self._base is None:
            found = [one for one in self._said if (one[0].value, one[1]) > after]
            yield from sorted(found, key=lambda one: (one[0].value, one[1]))
            return
        rows = self._base.execute(
            "SELECT * FROM said WHERE (kind, key) > (?, ?) ORDER BY kind, key, rowid", after
        )
        for kind, key, line, digest, rank, text in rows:
            report = Report(Kind(kind), key, json.loads(text), digest, rank, text)
            yield report.kind, key, Entry(line, report)

    def _take(self, row: Row) -> None:
        self.rows += 1
        is_bad = isinstance(row.said, BadRow)
        self._raws.append(Raw(row.line, row.raw, row.said if is_bad else None))  # type: ignore[arg-type]
        if isinstance(row.said, BadRow):
            self.bad += 1
        else:
            for report in row.said:
                self._hear(row.line, report)
        most = FLUSH if self._base is not None else MOST_IN_MEMORY
        self._weight += len(row.raw)
        if len(self._raws) >= most or len(self._said) >= most or self._weight >= HEAVY:
            self._spill()

    def _hear(self, line: int, report: Report) -> None:
        self.said += 1
        values = report.values
        span = self.spans.get(report.kind)
        if span is None:
            span = self.spans[report.kind] = Span()
        span.take(values)
        day = next((values[name] for name in KEPT_DAYS if values.get(name)), None)
        if isinstance(day, str) and day > self.newest:
            self.newest = day
        self._said.append((report.kind, report.key, Entry(line, report)))

    def _spill(self) -> None:
        if self._base is None:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._home = tempfile.TemporaryDirectory(prefix=PREFIX, dir=self._folder)
            sweep(Path(self._home.name))
            self._base = sqlite3.connect(Path(self._home.name) / "rows", isolation_level=None)
            for pragma in QUIET:
                self._base.execute(f"PRAGMA {pragma}")
            self._base.executescript(SCHEMA)
        base = self._base
        base.execute("BEGIN")
        base.executemany("INSERT INTO raws VALUES (?, ?, ?, ?, ?)", map(_raw_line, self._raws))
        base.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?)", map(_said_line, self._said))
        base.execute("COMMIT")
        self._raws, self._said, self._weight = [], [], 0

    def _end(self) -> None:
        if self._base is not None:
            self._spill()


def sweep(mine: Path) -> None:
    """Throw spools and copies away beside `mine` that a killed process left behind."""
    now = mine.stat().st_mtime
    for one in mine.parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if now - one.stat().st_mtime > LEFT:
                shutil.rmtree(one, ignore_errors=True)


def stretches(items: Iterable[T], size: int, weigh: int = 0) -> Iterator[list[T]]:
    """Yield lists of `size` items; with `weigh`, groups that hold that many reports together."""
    held: list[T] = []
    weight = 0
    for one in items:
        held.append(one)
        weight += len(one.entries) if weigh and isinstance(one, Group) else 1
        if weight >= size:
            yield held
            held, weight = [], 0
    if held:
        yield held


def _raw_line(one: Raw) -> tuple[object, ...]:
    bad = one.bad
    return (one.line, one.raw, *((bad.code.value, bad.column, bad.value) if bad else (None,) * 3))


def _said_line(one: tuple[Kind, str, Entry]) -> tuple[object, ...]:
    kind, key, entry = one
    said = entry.report
    text = said.text or canonical(said.values)
    return (kind.value, key, entry.line, said.digest, said.rank, text)
