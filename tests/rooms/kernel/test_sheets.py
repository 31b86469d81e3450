"""Every statutory form: one set of facts, and the same words in its PDF and its Word file."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import pytest
from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from aquacert.declarations.documents import LAYOUTS, sheet_of
from aquacert.declarations.rules.filing import FORM_WORDS, FormKind
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.sheetdocx import docx_of
from aquacert.kernel.sheetpdf import pdf_of
from aquacert.kernel.sheets import DEMO_MARK, Sheet, Signs, Words, printable, words_of
from tests.make.forms import example


def squeezed(text: str) -> str:
    return "".join(text.split())


def words_of_docx(data: bytes) -> Iterator[str]:
    """Yield paragraphs and cells in the order they stand, merged cells once."""
    document = Document(io.BytesIO(data))
    for one in document.iter_inner_content():
        if isinstance(one, Paragraph):
            yield one.text
        elif isinstance(one, Table):
            for row in one.rows:
                yield from {id(cell._tc): cell.text for cell in row.cells}.values()


def text_of_pdf(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return squeezed("".join(page.get_textpage().get_text_range() for page in document))


@pytest.mark.parametrize("kind", list(FormKind))
def test_pdf_and_word_file_say_the_same(kind):
    sheet = sheet_of(kind, example(kind).plain(), "2026000007")
    wanted = words_of(sheet)
    word_file, pdf = docx_of(sheet), pdf_of(sheet)
    assert [text for text in words_of_docx(word_file) if text] == wanted
    printed = text_of_pdf(pdf)
    for text in wanted:
        assert squeezed(text) in printed, text
    assert wanted[:3] == [DEMO_MARK, "示例县水生动物卫生监督所", FORM_WORDS[kind]]
    assert "编号：2026000007" in wanted
    # The same facts are the same bytes, whenever they are printed.
    assert (docx_of(sheet), pdf_of(sheet)) == (word_file, pdf)
    # No fact is kept that the form does not print.
    whole = "".join(wanted)
    for name, value in example(kind).plain().items():
        if isinstance(value, str) and value and name != "day":
            assert value in whole, name


def test_every_kind_of_form_has_a_layout_and_a_name():
    assert all(set(one) == set(FORM_WORDS) == set(FormKind) for one in LAYOUTS.values())


def test_a_character_no_font_has_is_marked_on_the_pdf_and_whole_in_the_word_file():
    facts = example(FormKind.ACCEPTANCE).plain() | {"owner": "𠮷\U0002a6d6水产"}
    sheet = sheet_of(FormKind.ACCEPTANCE, facts, "2026000001")
    assert "\U0002a6d6" in "".join(words_of_docx(docx_of(sheet)))
    said = text_of_pdf(pdf_of(sheet))
    assert "〓水产" in said
    assert "字库里没有的字" in said


def test_what_a_word_processor_left_in_a_text_keeps_no_form_from_print():
    stray = Sheet(
        "题\x01", "1", (Words("第一行\x0b第二行\x7f\ufffe\n第三行"), Signs((("签\x02", ""),)))
    )
    assert words_of(printable(stray)) == [
        "题",
        "编号：1",
        "第一行第二行\n第三行",
        "签：＿＿＿＿＿＿",
    ]
    assert docx_of(stray) == docx_of(printable(stray))
    assert pdf_of(stray) == pdf_of(printable(stray))


def test_a_form_of_a_layout_that_is_unknown_here_is_not_drawn_by_another():
    plain = example(FormKind.ACCEPTANCE).plain()
    assert sheet_of(FormKind.ACCEPTANCE, plain, "1", 1) == sheet_of(FormKind.ACCEPTANCE, plain, "1")
    with pytest.raises(Unavailable, match="版式 7"):
        sheet_of(FormKind.ACCEPTANCE, plain, "1", 7)
