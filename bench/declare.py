"""Measure `declare`: sending a filled-in declaration, one process (goal ratio ≥ 0.15).

Ours is the command: the draft read and judged, lots locked, every machine check, number, batches,
loads, trail, news and the office's message, in one transaction. The floor is the bare sqlite3
driver on a copy of the database: every row set that one sending was seen to read is read once,
every row that it was seen to write is written, with fresh keys; nothing of aquacert runs in it.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import uuid
from functools import lru_cache
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from bench.issue import _house, _writes, watching

NAME = "declare"
GOAL = 0.15
BETTER = "higher"
PAIRS = 9
SIZES = {"each": 10}
LATENCIES: dict[str, list[float]] = {"ours": [], "floor": []}
SERIAL = {("audit_entries", "position"), ("filed_forms", "serial")}
"""Columns that are unique and count; the watched values would collide."""
FRESH = {("filed_forms", "subject_id"), ("filed_forms", "number")}
"""Columns that are unique texts without being this transaction's own keys."""

REPEATED = ("batches", "loads", "load_lines")
"""What one declaration has only once."""


class Prepared:
    """A farm, drafts to be sent, and the statements that one sending runs."""

    def __init__(self) -> None:
        from tests.make.hatcheries import make_hatchery

        self.folder = Path(tempfile.mkdtemp(prefix="aquacert-bench-"))
        self.house = _house(self.folder)
        self.database = self.house.database
        self.farm = make_hatchery(self.database, stock=1_000_000_000)
        for _ in range(3):
            self.send_once()
        draft = self.draft()
        with watching(self.database) as seen:
            self.send(draft)
        self.transaction = next(one for one in seen.transactions if _writes(one))
        self.floor = Floor(self)

    def draft(self) -> Any:
        """Save one more draft, not timed; return its id."""
        from tests.make.declarations import answers, draft

        return draft(self.database, self.farm, answers(self.database, self.farm, "1000"))

    def send(self, draft: Any) -> float:
        """Send a draft and return the seconds."""
        from aquacert.declarations.commands import submit_declaration

        begins = perf_counter()
        with self.database.work(self.farm.owner) as w:
            submit_declaration(w, draft, statement=True)
        return perf_counter() - begins

    def send_once(self) -> float:
        """Save a draft, send it, and withdraw it, so that what is held stays small."""
        from aquacert.declarations.commands import withdraw_declaration

        draft = self.draft()
        seconds = self.send(draft)
        with self.database.work(self.farm.owner) as w:
            withdraw_declaration(w, draft)
        return seconds


class Floor:
    """The bare driver replaying one sending with fresh keys."""

    def __init__(self, prepared: Prepared) -> None:
        source = Path(prepared.house.settings.db_url.removeprefix("sqlite:///"))
        copy = prepared.folder / "floor.db"
        live, other = sqlite3.connect(source), sqlite3.connect(copy)
        live.backup(other)
        live.close()
        other.close()
        self.db = sqlite3.connect(copy, isolation_level=None, timeout=10)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.db.execute(f"PRAGMA {pragma}")
        self.transaction = prepared.transaction
        self.made = _made(self.transaction)
        self.turn = self.serial = 0
        self._make_room(self.transaction)

    def send_once(self) -> float:
        """Do the rows of one sending; return the seconds."""
        self.turn += 1
        fresh: dict[Any, Any] = {old: uuid.uuid4().hex for old in self.made["ids"]}
        fresh[self.made["number"]] = f"320114-20990101-{self.turn:06d}"
        plan = [
            (statement, self._values(statement, row, fresh)) for statement, row in self.transaction
        ]
        begins = perf_counter()
        self.db.execute("BEGIN IMMEDIATE")
        for statement, row in plan:
            cursor = self.db.execute(statement, row)
            if cursor.description is not None:
                cursor.fetchall()
        self.db.execute("COMMIT")
        seconds = perf_counter() - begins
        self._make_room(plan)
        return seconds

    def _make_room(self, plan: list[tuple[str, Any]]) -> None:
        """Take the batches and loads away again, not timed: the next round sends the same paper."""
        for statement, row in reversed(plan):
            named = _columns(statement)
            if named and named[0] in REPEATED:
                key = row[named[1].index("id")]
                self.db.execute(f"DELETE FROM {named[0]} WHERE id = ?", (key,))

    def _values(
        self, statement: str, row: tuple[Any, ...], fresh: dict[Any, Any]
    ) -> tuple[Any, ...]:
        values = [fresh.get(value, value) if isinstance(value, str) else value for value in row]
        named = _columns(statement)
        for place, column in enumerate(named[1] if named else ()):
            if named and (named[0], column) in SERIAL:
                self.serial += 1
                values[place] = 1_000_000 + self.serial
            elif named and (named[0], column) in FRESH:
                values[place] = uuid.uuid4().hex
        return tuple(values)


@lru_cache(maxsize=256)
def _columns(statement: str) -> tuple[str, list[str]] | None:
    """Return table and columns of an INSERT."""
    if not statement.startswith("INSERT INTO"):
        return None
    head, rest = statement.split("(", 1)
    names = [name.strip() for name in rest.split(")", 1)[0].split(",")]
    return head.removeprefix("INSERT INTO ").strip(), names


def _made(transaction: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the keys that the watched sending made: new ids and the number."""
    ids, number = set[str](), ""
    for statement, row in transaction:
        found = _columns(statement)
        if found is not None and "id" in found[1]:
            value = row[found[1].index("id")]
            if isinstance(value, str):
                ids.add(value)
        if statement.startswith("UPDATE declarations"):
            texts = [value for value in row if isinstance(value, str)]
            number = next((one for one in texts if one.startswith("320114-")), number)
    return {"ids": ids, "number": number}


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def prepare(full: bool = False) -> None:
    """Make everything ready; with `full` each round sends 50 instead of 10."""
    SIZES["each"] = 50 if full else 10
    prepared()


def ours() -> float:
    """Return declarations per second through the command."""
    spent = 0.0
    for _ in range(SIZES["each"]):
        seconds = prepared().send_once()
        LATENCIES["ours"].append(seconds)
        spent += seconds
    return SIZES["each"] / spent


def floor() -> float:
    """Return declarations per second of the bare driver."""
    spent = 0.0
    for _ in range(SIZES["each"]):
        seconds = prepared().floor.send_once()
        LATENCIES["floor"].append(seconds)
        spent += seconds
    return SIZES["each"] / spent


def notes() -> list[str]:
    """Say how long one takes, and how many statements each side runs."""
    lines = []
    for side, seconds in LATENCIES.items():
        cuts = quantiles(seconds, n=100)
        lines.append(f"{side} median {cuts[49] * 1000:.2f} ms, p99 {cuts[98] * 1000:.2f} ms")
    rows = prepared().transaction
    writes = sum(1 for statement, _row in rows if not statement.lstrip().startswith("SELECT"))
    return [*lines, f"the floor runs {len(rows)} statements, {writes} of them write"]


def close() -> None:
    """Remove what was prepared."""
    prepared().house.database.close()
    shutil.rmtree(prepared().folder, ignore_errors=True)
