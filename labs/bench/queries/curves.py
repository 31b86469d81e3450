"""Amplification curves of a sample beside a positive control, as points of a picture made on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.work import Look
from labs.bench.models import InstrumentFile
from labs.bench.queries.plate import Cell, Plate
from labs.instruments.parsers import read_instrument_file
from labs.instruments.rules import Role, WellReading

WIDTH, HEIGHT = 290, 128
LEFT, RIGHT, TOP, BOTTOM = 30, 282, 8, 100
MOST = 5
"""Curves in one picture: more are not told apart."""


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its well, how it is drawn (sample or control), and its points in picture units."""

    well: str
    kind: str
    points: str


@dataclass(frozen=True, slots=True)
class Curves:
    """A picture of curves. `grey` is where the grey zone begins and how wide it is; `ticks` are cycles on the axis."""

    lines: tuple[Line, ...]
    grey: tuple[float, float]
    ticks: tuple[tuple[float, int], ...]


def curves_of(look: Look, plate: Plate, cells: Sequence[Cell]) -> Curves | None:
    """Return the curves of a sample's wells and of one positive control; None where the run's file holds none."""
    if plate.run.file_id is None or not cells:
        return None
    file = look.get(InstrumentFile, plate.run.file_id)
    stored = look.files_of(file)
    if not stored:
        return None
    try:
        read = read_instrument_file(look.read_file(stored[0]), file.name, curves=True)
    except (
        AquaCertError
    ):  # what cannot be read again has no picture; the wells stand as they were taken
        return None
    names = {str(t).casefold() for t in plate.scope.targets}
    wanted = {cell.well for cell in cells}
    kept = [
        r
        for r in read.readings
        if r.amplification and r.target.casefold() in names and r.run == plate.run.name
    ]
    mine = [r for r in kept if r.well in wanted][: MOST - 1]
    control = [r for r in kept if r.role is Role.POSITIVE][:1]
    return _picture(plate, mine, control) if mine else None


def _picture(plate: Plate, mine: Sequence[WellReading], control: Sequence[WellReading]) -> Curves:
    """Scale the curves into one picture; the baseline is the lowest point of all."""
    every = [point for r in (*mine, *control) for point in r.amplification]
    last = max(cycle for cycle, _value in every)
    low, high = min(v for _c, v in every), max(v for _c, v in every)
    span = (high - low) or 1.0

    def across(cycle: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (cycle - 1) / max(last - 1, 1), 1)

    def up(value: float) -> float:
        return round(BOTTOM - 3 - (BOTTOM - TOP - 8) * (value - low) / span, 1)

    def line(reading: WellReading, kind: str) -> Line:
        points = " ".join(f"{across(c)},{up(v)}" for c, v in reading.amplification)
        return Line(reading.well, kind, points)

    rule = plate.scope.rule
    start, end = float(rule.positive_max), min(float(rule.grey_max), last)
    grey = (across(start), max(across(end) - across(start), 0.0))
    marks = sorted({1, 10, 20, 30, int(start), int(last)})
    ticks = tuple((across(mark), mark) for mark in marks if mark <= last)
    lines = (*(line(r, "control") for r in control), *(line(r, "sample") for r in mine))
    return Curves(lines, grey, ticks)
