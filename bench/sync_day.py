"""Measure `sync_day`: a day of visits made offline comes in, one process (goal ratio ≥ 0.15).

Ours is the command: twelve visits (a third of them in the short form), two batches each, with
arrival, start, findings, two photographs and a verdict a batch; every record in a transaction of
its own through the commands of the pages, with trail, news and receipt. The floor is the bare
sqlite3 driver on a copy of the same database: the statements that ours was seen to run, in the same
transactions (a row set that is read again is read once), and the photographs' files written and
synced. Both begin each round from the same copy, so that nothing needs fresh keys.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.issue import _house, watching

NAME = "sync_day"
GOAL = 0.15
BETTER = "higher"
PAIRS = 7
SIZES = {"visits": 4}
BATCHES = 2
SPENT: dict[str, list[float]] = {"ours": [], "floor": []}


class Prepared:
    """A vet's day as assigned, the records of all of it, and what sending them runs."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="aquacert-bench-"))
        self.house = _house(self.folder)
        self.database = self.house.database
        self.file = Path(self.house.settings.db_url.removeprefix("sqlite:///"))
        self.start, self.copy = self.folder / "start.db", self.folder / "floor.db"
        self.device, self.records = self._day()
        self._keep()
        with watching(self.database) as seen:
            self.send()
        self.transactions = [one for one in seen.transactions if one]
        self.pictures = [
            path.read_bytes() for path in (self.folder / "files").rglob("*") if path.is_file()
        ]

    def _day(self) -> tuple[Any, list[Mapping[str, Any]]]:
        """Assign the visits and make their records, as the device does."""
        from dataclasses import replace

        from aquacert.hatcheries.commands import open_lot
        from tests.make.accounts import make_person
        from tests.make.declarations import answers, make_declaration
        from tests.make.hatcheries import make_hatchery
        from tests.make.sync import Device

        farm = make_hatchery(self.database, stock=1_000_000_000)
        vet = make_person(self.database, "official_vet", organisation_id=farm.office_id)
        with self.database.work(farm.owner) as w:
            second = open_lot(
                w,
                farm.pond_id,
                species_code=farm.species_code,
                life_stage="P5",
                quantity=1_000_000_000,
            )
        device, records = Device(self.database, vet.actor), []
        for _visit in range(SIZES["visits"]):
            filled = answers(self.database, farm, "1000")
            [batch] = filled.batches
            filled = replace(filled, batches=(batch, replace(batch, lot=str(second))))
            paper = make_declaration(self.database, farm, filled=filled, state="assigned", vet=vet)
            records += device.visit(paper, quantity=1000)
        return device, records

    def _keep(self) -> None:
        """Put the database as it is now aside: every round begins from it."""
        live, other = sqlite3.connect(self.file), sqlite3.connect(self.start)
        live.backup(other)
        live.close()
        other.close()

    def again(self) -> None:
        """Put everything back to the morning, not timed."""
        for engine in (self.database.engine, self.database.reader):
            engine.dispose()
        for name in ("", "-wal", "-shm"):
            Path(f"{self.file}{name}").unlink(missing_ok=True)
            Path(f"{self.copy}{name}").unlink(missing_ok=True)
        shutil.copyfile(self.start, self.file)
        shutil.copyfile(self.start, self.copy)
        for folder in ("files", "floor"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)
        (self.folder / "floor").mkdir()
        with self.database.look(self.device.actor), self.database.work(self.device.actor):
            pass

    def send(self) -> float:
        """Send the day in one request; return the seconds."""
        from aquacert.inspections.commands.sync import take_records
        from aquacert.inspections.rules.sync import read_batch

        request = self.device.request(*self.records)
        begins = perf_counter()
        reply = take_records(self.database, self.device.actor, read_batch(request))
        seconds = perf_counter() - begins
        wrong = [one for one in reply["results"] if one["outcome"] != "accepted"]
        if wrong or len(reply["results"]) != len(self.records):
            raise RuntimeError(f"not the whole day was taken: {wrong[:2]}")
        return seconds

    def replay(self) -> float:
        """Do the same rows and files by the bare driver; return the seconds."""
        line = sqlite3.connect(self.copy, isolation_level=None, timeout=10)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            line.execute(f"PRAGMA {pragma}")
        begins = perf_counter()
        for number, data in enumerate(self.pictures):
            _store(self.folder / "floor" / str(number), data)
        for transaction in self.transactions:
            line.execute("BEGIN IMMEDIATE")
            for statement, row in transaction:
                cursor = line.execute(statement, row)
                if cursor.description is not None:
                    cursor.fetchall()
            line.execute("COMMIT")
        seconds = perf_counter() - begins
        line.close()
        return seconds


def _store(path: Path, data: bytes) -> None:
    """Write a file so that it stays: bytes, sync, name, sync of the folder."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def prepare(full: bool = False) -> None:
    """Make everything ready; with `full` the day has twelve visits instead of four."""
    SIZES["visits"] = 12 if full else 4
    prepared()


def ours() -> float:
    """Return records per second through the command."""
    prepared().again()
    SPENT["ours"].append(prepared().send())
    return len(prepared().records) / SPENT["ours"][-1]


def floor() -> float:
    """Return records per second of the bare driver."""
    prepared().again()
    SPENT["floor"].append(prepared().replay())
    return len(prepared().records) / SPENT["floor"][-1]


def notes() -> list[str]:
    """Say how long a day takes on each side."""
    made = prepared()
    lines = [f"{SIZES['visits']} visits, {len(made.records)} records, {len(made.pictures)} files"]
    for side, seconds in SPENT.items():
        middle = sorted(seconds)[len(seconds) // 2]
        each = middle / len(made.records) * 1000
        lines.append(f"{side} median {middle:.2f} s a day, {each:.1f} ms a record")
    statements = sum(len(one) for one in made.transactions)
    return [*lines, f"the floor runs {statements} statements in {len(made.transactions)} commits"]


def close() -> None:
    """Remove what was prepared."""
    prepared().house.database.close()
    shutil.rmtree(prepared().folder, ignore_errors=True)
