"""Curves of a table file: the sheet of QuantStudio that lists a fluorescence for each well, target and cycle."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from labs.instruments.parsers.sheets import Sheet
from labs.instruments.rules import Point, WellReading, well_name
from labs.instruments.rules.profiles import folded

WELLS = ("well position", "well")
TARGETS = ("target name", "target")
LIGHT = ("rn", "fluorescence", "fluor")
"""Rn is what the instrument measured; ΔRn is what its software made of it."""
LOOK_DOWN = 200

Found = dict[tuple[str, str], list[Point]]


def curves_of(sheets: Sequence[Sheet], readings: Sequence[WellReading]) -> tuple[WellReading, ...]:
    """Return the readings with the points that some sheet has of them; without such a sheet as they are."""
    amplification = _points(sheets, ("cycle", "cycle number"))
    melt = _points(sheets, ("temperature",))
    if not amplification and not melt:
        return tuple(readings)
    return tuple(
        replace(
            reading,
            amplification=tuple(amplification.get((reading.well, folded(reading.target)), ())),
            melt=tuple(melt.get((reading.well, folded(reading.target)), ())),
        )
        for reading in readings
    )


def _points(sheets: Sequence[Sheet], first: Sequence[str]) -> Mapping[tuple[str, str], list[Point]]:
    """Return the points of the first sheet that has all four columns."""
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:LOOK_DOWN]):
            headings = [folded(cell) for cell in row]
            places = [_place(headings, names) for names in (WELLS, TARGETS, first, LIGHT)]
            if all(place is not None for place in places):
                return _read(sheet.rows[number + 1 :], [place or 0 for place in places])
    return {}


def _place(headings: Sequence[str], names: Sequence[str]) -> int | None:
    return next((headings.index(name) for name in names if name in headings), None)


def _read(rows: Sequence[tuple[str, ...]], places: Sequence[int]) -> Found:
    """Return the points of each well and target; rows without a number are left out."""
    well, target, first, light = places
    found: Found = defaultdict(list)
    for row in rows:
        if len(row) <= max(places):
            continue
        try:
            point = (float(row[first]), float(row[light].replace(",", "")))
        except ValueError:
            continue
        if math.isfinite(point[0]) and math.isfinite(point[1]):
            name = well_name(row[well]) or row[well].strip()
            found[name, folded(row[target])].append(point)
    return found
