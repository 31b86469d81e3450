"""Measure `ledger`: posting entries through the command, one transaction each (goal ratio ≥ 0.15).

Ours is `book_stock` as a page calls it: the unit of work opens, the lot is locked, the entry and the
balance are written, the fact goes into the county's hash chain, commit. The floor is the bare sqlite3
driver on a copy of the database doing the same statements with fresh keys in them, one transaction
each: what ours was seen to read and write. Nothing of aquacert runs in it.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import uuid
from functools import lru_cache
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

NAME = "ledger"
GOAL = 0.15
BETTER = "higher"
PAIRS = 9
EACH = {False: 60, True: 400}
SERIALS = {"stock_movements": "position", "audit_entries": "position"}
"""Columns that count up; the watched values would collide."""
state: dict[str, bool] = {"full": False}
seen: dict[str, list[float]] = {"ours": [], "floor": []}


class Prepared:
    """A farm with one lot, its ledger, and a copy of the database for the floor."""

    def __init__(self) -> None:
        from bench.issue import watching
        from bench.register import _house
        from tests.make.hatcheries import make_hatchery

        self.folder = Path(tempfile.mkdtemp(prefix="aquacert-bench-"))
        self.house = _house(self.folder, "")
        self.farm = make_hatchery(self.house.database, stock=10**15)
        self.book()
        with watching(self.house.database) as watched:
            self.book()
        [self.statements] = watched.transactions
        self.made = {row[0] for one, row in self.statements if "INTO stock_movements" in one}
        self.line = self._copy()
        self.count = 1_000_000

    def _copy(self) -> sqlite3.Connection:
        source = self.house.settings.db_url.removeprefix("sqlite:///")
        live, other = sqlite3.connect(source), sqlite3.connect(self.folder / "floor.db")
        live.backup(other)
        live.close()
        other.close()
        line = sqlite3.connect(self.folder / "floor.db", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            line.execute(f"PRAGMA {pragma}")
        return line

    def book(self) -> None:
        """Book one death through the command."""
        from aquacert.hatcheries.commands import book_stock

        with self.house.database.work(self.farm.owner) as w:
            book_stock(w, self.farm.lot_id, "death", 1)

    def bare(self) -> None:
        """Do the same rows by the bare driver."""
        fresh = {old: uuid.uuid4().hex for old in self.made}
        self.count += 1
        self.line.execute("BEGIN IMMEDIATE")
        for statement, row in self.statements:
            cursor = self.line.execute(statement, self._values(statement, row, fresh))
            if cursor.description is not None:
                cursor.fetchall()
        self.line.execute("COMMIT")

    def _values(self, statement: str, row: tuple[Any, ...], fresh: dict[Any, Any]) -> list[Any]:
        values = [fresh.get(value, value) if isinstance(value, str) else value for value in row]
        place = _serial(statement)
        if place is not None:
            values[place] = self.count
        return values


@lru_cache(maxsize=64)
def _serial(statement: str) -> int | None:
    """Return the place of the column that counts in an INSERT; None when there is none."""
    if not statement.startswith("INSERT INTO"):
        return None
    head, rest = statement.removeprefix("INSERT INTO ").split("(", 1)
    column = SERIALS.get(head.strip())
    names = [name.strip() for name in rest.split(")", 1)[0].split(",")]
    return names.index(column) if column else None


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def prepare(full: bool = False) -> None:
    """Make the farm; with `full` each round posts 400 entries instead of 60."""
    state["full"] = full
    prepared()


def _rate(post: Any, side: str) -> float:
    count = EACH[state["full"]]
    begins = perf_counter()
    for _ in range(count):
        post()
    seconds = perf_counter() - begins
    seen[side].append(seconds / count)
    return count / seconds


def ours() -> float:
    """Return entries per second through the command."""
    return _rate(prepared().book, "ours")


def floor() -> float:
    """Return entries per second of the bare driver."""
    return _rate(prepared().bare, "floor")


def notes() -> list[str]:
    """Say how long one takes on either side."""
    times = {side: median(found) * 1000 for side, found in seen.items()}
    shown = ", ".join(f"{side} {took:.2f} ms" for side, took in times.items())
    return [f"one entry: {shown}; {len(prepared().statements)} statements"]


def close() -> None:
    """Remove what was prepared."""
    prepared().line.close()
    prepared().house.database.close()
    shutil.rmtree(prepared().folder, ignore_errors=True)
