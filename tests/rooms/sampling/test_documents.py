"""The label decodes; the papers hold the facts."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import zxingcpp

from aquacert.kernel.papers import facts_of
from aquacert.sampling.documents import LabelFacts, SheetFacts, label, sampling_sheet

AT = datetime(2026, 5, 9, 2, 0, tzinfo=UTC)


def test_both_codes_of_a_label_decode_at_300_dpi():
    pdf = label(LabelFacts("7K2QM-9XAB4", "F000123", "全苗（整尾）", 150, AT))
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=300 / 72).to_pil()
    found = {str(code.format): code.text for code in zxingcpp.read_barcodes(page)}
    assert set(found.values()) == {"7K2QM-9XAB4"}
    assert len(found) == 2


def test_the_sheet_holds_its_facts_and_is_the_same_bytes_each_time():
    facts = SheetFacts(
        number="320114-20260509-001-S1",
        declaration_no="320114-20260509-001",
        farm="示例苗种场",
        pond="2 号塘",
        species="凡纳滨对虾",
        latin="Penaeus vannamei",
        stage="P5",
        batch_quantity="伍拾万尾",
        individuals=150,
        matrix="全苗（整尾）",
        water_temperature="28.5 ℃",
        seal_number="F000123",
        blind_code="7K2QM-9XAB4",
        diseases=[("十足目虹彩病毒病", "SC/T 7237-2020")],
        taken_at=AT,
        samplers="官方兽医、协检员",
        lab="示例实验室",
        is_demo=True,
    )
    data = sampling_sheet(facts)
    assert facts_of(data)["封样号"] == "F000123"
    assert data == sampling_sheet(facts)
