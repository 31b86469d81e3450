"""A form as .docx: A4, Song type, one frame. The same sheet gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table

from aquacert.kernel.sheets import (
    DEMO_MARK,
    NUMBER,
    Block,
    Cell,
    Grid,
    Sheet,
    Signs,
    Tone,
    printable,
)

FONT: Final = "宋体"
FIXED: Final = (2000, 1, 1, 0, 0, 0)
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RED: Final = RGBColor(0xB3, 0x26, 0x1E)
SIZES: Final = {Tone.BODY: 11.0, Tone.STRONG: 12.0, Tone.NOTE: 9.0, Tone.RIGHT: 11.0}
CENTRE, LEFT, RIGHT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
)


def docx_of(sheet: Sheet) -> bytes:
    """Return the sheet as a Word file."""
    sheet = printable(sheet)
    document = _blank(sheet)
    if sheet.is_demo:
        _line(document, DEMO_MARK, 14, CENTRE, is_bold=True, colour=RED)
        document.sections[0].header.paragraphs[0].text = DEMO_MARK
    if sheet.body:
        _line(document, sheet.body, 12, CENTRE)
    _line(document, sheet.title, 18, CENTRE, is_bold=True)
    if sheet.under:
        _line(document, sheet.under, 10.5, CENTRE)
    if sheet.number:
        _line(document, f"{NUMBER}{sheet.number}", 11, RIGHT)
    for block in sheet.blocks:
        _block(document, block)
    return _bytes(document)


def _blank(sheet: Sheet) -> DocumentType:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(18)
    normal: Any = document.styles["Normal"]
    normal.font.name = FONT
    normal.font.size = Pt(10.5)
    normal.paragraph_format.space_after = Pt(3)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    said = document.core_properties
    said.author = sheet.body or "AquaCert"
    said.title = f"{sheet.title} {sheet.number}".strip()
    said.created = said.modified = datetime(*sheet.day)  # noqa: DTZ001 (properties hold no zone)
    return document


def _block(document: DocumentType, block: Block) -> None:
    if isinstance(block, Grid):
        if block.caption:
            _line(document, block.caption, 12, LEFT, is_bold=True)
        _grid(document, block)
        _line(document, "", 4, LEFT)
    elif isinstance(block, Signs):
        for text in block.lines():
            _line(document, text, 11, RIGHT)
    else:
        align = RIGHT if block.tone is Tone.RIGHT else LEFT
        is_bold = block.tone is Tone.STRONG
        _line(document, block.text, SIZES[block.tone], align, is_bold=is_bold)


def _line(
    document: DocumentType,
    text: str,
    size: float,
    align: WD_ALIGN_PARAGRAPH,
    *,
    is_bold: bool = False,
    colour: RGBColor | None = None,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.bold = is_bold
    run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _grid(document: DocumentType, grid: Grid) -> None:
    table = document.add_table(rows=len(grid.rows), cols=len(grid.widths))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, grid.widths, strict=True):
        column.width = Mm(width)
    for place, row in enumerate(grid.rows):
        _row(table, place, row, grid)
    for place in range(grid.heads):
        properties = table.rows[place]._tr.get_or_add_trPr()  # noqa: SLF001 (python-docx has no name for it)
        properties.append(OxmlElement("w:tblHeader"))


def _row(table: Table, place: int, row: tuple[Cell, ...], grid: Grid) -> None:
    at = 0
    for one in row:
        cell = table.cell(place, at)
        if one.span > 1:
            cell = cell.merge(table.cell(place, at + one.span - 1))
        cell.width = Mm(sum(grid.widths[at : at + one.span]))
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(one.text)
        run.font.size = Pt(10)
        run.bold = one.is_label
        at += one.span


def _bytes(document: DocumentType) -> bytes:
    """Write the archive anew with one fixed time, so that equal sheets are equal bytes."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()
