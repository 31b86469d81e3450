"""Quantities as people write them, and capitals as the form prints them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.capitals import (
    GREATEST,
    capital_date,
    capital_number,
    validity_numeral,
)
from aquacert.reference.rules.quantity import in_words, parse_quantity

DIGITS = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}
counts = st.integers(1, GREATEST)


def read(words):
    """An independent reader of capitals: split at the greatest unit, add what stands on each side."""
    for unit, value in (("亿", 10**8), ("万", 10**4)):
        if unit in words:
            high, _, low = words.rpartition(unit)
            return read(high) * value + (read(low) if low else 0)
    total = digit = 0
    for character in words:
        if character in UNITS:
            total, digit = total + digit * UNITS[character], 0
        else:
            digit = DIGITS[character]
    return total + digit


@given(counts)
def test_capitals_read_back_to_the_same_number(number):
    words = capital_number(number)
    assert read(words) == number
    assert "零零" not in words
    assert not words.endswith("零")
    assert not words.startswith("零")


@given(counts)
def test_every_way_of_writing_a_number_is_read_alike(number):
    ways = [
        str(number),
        f"{number:,}",
        f"{number:,}".replace(",", "\u2009"),
        f"{number:,}".replace(",", " "),
        str(number).translate({48 + i: 0xFF10 + i for i in range(10)}),
        f" {number}\u200b",
    ]
    for way in ways:
        assert parse_quantity(way) == number


@given(st.integers(1, 10**12 - 1))
def test_capitals_are_read_by_the_parser_too(number):
    assert parse_quantity(capital_number(number)) == number


@given(counts)
def test_two_different_quantities_never_print_alike(number):
    assert in_words(number, "尾") != in_words(number - 1, "尾")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "壹"),
        (10, "壹拾"),
        (11, "壹拾壹"),
        (20, "贰拾"),
        (101, "壹佰零壹"),
        (110, "壹佰壹拾"),
        (1001, "壹仟零壹"),
        (1010, "壹仟零壹拾"),
        (10000, "壹万"),
        (10001, "壹万零壹"),
        (100500, "壹拾万零伍佰"),
        (500000, "伍拾万"),
        (1050000, "壹佰零伍万"),
        (10**8, "壹亿"),
        (10**8 + 1, "壹亿零壹"),
        (10**12, "壹万亿"),
        (0, "零"),
    ],
)
def test_the_capitals_people_expect(number, words):
    assert capital_number(number) == words


def test_half_a_million_fry_print_as_the_form_wants():
    assert in_words(500000, "尾") == "伍拾万尾"


@pytest.mark.parametrize("number", [-1, GREATEST + 1])
def test_numbers_that_fit_no_form_are_a_programming_error(number):
    with pytest.raises(ValueError, match="no place"):
        capital_number(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("500000", 500000),
        ("50万", 500000),
        ("3万", 30000),
        ("3.5万", 35000),
        ("1.5亿", 150000000),
        ("五千", 5000),
        ("三万五千", 35000),
        ("伍拾万", 500000),
        ("３万", 30000),
        ("１２", 12),
        ("1 680 000", 1680000),
        ("1\u2009680\u2009000", 1680000),
        ("1,680,000", 1680000),
        ("1，680，000", 1680000),
        ("12.0", 12),
        ("+7", 7),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("三百五十", 350),
        ("3万5千", 35000),
        ("3万5000", 35000),
        ("两万", 20000),
        ("一千零五十万", 10500000),
        ("一亿零五", 100000005),
        (str(GREATEST), GREATEST),
        ("007", 7),
    ],
)
def test_what_people_write_is_understood(text, number):
    assert parse_quantity(text) == number


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0", "不能是 0"),
        ("-1", "负数"),
        ("−5", "负数"),
        ("1.5", "整数"),
        ("1.23456万", "整数"),
        (str(GREATEST + 1), "太大"),
        ("9" * 40, "太大"),
        ("9" * 41, "看不懂"),
        ("", "没有填"),
        ("  ", "没有填"),
        ("1e9", "看不懂"),
        ("三万五", "看不懂"),
        ("3万5", "看不懂"),
        ("三五", "看不懂"),
        ("千", "看不懂"),
        ("万", "看不懂"),
        ("零", "不能是 0"),
        ("五百千", "看不懂"),
        ("1,68,000", "看不懂"),
        ("1..5", "看不懂"),
        ("很多", "看不懂"),
        ("½", "看不懂"),
        ("=1+1", "看不懂"),
        ("0x10", "看不懂"),
        ("5000尾", "单位“尾”在旁边选"),
        ("٣", "看不懂"),
        ("nan", "看不懂"),
        (".", "看不懂"),
    ],
)
def test_what_cannot_be_a_count_is_refused_with_its_reason(text, says):
    with pytest.raises(Invalid, match=says) as caught:
        parse_quantity(text, field="lots")
    assert set(caught.value.fields) == {"lots"}


def test_a_unit_is_taken_when_it_is_the_right_one_and_never_converted():
    assert parse_quantity("50万尾", unit="尾") == 500000
    with pytest.raises(Invalid, match="按“只”计"):
        parse_quantity("50万尾", unit="只")


@given(st.text(max_size=30))
def test_any_text_is_a_count_or_a_sentence(text):
    with suppress(Invalid):
        assert 1 <= parse_quantity(text) <= GREATEST


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2012, 4, 16), "二〇一二年四月十六日"),
        (date(2026, 10, 10), "二〇二六年十月十日"),
        (date(2026, 11, 20), "二〇二六年十一月二十日"),
        (date(2026, 12, 31), "二〇二六年十二月三十一日"),
    ],
)
def test_dates_in_chinese_numerals(day, words):
    assert capital_date(day) == words


@given(st.dates(), st.dates())
def test_two_days_never_print_alike(one, other):
    assert (capital_date(one) == capital_date(other)) == (one == other)


def test_validity_in_capitals():
    assert [validity_numeral(n) for n in range(1, 6)] == ["壹", "贰", "叁", "肆", "伍"]
    for days in (0, 11):
        with pytest.raises(ValueError, match="not valid"):
            validity_numeral(days)


@pytest.mark.parametrize("typed", ["3.5", "3.5 kg", "３．５公斤", "3.5千克"])
def test_half_a_kilogram_is_not_rounded_but_told_to_be_counted(typed):
    with pytest.raises(Invalid) as error:
        parse_quantity(typed, unit="kg")
    assert "单位选“尾”" in error.value.fields["quantity"]
    assert [parse_quantity(one, unit="kg") for one in ("3kg", "3 公斤", "3")] == [3, 3, 3]
    with pytest.raises(Invalid, match="不按重量"):
        parse_quantity("3kg", unit="尾")
