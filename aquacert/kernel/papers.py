"""Statutory papers as .docx: a title, a framed table of facts, statements, places to sign.

Rooms give the facts; this gives every paper the same plain, printable look (A4, Song type, one
frame), the demo's mark, and fixed document properties so that the same facts are the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

DEMO_MARK = "演示样张·无效"
FONT = "宋体"
FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 (document properties hold no zone)


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
    document = _blank()
    if paper.is_demo:
        _line(document, DEMO_MARK, size=14, bold=True, colour=RGBColor(0xB3, 0x26, 0x1E))
    if paper.body:
        _line(document, paper.body, size=12)
    _line(document, paper.title, size=18, bold=True)
    _line(document, f"编号：{paper.number}", size=11, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _facts(document, paper.rows)
    for caption, headings, rows in paper.tables:
        _line(document, caption, size=12, bold=True, align=WD_ALIGN_PARAGRAPH.LEFT)
        _grid(document, headings, rows)
    for text in paper.statements:
        _line(document, text, size=10.5, align=WD_ALIGN_PARAGRAPH.LEFT)
    for text in paper.signatures:
        _line(document, f"{text}：____________________", size=11, align=WD_ALIGN_PARAGRAPH.RIGHT)
    for text in paper.notes:
        _line(document, text, size=9, align=WD_ALIGN_PARAGRAPH.LEFT)
    return _bytes(document)


def _blank() -> DocumentType:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name = FONT
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    properties = document.core_properties
    properties.author = "AquaCert"
    properties.created = properties.modified = FIXED
    return document


def _line(
    document: DocumentType,
    text: str,
    *,
    size: float,
    bold: bool = False,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER,
    colour: RGBColor | None = None,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _facts(document: DocumentType, rows: Sequence[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
        cells[0].width, cells[1].width = Cm(4.2), Cm(12.4)


def _grid(document: DocumentType, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(headings))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, headings, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _bytes(document: DocumentType) -> bytes:
    """Write the archive anew with one fixed time, so that equal papers are equal bytes."""
    raw = io.BytesIO()
    document.save(raw)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(raw) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()


def facts_of(data: bytes) -> dict[str, str]:
    """Return label → value of a paper's fact table: what a re-reading finds (tests, archive)."""
    document = Document(io.BytesIO(data))
    return {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
