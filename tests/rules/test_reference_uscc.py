"""GB 32100-2015: real codes pass, and one wrong character never does."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.uscc import ALPHABET, check_character, parse_uscc

REAL = ("11430000006122244L", "11100000000013338W", "11100000MB0341032Y", "11100000MB03271699")
bodies = st.builds(
    "".join,
    st.tuples(
        st.text(ALPHABET, min_size=2, max_size=2),
        st.text("0123456789", min_size=6, max_size=6),
        st.text(ALPHABET, min_size=9, max_size=9),
    ),
)


@pytest.mark.parametrize("code", REAL)
def test_a_real_code_is_taken(code):
    assert parse_uscc(code) == code


@pytest.mark.parametrize(
    "text",
    [
        "11430000006122244l",
        " 1143 0000 0061 2224 4L ",
        "１１４３００００００６１２２２４４Ｌ",
        "11430000-006122244-L",
        "\u200b11430000006122244L\ufeff",
    ],
)
def test_spaces_case_width_and_hidden_marks_are_forgiven(text):
    assert parse_uscc(text) == "11430000006122244L"


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_changed_character_is_always_refused(body, place, other):
    code = body + check_character(body)
    assert parse_uscc(code) == code
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Invalid):
            parse_uscc(wrong)


@given(bodies, st.integers(0, 16))
def test_two_neighbours_swapped_are_refused(body, place):
    code = body + check_character(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(Invalid):
            parse_uscc(swapped)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1143000000612224", "现在是 16 位"),
        ("11430000O06122244L", "没有字母 I、O、S、V、Z。是不是“0”"),
        ("1143A000006122244L", "只能是数字"),
        ("11430000006122245L", "校验位"),
        ("", "现在是 0 位"),
        ("统一社会信用代码填在这里请看清楚了啊", "不对"),
    ],
)
def test_the_sentence_says_what_is_wrong_and_sits_on_the_field(text, says):
    with pytest.raises(Invalid) as caught:
        parse_uscc(text, field="farm_code")
    assert says in caught.value.sentence
    assert caught.value.fields == {"farm_code": caught.value.sentence}


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_a_sentence(text):
    with suppress(Invalid):
        assert len(parse_uscc(text)) == 18
