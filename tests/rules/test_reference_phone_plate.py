"""Telephones and number plates as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.plate import parse_plate, show_plate


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("13800008000", "13800008000"),
        ("138 0000 8000", "13800008000"),
        ("138-0000-8000", "13800008000"),
        ("+86 138 0000 8000", "13800008000"),
        ("0086-13800008000", "13800008000"),
        ("１３８００００８０００", "13800008000"),
        ("\u202d13800008000\u202c", "13800008000"),
        ("16600001111", "16600001111"),
        ("19900001111", "19900001111"),
        ("0512-65221234", "0512-65221234"),
        ("(0512) 6522 1234", "0512-65221234"),
        ("+86 512 65221234", "0512-65221234"),
        ("010-6522 1234", "010-65221234"),
        ("025 6522 1234 转 801", "025-65221234转801"),
        ("0515-8123456", "0515-8123456"),
        ("4008001234", "4008001234"),
    ],
)
def test_one_number_has_one_form(text, kept):
    assert parse_phone(text) == kept
    assert parse_phone(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "12800008000",
        "1380000800",
        "138000080000",
        "65221234",
        "0512-1234567",
        "138O0008000",
        "电话",
        "13800008000a",
        "١٣٨٠٠٠٠٨٠٠٠x",
    ],
)
def test_what_cannot_ring_is_refused_with_an_example(text):
    with pytest.raises(Invalid, match="138 0000 8000") as caught:
        parse_phone(text, field="owner_phone")
    assert set(caught.value.fields) == {"owner_phone"}


@given(st.text(max_size=30))
def test_any_text_is_a_phone_or_a_sentence(text):
    with suppress(Invalid):
        assert parse_phone(text).replace("-", "").replace("转", "").isdigit()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("苏A12345", "苏A12345"),
        ("苏a·12345", "苏A12345"),
        ("苏 A 1B2C3", "苏A1B2C3"),
        ("苏Ａ１２３４５", "苏A12345"),
        ("苏AD12345", "苏AD12345"),
        ("苏AF1234A", None),
        ("苏A12345D", "苏A12345D"),
        ("苏AFB1234", "苏AFB1234"),
        ("鲁B1234挂", "鲁B1234挂"),
        ("示A·8K356", "示A8K356"),
        ("示A6P208", "示A6P208"),
        ("苏A1234O", None),
        ("苏AI2345", None),
        ("苏I12345", None),
        ("苏AABCDE", None),
        ("苏A1234", None),
        ("苏A1234567", None),
        ("美A12345", None),
        ("12345", None),
        ("", None),
    ],
)
def test_a_plate_is_one_that_exists_or_is_refused(text, kept):
    if kept is None:
        with pytest.raises(Invalid, match="苏AD12345"):
            parse_plate(text)
    else:
        assert parse_plate(text) == kept
        assert parse_plate(show_plate(kept)) == kept


def test_the_letter_o_is_explained():
    with pytest.raises(Invalid, match="数字 1 和 0"):
        parse_plate("苏A1234O")
