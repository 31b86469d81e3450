"""Where the bars of the page of numbers lie: widths in proportion, none too small to be pressed."""

from __future__ import annotations

from collections.abc import Sequence

LEFT, WIDTH = 84.0, 650.0
"""Where a row of bars begins, and how wide it is, in the picture's units."""
GAP = 4.0
SMALLEST = 62.0
MOST = 7
"""Bars in a row; what is beyond goes into one bar "其余"."""


def widths(sizes: Sequence[int], total: float = WIDTH) -> list[float]:
    """Return a width for each size, with gaps between, together `total` wide."""
    room = total - GAP * (len(sizes) - 1)
    floor = min(SMALLEST, room / max(1, len(sizes)))
    spare = room - floor * len(sizes)
    whole = sum(sizes)
    if whole <= 0:
        return [room / len(sizes) for _size in sizes]
    return [floor + spare * size / whole for size in sizes]


def parts(width: float, amounts: Sequence[int], whole: int) -> list[float]:
    """Return how wide each part of a bar is; what is there at all is at least 1.5 wide."""
    if whole <= 0:
        return [0.0 for _amount in amounts]
    found = [max(1.5, width * amount / whole) if amount > 0 else 0.0 for amount in amounts]
    over = sum(found) - width
    if over > 0:
        most = found.index(max(found))
        found[most] = max(0.0, found[most] - over)
    return found
