"""Numbers of forms, and what a notice of treatment must say."""

from __future__ import annotations

import pytest

from aquacert.declarations.rules.filing import FORM_WORDS, SHORT_WORDS, FormKind, form_number
from aquacert.inspections.rules.treatment import check_done, read_order
from aquacert.kernel.errors import Invalid


def test_a_number_is_the_year_and_six_digits():
    assert form_number(2026, 1) == "2026000001"
    assert form_number(2026, 999_999) == "2026999999"
    for serial in (0, -1, 1_000_000):
        with pytest.raises(ValueError, match="serial"):
            form_number(2026, serial)
    assert set(FORM_WORDS) == set(SHORT_WORDS) == set(FormKind)


def test_a_notice_cites_its_article_and_says_at_most_four_things():
    said = read_order("《示例法》第一百零二条第二款", ["停止起运", "  ", "消毒"], " ")
    assert (said.measures, said.method) == (("停止起运", "消毒"), "")
    for law, measures, method, wrong in (
        ("有关规定", ["停止起运"], "", {"law"}),
        ("第五条", [], "", {"measures"}),
        ("第五条", ["一"] * 5, "", {"measures"}),
        ("第5条", ["对死亡个体进行无害化处理"], " ", {"method"}),
    ):
        with pytest.raises(Invalid) as found:
            read_order(law, measures, method)
        assert set(found.value.fields) == wrong
    with pytest.raises(Invalid) as found:
        check_done("", "场内", " ", 0)
    assert set(found.value.fields) == {"method", "operator", "photos"}
