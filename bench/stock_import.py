"""Measure `stock_import`: 10,000 rows of a workbook read, judged and booked; seconds over 10 (goal ≤ 1).

Ours is what a clerk with a workbook does, on a file database: the file is read and every row judged
(its lot found, its balance counted on), looked at, confirmed, and booked by the background task, a few
hundred rows to a transaction. Meanwhile a second reader looks at the progress as the page does: it
must have moved at least ten times. Each round takes a farm of its own. The floor is the goal, ten
seconds. The short run takes 2,000 rows and counts them five times.
"""

from __future__ import annotations

import io
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from time import perf_counter, sleep

NAME = "stock_import"
GOAL = 1.0
BETTER = "lower"
PAIRS = 7
SECONDS = 10.0
ROWS = 10_000
SIZES = {False: 2_000, True: ROWS}
LEAST_STEPS = {False: 3, True: 10}
PONDS = 20
state: dict[str, bool] = {"full": False}
seen: dict[str, list[float]] = {"read": [], "book": [], "steps": []}


class Prepared:
    """An installation in a folder of its own, and workbooks for farms of it."""

    def __init__(self) -> None:
        from aquacert.app import runner_of
        from bench.register import _house

        self.folder = tempfile.TemporaryDirectory()
        self.house = _house(Path(self.folder.name), "")
        self.runner = runner_of(self.house)
        self.round = 0

    def workbook(self, count: int) -> bytes:
        """Return so many rows over twenty ponds: each pond begins with a hatch, then deaths."""
        from openpyxl import Workbook

        from aquacert.hatcheries.rules.stocksheet import HEADS

        book = Workbook(write_only=True)
        sheet = book.create_sheet("存塘变动")
        sheet.append(list(HEADS))
        self.round += 1
        for place in range(count):
            pond, is_first = f"{place % PONDS + 1} 号育苗池", place < PONDS
            kind, quantity = ("孵化", 9_000_000) if is_first else ("死亡", 1 + place % 97)
            why = f"第 {self.round} 轮 {place}"
            stage = "P5" if is_first else ""
            sheet.append(
                [pond, "", "凡纳滨对虾", stage, "2026-05-01", kind, quantity, "尾", "", why]
            )
        kept = io.BytesIO()
        book.save(kept)
        return kept.getvalue()

    def watch(self, import_id: object, stop: threading.Event, found: set[int]) -> None:
        """Look at the progress as the page does, until told to stop."""
        from aquacert.hatcheries.models import StockImport
        from aquacert.kernel.scope import SYSTEM

        is_over = False
        while not is_over:
            is_over = stop.is_set()  # asked before the look: the last one sees the end
            with self.house.database.look(SYSTEM) as look:
                found.add(look.get(StockImport, import_id).done)
            sleep(0.02)


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the installation, made once."""
    return Prepared()


def prepare(full: bool) -> None:
    """Make the installation."""
    state["full"] = full
    prepared()


def floor() -> float:
    """Return the goal."""
    return 1.0


def ours() -> float:
    """Return how often the goal is met: ten seconds / the seconds that 10,000 rows took."""
    from aquacert.hatcheries.commands.stock import read_sheet, start_import
    from aquacert.hatcheries.models import StockImport
    from aquacert.hatcheries.queries.stockcheck import unbalanced
    from tests.make.hatcheries import make_hatchery

    here, count = prepared(), SIZES[state["full"]]
    db = here.house.database
    farm = make_hatchery(db)
    here.runner.run_all()
    data = here.workbook(count)
    begins = perf_counter()
    with db.work(farm.owner) as w:
        import_id = read_sheet(w, farm.hatchery_id, data, "表.xlsx")
    read = perf_counter()
    stop, steps = threading.Event(), set[int]()
    watcher = threading.Thread(target=here.watch, args=(import_id, stop, steps))
    watcher.start()
    with db.work(farm.owner) as w:
        start_import(w, import_id)
    here.runner.run_all()
    ends = perf_counter()
    stop.set()
    watcher.join()
    with db.look(farm.owner) as look:
        row = look.get(StockImport, import_id)
        assert (row.state, row.done, row.total) == ("done", count, count)
        assert unbalanced(look) == []
    assert len(steps) >= LEAST_STEPS[state["full"]], steps
    seen["read"].append(read - begins)
    seen["book"].append(ends - read)
    seen["steps"].append(len(steps))
    return SECONDS / ((ends - begins) * ROWS / count)


def notes() -> list[str]:
    """Say the seconds of both halves, and how often the bar was seen to move."""
    middle = {name: sorted(found)[len(found) // 2] for name, found in seen.items()}
    took = f"read and judged {middle['read']:.2f} s, booked {middle['book']:.2f} s"
    return [f"{SIZES[state['full']]:,} rows: {took}, the bar stood at {middle['steps']:.0f} places"]


def close() -> None:
    """Take the house down."""
    prepared().house.database.close()
    prepared().folder.cleanup()
