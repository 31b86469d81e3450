"""Pasted text: what is kept, what is stripped, what is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.text import clean, code, folded


@pytest.mark.parametrize(
    "name",
    [
        "㐂",
        "䶮",
        "𠮷野",
        "买买提·艾合买提",
        "買买提•艾",
        "葛\U000e0100",
        "\uf9dc",
        "１２号塘",
        "示例（一场）",
        "👨‍👩‍👧",
        "é",
        "=cmd|'/c calc'!A0",
        "{{7*7}}",
        "' OR 1=1--",
        "<svg onload>",
    ],
)
def test_rare_and_odd_text_is_kept_exactly(name):
    assert clean(name) == name


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\u3000示例\u3000 苗种场\t", "示例 苗种场"),
        ("00001\u202e", "00001"),
        ("张\u200b三\ufeff", "张三"),
        ("张\u2066三\u2069", "张三"),
        ("a\r\nb", "a b"),
        ("e\u0301", "é"),
        ("\x07铃", "铃"),
        ("\u200d", ""),
    ],
)
def test_invisible_marks_go_and_spaces_become_one(text, kept):
    assert clean(text) == kept


def test_remarks_keep_their_lines():
    assert clean(" 一 \r\n二\u2028三", lines=True) == "一\n二\n三"


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x\udfff"])
def test_what_no_database_holds_is_refused_at_its_field(text):
    with pytest.raises(Invalid, match="控制字符") as caught:
        clean(text, field="name")
    assert set(caught.value.fields) == {"name"}


def test_too_long_says_how_long():
    with pytest.raises(Invalid, match="最多 200 个字，现在 10000 个字"):
        clean("长" * 10000)


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_the_result_can_be_stored(text):
    try:
        once = clean(text, longest=10**6)
    except Invalid:
        return
    assert clean(once, longest=10**6) == once
    once.encode()
    assert not any(c in once for c in "\u200b\u202e\ufeff\n\x00")


@given(st.text(st.characters(codec="utf-8"), max_size=50))
def test_a_code_is_one_word_in_capitals(text):
    try:
        value = code(text)
    except Invalid:
        return
    assert " " not in value
    assert value == value.upper()


@given(st.text())
def test_searching_never_fails_and_folds_width_and_case(text):
    assert not set(folded(text)) & set(" -·\x00\u200b")
    folded(text).encode()


def test_full_width_letters_are_found_by_plain_ones():
    assert folded("ＰＮＶ－１") == folded("pnv 1") == "pnv1"
    assert unicodedata.is_normalized("NFKC", folded("ﾊﾟ"))
