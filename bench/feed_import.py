"""Measure `feed_import`: rows per second of a feed file's import against the bare driver (goal ≥ 0.2).

Ours is the command of `aquacert feeds import` on a file database: the EMPRES-i file is hashed, its
7,294 rows read, judged, folded by event, looked up, and written with their raw rows, reports, the
file's row, its bytes and the trail. The floor writes exactly the rows that ours kept (raw rows,
events, reports) into the same schema with the same indexes by `executemany` on sqlite3, in one
transaction. Where the shared file is absent, one of the same shape and size is made here.

FULL=1 besides imports a file of 10^6 rows in a process of its own: its counts and its peak memory
(at most 300 MB) are said in the notes, and more memory fails the measure.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

NAME = "feed_import"
GOAL = 0.2
BETTER = "higher"
PAIRS = 7
ROWS = 7_294
MANY = 1_000_000
MOST_MB = 300.0
SEED = 20260509
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "empresi_avian_2017_2021.csv"
HEAD = (
    *("Event ID", "Disease", "Serotype", "lat", "lon", "Locality", "Country", "Region"),
    *("Location", "observation_date", "report_date", "Date", "Species", "Diagnosis Source"),
    *("Humans Affected", "Human Deaths"),
)
TABLES = ("feed_raw_rows", "events", "event_reports")
state: dict[str, bool] = {"full": False}
seen: dict[str, list[float]] = {"ours": [], "floor": []}
said: list[str] = []


def made_rows(count: int) -> Iterator[list[str]]:
    """Yield rows of the shape of EMPRES-i, the same for the same count."""
    chance = Random(SEED)
    for number in range(count):
        year, month, day = 2017 + number % 4, 1 + number % 12, 1 + number % 28
        seen_on, told_on = f"{year}-{month:02d}-{day:02d}", f"{year + 1}-{month:02d}-{day:02d}"
        town = f"Town {chance.randrange(9_000)}"
        country = f"Country {chance.randrange(90)}"
        yield [
            str(300_000 + number),
            *("Influenza - Avian", "H5N8 HPAI"),
            *(f"{chance.uniform(-60, 70):.4f}", f"{chance.uniform(-170, 170):.4f}"),
            *(town, country, "Europe", f"{town}, {country}, Europe"),
            *(seen_on, told_on, seen_on),
            *("Wild,Mute Swan:Cygnus olor(Anatidae)", "OIE", "0", "0"),
        ]


def write_file(path: Path, count: int) -> Path:
    """Write a file of so many made rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(made_rows(count))
    return path


class Prepared:
    """An empty installation to be copied for each round, the file, and the rows ours keeps of it."""

    def __init__(self) -> None:
        from bench.register import _house

        self.folder = tempfile.TemporaryDirectory()
        self.home = Path(self.folder.name)
        self.empty = self.home / "empty"
        self.empty.mkdir()
        house = _house(self.empty, "")
        house.database.close()
        name = house.settings.db_url.rsplit("/", 1)[-1]
        with sqlite3.connect(self.empty / name) as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.name = name
        self.file = SHARED if SHARED.is_file() else write_file(self.home / "empres.csv", ROWS)
        self.rows, self.kept = 0, dict[str, list[tuple[Any, ...]]]()
        self.files: list[tuple[Any, ...]] = []

    @contextmanager
    def copy(self) -> Iterator[Path]:
        """Give a copy of the empty installation for one round."""
        home = Path(tempfile.mkdtemp(dir=self.home))
        shutil.copytree(self.empty, home, dirs_exist_ok=True)
        try:
            yield home
        finally:
            shutil.rmtree(home)

    def keep(self, base: Path) -> None:
        """Read what ours kept, as the driver holds it."""
        with sqlite3.connect(base) as read:
            for table in TABLES:
                self.kept[table] = read.execute(f"SELECT * FROM {table}").fetchall()
            self.files = read.execute("SELECT * FROM feed_files").fetchall()


@contextmanager
def opened(home: Path) -> Iterator[Any]:
    """Open a copied installation."""
    from aquacert.app import open_house
    from aquacert.kernel.clock import FixedClock
    from aquacert.kernel.settings import Settings
    from bench.register import START

    settings = Settings(data_dir=home, database_url="", password_cost=1, is_demo=False)
    house = open_house(settings, FixedClock(START))
    try:
        yield house.database
    finally:
        house.database.close()


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return what the rounds share, made once; one import is walked to know what is kept."""
    here = Prepared()
    with here.copy() as home:
        here.rows = imported(home, here.file)[1]
        here.keep(home / here.name)
    return here


def imported(home: Path, file: Path) -> tuple[float, int]:
    """Import a file into an installation; return (seconds, rows)."""
    from aquacert.kernel.scope import SYSTEM
    from aquacert.surveillance.commands.feeds import ImportAsked, import_feed

    with opened(home) as db:
        with db.look(SYSTEM):
            pass
        begins = perf_counter()
        counts = import_feed(db, SYSTEM, file, ImportAsked("", "empresi", file.name))
        seconds = perf_counter() - begins
        assert counts.quarantined == counts.updated == 0, counts
        return seconds, counts.created


def prepare(full: bool) -> None:
    """Make the installation; with `full`, run the large file in a process of its own."""
    state["full"] = full
    prepared()
    if full:
        said.append(large())


def floor() -> float:
    """Return the rows per second of the bare driver."""
    here = prepared()
    with here.copy() as home:
        base = sqlite3.connect(home / here.name, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            base.execute(f"PRAGMA {pragma}")
        begins = perf_counter()
        base.execute("BEGIN IMMEDIATE")
        for table, rows in (("feed_files", here.files), *here.kept.items()):
            marks = ", ".join("?" * len(rows[0]))
            base.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        base.execute("COMMIT")
        seconds = perf_counter() - begins
        base.close()
    seen["floor"].append(seconds)
    return here.rows / seconds


def ours() -> float:
    """Return the rows per second of the import."""
    here = prepared()
    with here.copy() as home:
        seconds, rows = imported(home, here.file)
    assert rows == here.rows
    seen["ours"].append(seconds)
    return rows / seconds


def notes() -> list[str]:
    """Say the seconds."""
    middle = {name: sorted(found)[len(found) // 2] for name, found in seen.items()}
    took = f"import {middle['ours']:.2f} s, bare driver {middle['floor']:.2f} s"
    return [f"{prepared().rows:,} rows: {took}", *said]


def close() -> None:
    """Take the files away."""
    prepared().folder.cleanup()
    prepared.cache_clear()


def large(count: int = MANY) -> str:
    """Import a file of so many rows in a process of its own; return what came of it."""
    here = prepared()
    with here.copy() as home:
        file = write_file(here.home / "many.csv", count)
        env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
        done = subprocess.run(
            [sys.executable, "-m", "bench.feed_import", str(home), str(file)],
            check=True,
            capture_output=True,
            text=True,
            env=env,
        )
        file.unlink()
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["created"] == count, found
    assert found["peak_mb"] <= MOST_MB, found
    return f"{count:,} rows: {found['seconds']:.0f} s, peak {found['peak_mb']:.0f} MB"


def _child(home: str, file: str) -> None:
    """Import with a progress bar, as the console does; print seconds, counts and peak memory."""
    import resource

    import click

    from aquacert.kernel.scope import SYSTEM
    from aquacert.surveillance.commands.feeds import ImportAsked, import_feed

    with opened(Path(home)) as db:
        begins = perf_counter()
        with click.progressbar(length=MANY, file=sys.stderr) as bar:
            ask = ImportAsked("", "empresi", "many.csv")
            counts = import_feed(db, SYSTEM, Path(file), ask, bar.update)
        seconds = perf_counter() - begins
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(counts.as_dict() | {"seconds": seconds, "peak_mb": peak}))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2])
