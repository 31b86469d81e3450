"""The .docx rendition of a report: the same facts in both languages, for offices that file Word documents.

It carries no signature and says so; the PDF and the QR code are what can be verified. Its properties name the
laboratory, never a person.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from aquacert.trust.qr import qr_matrix, qr_png
from labs.reports.documents.facts import (
    DEMO,
    END,
    NOT_SIGNED,
    TITLE_EN,
    Facts,
    hands,
    heads,
    outcome,
    remarks,
    tails,
)
from labs.reports.rules import ContentLine

FONT = "Noto Serif SC"
HEADS = (
    ("检测项目", "Test"),
    ("方法标准号", "Method"),
    ("读数", "Reading"),
    ("结果", "Result"),
    ("检测日期", "Tested on"),
    ("仪器·试剂批号", "Instrument · kit lot"),
    ("运行", "Run"),
)
RED = RGBColor(0xC8, 0x16, 0x1D)


def docx_of(facts: Facts) -> bytes:
    """Return the report as a Word file."""
    document = Document()
    _page(document, facts)
    _centred(document, facts.content.title, 18)
    _centred(document, TITLE_EN, 11)
    if facts.url:
        code = document.add_paragraph()
        code.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        picture = io.BytesIO(qr_png(qr_matrix(facts.url)))
        code.add_run().add_picture(picture, width=Mm(30))
    _centred(document, f"报告编号 Report No.：{facts.content.number}", 11)
    if facts.mark is not None:
        _centred(document, facts.mark.sentence, 12).runs[0].font.color.rgb = RED
    _facts(document, heads(facts.content))
    document.add_paragraph()
    _results(document, facts.content.lines)
    for words in remarks(facts.content):
        document.add_paragraph(words)
    _facts(document, [*tails(facts.content), *hands(facts)])
    document.add_paragraph(NOT_SIGNED)
    _centred(document, END, 10)
    _properties(document, facts)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _page(document: DocumentType, facts: Facts) -> None:
    """Set the font, the margins, and what stands on every page: number, marks, digest."""
    style: Any = document.styles["Normal"]
    style.font.name = FONT
    style.font.size = Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    marks = [DEMO] if facts.is_demo else []
    marks += [facts.mark.word + " " + facts.mark.english.upper()] if facts.mark else []
    shown = "　".join((facts.content.lab_name, facts.content.number, *marks))
    section.header.paragraphs[0].text = shown
    section.footer.paragraphs[0].text = f"内容摘要 Digest (SHA-256)：{facts.digest}"


def _centred(document: DocumentType, text: str, points: int) -> Paragraph:
    """Add a centred paragraph."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size = Pt(points)
    run.bold = points > 12
    return paragraph


def _facts(document: DocumentType, rows: Sequence[tuple[str, str, str]]) -> None:
    """Add a two-column table of names in both languages and values."""
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for name, english, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = f"{name} {english}", value
        cells[0].width, cells[1].width = Cm(4.6), Cm(12.4)


def _results(document: DocumentType, lines: Sequence[ContentLine]) -> None:
    """Add the table of results: points f, i, m."""
    table = document.add_table(rows=1, cols=len(HEADS), style="Table Grid")
    for cell, (head, english) in zip(table.rows[0].cells, HEADS, strict=True):
        cell.text = f"{head} {english}"
    for line in lines:
        chinese, english = outcome(line)
        values = (
            f"{line.disease_name} {line.disease_name_en}".strip(),
            line.method_standard,
            line.cq,
            f"{chinese} {english}".strip(),
            line.tested_on,
            "；".join(part for part in (line.instrument, line.kit_lot) if part) or "/",
            line.run_number,
        )
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = value


def _properties(document: DocumentType, facts: Facts) -> None:
    """Dates are the instant of authorisation: the same facts name the same document."""
    said = document.core_properties
    said.title = f"{facts.content.title} {facts.content.number}"
    said.author = said.last_modified_by = facts.content.lab_name
    said.created = said.modified = facts.authorised_at.replace(tzinfo=None)
