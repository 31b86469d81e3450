"""The label decodes; the papers hold the facts."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pypdfium2
import zxingcpp

from aquacert.kernel.papers import facts_of
from aquacert.sampling.documents import (
    LabelFacts,
    ManifestFacts,
    ManifestLine,
    label,
    label_sheet,
    manifest,
)
from aquacert.sampling.rules import blind_code

AT = datetime(2026, 5, 9, 2, 0, tzinfo=UTC)


def decoded(pdf: bytes) -> list[tuple[str, str]]:
    """Return (format, text) of every code on every page, read at 300 dpi."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=300 / 72).to_pil()
        found += [(str(code.format), code.text) for code in zxingcpp.read_barcodes(picture)]
    return found


def test_both_codes_of_a_label_decode_at_300_dpi():
    found = decoded(label(LabelFacts("7K2QM-9XAB4", "全苗（整尾）", 150)))
    assert {text for _format, text in found} == {"7K2QM-9XAB4"}
    assert len({format_ for format_, _text in found}) == 2


def test_every_label_of_a_sheet_decodes_twice_and_a_second_page_follows_the_27th():
    codes = [blind_code(secrets.token_bytes(16)) for _ in range(28)]
    pdf = label_sheet(codes)
    assert len(pypdfium2.PdfDocument(pdf)) == 2
    assert sorted(text for _format, text in decoded(pdf)) == sorted(codes * 2)


def test_every_tube_has_its_own_label_with_the_same_code():
    pdf = label(LabelFacts("7K2QM-9XAB4", "全苗（整尾）", 150, tubes=3))
    pages = pypdfium2.PdfDocument(pdf)
    assert len(pages) == 3
    told = pages[1].get_textpage().get_text_bounded()
    assert "第2管，共3管" in "".join(told.split())
    assert decoded(pdf) != []
    assert {text for _format, text in decoded(pdf)} == {"7K2QM-9XAB4"}


def test_a_label_tells_nothing_but_what_the_laboratory_may_know():
    pdf = pypdfium2.PdfDocument(label(LabelFacts("7K2QM-9XAB4", "鳃", 150)))
    text = pdf[0].get_textpage().get_text_bounded()
    assert text.split() == ["7K2QM-9XAB4", "鳃", "150", "个体"]


def test_the_manifest_names_no_farm_and_no_place():
    line = ManifestLine(
        "7K2QM-9XAB4", "凡纳滨对虾", "全苗", 150, "30 × 5", "2026-05-09", "白斑综合征"
    )
    data = manifest(
        ManifestFacts("X-12345678", "示例实验室", "冷链物流", "冰上冷藏", AT, None, [line], True)
    )
    assert set(facts_of(data)) == {
        "收样单位",
        "箱号",
        "样品份数",
        "送样方式",
        "保存方式",
        "送出时间",
        "预计到达",
    }
