"""Plain papers as .docx: a title, a framed table of facts, statements, places to sign.

Rooms give the facts; the sheet of `kernel.sheets` gives every paper the same printable look, the
demo's mark, and fixed document properties, so that the same facts are the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from docx import Document

from aquacert.kernel.sheetdocx import docx_of
from aquacert.kernel.sheets import (
    DEMO_MARK,
    WIDTH,
    Block,
    Cell,
    Grid,
    Sheet,
    Signs,
    Tone,
    Words,
    table,
)

__all__ = ["DEMO_MARK", "Paper", "docx", "facts_of"]
LABELS = 42.0
"""Millimetres of the column that holds the labels."""


@dataclass(frozen=True)
class Paper:
    """What a paper says. `rows` are (label, value); a value of several lines keeps them."""

    title: str
    number: str
    rows: Sequence[tuple[str, str]]
    body: str = ""
    statements: Sequence[str] = ()
    signatures: Sequence[str] = ()
    notes: Sequence[str] = ()
    is_demo: bool = False
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]] = field(default=())
    """Further tables: (caption, headings, rows)."""


def docx(paper: Paper) -> bytes:
    """Return the paper as .docx bytes; the same paper gives the same bytes."""
    return docx_of(_sheet(paper))


def _sheet(paper: Paper) -> Sheet:
    rows = tuple((Cell(label, is_label=True), Cell(value)) for label, value in paper.rows)
    blocks: list[Block] = [Grid((LABELS, WIDTH - LABELS), rows)]
    for caption, headings, lines in paper.tables:
        blocks.append(table(caption, [(name, 1.0) for name in headings], lines))
    blocks += [Words(text) for text in paper.statements]
    if paper.signatures:
        blocks.append(Signs(tuple((text, "") for text in paper.signatures)))
    blocks += [Words(text, Tone.NOTE) for text in paper.notes]
    return Sheet(paper.title, paper.number, tuple(blocks), paper.body, is_demo=paper.is_demo)


def facts_of(data: bytes) -> dict[str, str]:
    """Return label → value of a paper's first table: what a re-reading finds (tests, archive).

    Reads rows of label and value, one or two pairs in a row; merged cells count once.
    """
    found: dict[str, str] = {}
    for row in Document(io.BytesIO(data)).tables[0].rows:
        cells = list({id(cell._tc): cell.text for cell in row.cells}.values())  # noqa: SLF001
        found.update(zip(cells[::2], cells[1::2], strict=False))
    return found
