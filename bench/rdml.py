"""Measure `rdml`: reading an RDML file, ours against the reference package rdmlpython (goal: 5 times as fast).

Both read the same bytes from disk, by our own writer: 96 wells, 40 cycles; before anything is timed both must have
returned the same wells, Cq and amplification points. Files of real instruments are compared too where they lie beside
the checkout (StepOne, LightCycler 96); their ratios stand in the notes.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

NAME = "rdml"
GOAL = 5.0
BETTER = "higher"
PAIRS = 15
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
REAL = ("stepone_std.rdml", "lc96_bACTXY.rdml")
EACH = 3
"""Readings a round: one alone is too short to be timed well."""

Row = tuple[str, float | None, list[tuple[float, float]]]


class Prepared:
    """A folder with our file, and the real ones that are there."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "plate.rdml"
        self.path.write_bytes(_plate())
        self.files = [self.path, *(SHARED / name for name in REAL if (SHARED / name).exists())]
        for path in self.files:
            _same(path)


def _plate() -> bytes:
    """Return a full plate as our writer makes it."""
    from labs.instruments.documents import write_rdml
    from labs.instruments.rules import Role, WellReading, Why, well_of_number

    wells = [
        WellReading(
            "R1",
            well_of_number(number + 1, 12),
            f"M7K2-{number:04d}",
            Role.UNKNOWN,
            "DIV1",
            Decimal(f"{20 + number / 8:.6f}") if number % 3 else None,
            Why.DETECTED if number % 3 else Why.NO_CQ,
        )
        for number in range(96)
    ]
    return write_rdml(wells, made_at=datetime(2026, 5, 12, tzinfo=UTC))


def theirs(path: Path) -> list[dict[str, Any]]:
    """Return what the reference package reads: every run's reactions with their curves."""
    import rdmlpython

    file = rdmlpython.Rdml(str(path))
    return [run.getreactjson() for each in file.experiments() for run in each.runs()]


def mine(path: Path) -> Any:
    """Return what our reader reads, curves included."""
    from labs.instruments.parsers import read_instrument_file

    return read_instrument_file(path.read_bytes(), path.name, curves=True)


def _same(path: Path) -> None:
    """Raise unless both readers say the same of every well: its place, its Cq, each of its points."""
    run = mine(path)
    ours = [
        (r.well, None if r.cq is None else float(r.cq), list(r.amplification)) for r in run.readings
    ]
    reference = [row for each in theirs(path) for row in _rows(each, run.cycle_cap)]
    assert not run.refusals, path
    assert [row[1:] for row in ours] == [row[1:] for row in reference], path
    assert all(a == b for (a, _, _), (b, _, _) in zip(ours, reference, strict=True)), path


def _rows(run: dict[str, Any], cap: int | None) -> list[Row]:
    """Return the reference's reactions in our words: a number becomes its well, a Cq at the cycle cap none."""
    from labs.instruments.rules import well_of_number

    found: list[Row] = []
    for react in run["reacts"]:
        name = react["id"]
        well = well_of_number(int(name), 12) if name.isdigit() else name
        for data in react["datas"]:
            cq = float(data["cq"]) if data.get("cq") else None
            points = [(float(p[0]), float(p[1])) for p in data["adps"]]
            found.append((well, None if cq is None or cq >= (cap or 999) else cq, points))
    return found


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the files, made and compared once."""
    return Prepared()


def prepare(full: bool) -> None:
    """Make the file; the size is the same in both runs."""
    del full
    prepared()


def floor() -> None:
    """Read by the reference package."""
    for _ in range(EACH):
        theirs(prepared().path)


def ours() -> None:
    """Read by our reader."""
    for _ in range(EACH):
        mine(prepared().path)


def notes() -> list[str]:
    """Say how the files of real instruments fare."""
    lines: list[str] = []
    for path in prepared().files:
        ratio = median(_ratio(path) for _ in range(7))
        lines.append(f"{path.name}: {ratio:.1f} times as fast, same wells, Cq and points")
    return lines


def _ratio(path: Path) -> float:
    """Return reference / ours for one file, each read as often in a row as in a round."""
    begins = perf_counter()
    for _ in range(EACH):
        theirs(path)
    middle = perf_counter()
    for _ in range(EACH):
        mine(path)
    return (middle - begins) / (perf_counter() - middle)


def close() -> None:
    """Take the folder away."""
    prepared().folder.cleanup()
