"""The list of naughty strings through every reader of text, and the odd forms people really write."""

from __future__ import annotations

import pytest

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.identity import parse_identity
from aquacert.reference.rules.masking import mask_name, mask_phone, mask_plate
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.plate import parse_plate
from aquacert.reference.rules.quantity import parse_quantity
from aquacert.reference.rules.text import clean, code, folded, plain_cell, search_words
from aquacert.reference.rules.uscc import parse_uscc
from tests.make.naughty import NAUGHTY, PEOPLE

READERS = (clean, code, parse_identity, parse_phone, parse_plate, parse_quantity, parse_uscc)
NEVER_FAIL = (folded, search_words, plain_cell, mask_name, mask_phone, mask_plate)
UNSEEN = set("\u200b\ufeff\u00ad\u2028\u2029\u3000")


@pytest.mark.parametrize("read", READERS, ids=lambda each: each.__name__)
def test_a_reader_gives_a_value_that_can_be_kept_or_a_sentence(read):
    for text in NAUGHTY:
        value, said = answer(read, text)
        str(value).encode()
        assert "\x00" not in str(value)
        assert all(len(sentence) > 5 for sentence in said)


def answer(read, text):
    """Return what a reader makes of a text, and the sentences at its field when it refuses."""
    try:
        return read(text), ()
    except Invalid as error:
        return "", tuple(error.fields.values())


@pytest.mark.parametrize("read", NEVER_FAIL, ids=lambda each: each.__name__)
def test_searching_masking_and_exporting_never_fail(read):
    for text in NAUGHTY:
        read(text)


def test_what_people_write_is_kept_but_for_what_nobody_sees():
    for text in PEOPLE:
        if not UNSEEN & set(text) and "\u0301" not in text and "\u0303" not in text:
            assert clean(text) == text


def test_a_mask_never_gives_back_the_whole():
    for text in PEOPLE:
        if len(clean(text)) > 1:
            assert mask_name(clean(text)) != clean(text)


@pytest.mark.parametrize(
    ("read", "written", "kept"),
    [
        (parse_phone, "+86 138-0000-8000", "13800008000"),
        (parse_phone, "0086 16600008000", "16600008000"),
        (parse_phone, "１９９ ００００ ８０００", "19900008000"),
        (parse_phone, "(0512) 6522-1234 转 8", "0512-65221234转8"),
        (parse_plate, "苏 a·d12345", "苏AD12345"),
        (parse_plate, "苏A12345D", "苏A12345D"),
        (parse_plate, "苏A1234 挂", "苏A1234挂"),
        (parse_identity, "11010519491231002x", "11010519491231002X"),
        (parse_identity, "110105 19491231 002Ｘ", "11010519491231002X"),
        (parse_uscc, "9135 0100 m000 100y 43", "91350100M000100Y43"),
        (parse_quantity, "3万", 30_000),
        (parse_quantity, "１２", 12),
        (parse_quantity, "五千", 5_000),
        (parse_quantity, "3万5千", 35_000),
        (parse_quantity, "壹佰贰拾万", 1_200_000),
    ],
)
def test_the_usual_ways_of_writing_are_one(read, written, kept):
    assert read(written) == kept


@pytest.mark.parametrize(
    ("read", "written", "said"),
    [
        (parse_uscc, "91320114O00000000X", "是不是“0”"),
        (parse_uscc, "913201140000000009", "校验位"),
        (parse_identity, "110105491231002", "18 位"),
        (parse_identity, "110105190002300021", "出生日期"),
        (parse_identity, "110105194912310021", "校验位"),
        (parse_phone, "1380000800", "11 位"),
        (parse_phone, "12800008000", "11 位"),
        (parse_plate, "苏A12345678", "车牌"),
        (parse_plate, "苏AO2345", "I 和 O"),
        (parse_quantity, "0", "不能是 0"),
        (parse_quantity, "-1", "负"),
        (parse_quantity, "1.5", "整数"),
        (parse_quantity, str(2**63), "太大"),
        (parse_quantity, "三万五", "看不懂"),
        (parse_quantity, "1e9", "看不懂"),
        (parse_quantity, "50万尾", "单位"),
        (parse_quantity, "5公斤", "不按重量计"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(read, written, said):
    with pytest.raises(Invalid) as caught:
        read(written)
    assert said in "".join(caught.value.fields.values())


def test_units_are_never_mixed():
    assert parse_quantity("50万尾", unit="尾") == 500_000
    for other in ("50万粒", "50只"):
        with pytest.raises(Invalid, match="不是"):
            parse_quantity(other, unit="尾")
