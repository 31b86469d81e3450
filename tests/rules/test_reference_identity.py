"""GB 11643-1999, and what masking leaves of a person."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.identity import check_character, parse_identity
from aquacert.reference.rules.masking import mask_identity, mask_name, mask_phone, mask_plate

SAMPLE = "11010519491231002X"
"""The example of the standard itself."""


def made(region="320102", born="19800229", serial="001"):
    body = region + born + serial
    return body + check_character(body)


@pytest.mark.parametrize(
    "text", [SAMPLE, SAMPLE.lower(), "110105 19491231 002Ｘ", "110105-19491231-002x"]
)
def test_both_forms_of_x_and_spaces_are_taken(text):
    assert parse_identity(text) == SAMPLE


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
    st.integers(0, 17),
    st.sampled_from("0123456789"),
)
def test_one_changed_digit_is_always_refused(born, serial, place, other):
    code = made(born=f"{born:%Y%m%d}", serial=f"{serial:03d}")
    assert parse_identity(code) == code
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Invalid):
            parse_identity(wrong)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("110105491231002", "15 位"),
        ("1101051949123100", "18 位"),
        (made(born="19800230"), "出生日期"),
        (made(born="18991231"), "出生日期"),
        (made(region="000102"), "省份"),
        (SAMPLE[:-1] + "1", "校验位"),
        ("１" * 17 + "万", "18 位"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(text, says):
    with pytest.raises(Invalid, match=says):
        parse_identity(text)


def test_nobody_is_born_tomorrow_or_120_years_ago():
    day = date(2026, 5, 9)
    assert parse_identity(made(born="20260509"), on=day)
    for born in ("20260510", "19000101"):
        with pytest.raises(Invalid, match="出生日期"):
            parse_identity(made(born=born), on=day)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("买买提·艾合买提", "买*"),
        ("𠮷田", "𠮷*"),
        ("㐂", "*"),
        ("", "*"),
        ("葛\U000e0100城", "葛\U000e0100*"),
        ("Kim Min", "K*"),
    ],
)
def test_of_a_name_the_first_character_stays(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800008000", "138****8000"),
        ("0512-65221234", "0512-****1234"),
        ("010-65221234转801", "010-****1234"),
        ("110", "****"),
        ("", "****"),
    ],
)
def test_of_a_phone_the_middle_goes(phone, shown):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("plate", "shown"),
    [
        ("示A8K356", "示A·8**56"),
        ("示A·8K356", "示A·8**56"),
        ("苏AD12345", "苏A·D***45"),
        ("苏A1234挂", "苏A·1**4挂"),
        ("x", "***"),
    ],
)
def test_of_a_plate_the_ends_stay_to_compare(plate, shown):
    assert mask_plate(plate) == shown


@given(st.text(max_size=30))
def test_an_identity_number_shows_nothing_and_masks_never_show_all(text):
    assert mask_identity(text) == mask_identity(SAMPLE)
    if len(text.strip()) > 1 and "*" not in text:
        assert mask_name(text) != text
    digits = [c for c in mask_phone(text) if c.isdigit()]
    assert len(digits) <= max(7, len(text) - 4)
