"""The typesetter that every room's documents share: glyphs, fonts, seals."""

import io

import pypdfium2
import pytest

from aquacert.kernel.errors import Invalid, Misconfigured
from aquacert.kernel.typesetting import missing_glyphs, refuse_missing, seal_pdf


def words_on(pdf):
    page = pypdfium2.PdfDocument(io.BytesIO(pdf))[0]
    return page.get_textpage().get_text_range()


def test_rare_characters_are_drawn_or_named():
    assert missing_glyphs("㐂䶮张鮰鳜〇") == []
    assert missing_glyphs("张𠮷\ue000𠮷") == ["𠮷", "\ue000"]


def test_a_text_that_cannot_be_printed_is_refused_by_field():
    refuse_missing({"owner": "㐂䶮苗种场"})
    with pytest.raises(Invalid) as caught:
        refuse_missing({"owner": "𠮷田", "plate": "皖A"})
    assert set(caught.value.fields) == {"owner"}
    assert "𠮷" in caught.value.fields["owner"]


def test_an_absent_font_is_named_and_not_taken_for_absent_characters(tmp_path):
    with pytest.raises(Misconfigured) as caught:
        missing_glyphs("张", tmp_path)
    assert "NotoSerifSC-Regular.ttf" in caught.value.sentence


def test_a_seal_says_what_it_is_for():
    assert "动物检疫专用章" in words_on(seal_pdf("示例监督所", is_demo=True))
    words = words_on(seal_pdf("示例检测中心", is_demo=True, title="检验检测专用章"))
    assert "检验检测专用章" in words
    assert "动物检疫" not in words
