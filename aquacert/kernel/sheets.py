"""A statutory form as data: title, number and blocks of cells. Both renderers print this, no more.

A room turns its facts into a `Sheet`; `sheetpdf` and `sheetdocx` set it in type. Whatever a form
says stands in `words_of`, in the order it is read, so that two renditions can be held together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Final, TypeVar

DEMO_MARK: Final = "演示样张·无效"
NUMBER: Final = "编号："
NONE: Final = "/"
"""Printed where there is nothing to say: the norm leaves no place empty."""
BLANK: Final = "＿＿＿＿＿＿"
"""A place left to be written on by hand."""
SEAL: Final = "\u3000"
"""What stands where a seal goes: nothing to write on."""
WIDTH: Final = 174.0
"""Millimetres between the margins of a sheet (A4, 18 mm at each side)."""
UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What neither XML 1.0 nor PDF/A can hold; text pasted from a word processor brings some along."""
T = TypeVar("T")


class Tone(StrEnum):
    """How a paragraph stands on the page."""

    BODY = "body"
    STRONG = "strong"
    NOTE = "note"
    RIGHT = "right"


@dataclass(frozen=True)
class Cell:
    """One cell of a grid; `span` counts the columns it takes."""

    text: str
    span: int = 1
    is_label: bool = False


@dataclass(frozen=True)
class Grid:
    """A framed table: column widths in millimetres, rows of cells, how many rows are headings."""

    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heads: int = 0
    caption: str = ""


@dataclass(frozen=True)
class Words:
    """One paragraph."""

    text: str
    tone: Tone = Tone.BODY


@dataclass(frozen=True)
class Signs:
    """Places to sign, two on a line: (label, what stands there already; empty = a blank line)."""

    places: tuple[tuple[str, str], ...]

    def lines(self) -> tuple[str, ...]:
        """Return each place as it is printed."""
        return tuple(
            label if filled == SEAL else f"{label}：{filled or BLANK}"
            for label, filled in self.places
        )


Block = Grid | Words | Signs


@dataclass(frozen=True)
class Sheet:
    """One form. `day` is its date as (year, month, day), for the document's properties."""

    title: str
    number: str
    blocks: tuple[Block, ...]
    body: str = ""
    """Who issues it, above the title; may be empty."""
    under: str = ""
    """What stands beneath the title, such as （货主填写）."""
    is_demo: bool = False
    day: tuple[int, int, int] = (2000, 1, 1)


def words_of(sheet: Sheet) -> list[str]:
    """Return every text that the form prints once, in reading order."""
    head = [DEMO_MARK if sheet.is_demo else "", sheet.body, sheet.title, sheet.under]
    head.append(f"{NUMBER}{sheet.number}" if sheet.number else "")
    return [text for text in (*head, *_of_blocks(sheet.blocks)) if text]


def printable(part: T) -> T:
    """Return a sheet, or any part of one, without the characters that no rendition can hold.

    What was filed stays as it was filed: a stray control character never keeps a form from print.
    """
    made: object = part
    if isinstance(part, str) and not isinstance(part, StrEnum):
        made = UNPRINTABLE.sub("", part)
    elif isinstance(part, tuple):
        made = tuple(printable(one) for one in part)
    elif isinstance(part, Sheet | Grid | Words | Signs | Cell):
        made = replace(
            part, **{one.name: printable(getattr(part, one.name)) for one in fields(part)}
        )
    return made  # type: ignore[return-value]


def pairs(*rows: tuple[str, str] | tuple[str, str, str, str], first: float = 31.0) -> Grid:
    """Return a grid of labels and values: two or four cells in a row, as the norm's forms have."""
    half = (WIDTH - 2 * first) / 2
    return Grid((first, half, first, half), tuple(_pair(row) for row in rows))


def table(
    caption: str, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[str]]
) -> Grid:
    """Return a grid with a heading row; `columns` are (heading, share of the width)."""
    whole = sum(share for _, share in columns)
    heads = tuple(Cell(name, is_label=True) for name, _ in columns)
    return Grid(
        tuple(round(WIDTH * share / whole, 2) for _, share in columns),
        (heads, *(tuple(Cell(text) for text in row) for row in rows)),
        heads=1,
        caption=caption,
    )


def _pair(row: tuple[str, ...]) -> tuple[Cell, ...]:
    if len(row) == 2:
        return (Cell(row[0], is_label=True), Cell(row[1] or NONE, span=3))
    return tuple(Cell(text or NONE, is_label=place % 2 == 0) for place, text in enumerate(row))


def _of_blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Grid):
            yield block.caption
            yield from (cell.text for row in block.rows for cell in row)
        elif isinstance(block, Signs):
            yield from block.lines()
        else:
            yield block.text
