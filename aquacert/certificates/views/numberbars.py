"""The picture of the levels: what lies where. Drawn as SVG by the template, without styles."""

from __future__ import annotations

from dataclasses import dataclass

from aquacert.certificates.numbers.queries import HolderLine, Stock
from aquacert.certificates.rules import bars
from aquacert.certificates.rules.numberstock import LEVEL_NAMES, Level

TOP, STEP, HEIGHT = 25, 74, 30
LETTER = 13.0
"""Width of one Chinese letter of a bar's name."""


@dataclass(frozen=True)
class Bar:
    """One holder's bar: where it is, and how wide its parts are."""

    line: HolderLine
    x: float
    width: float
    used: float
    void: float
    below: float
    is_here: bool
    name: str
    """The name, cut to what fits above the bar."""
    has_room: bool
    """Whether the figure of what is left fits beside the name."""


@dataclass(frozen=True)
class Row:
    """One level: its bars from the left, and how many holders have no bar of their own."""

    level: Level
    name: str
    count: int
    y: int
    bars: tuple[Bar, ...]
    rest: int

    @property
    def here(self) -> Bar | None:
        """The bar that is opened below."""
        return next((bar for bar in self.bars if bar.is_here), None)


def rows_of(stock: Stock, path: list[HolderLine]) -> list[Row]:
    """Return the levels from the top, each opened at its holder of `path`."""
    found: list[Row] = []
    for depth, here in enumerate(path):
        there = stock.at_level(here.level, path[:depth])
        shown = there[: bars.MOST]
        if here not in shown:
            shown = [*shown[:-1], here]
        y = TOP + STEP * len(found)
        found.append(
            Row(
                here.level,
                LEVEL_NAMES[here.level],
                len(there),
                y,
                tuple(_bars(shown, here)),
                len(there) - len(shown),
            )
        )
    return found


def _bars(lines: list[HolderLine], here: HolderLine) -> list[Bar]:
    x, found = bars.LEFT, []
    for line, width in zip(lines, bars.widths([line.size for line in lines]), strict=True):
        used, void, below, _left = bars.parts(
            width, (line.used, line.void + line.reserved, line.below, line.left), line.size
        )
        letters = int(width / LETTER)
        figure = len(f"{line.left}") / 2 + 3
        fits = len(line.name) + figure <= letters
        room = letters if not fits else len(line.name)
        name = line.name if len(line.name) <= room else line.name[: max(2, room - 1)] + "…"
        found.append(Bar(line, x, width, used, void, below, line is here, name, fits))
        x += width + bars.GAP
    return found
