"""A Cq is read with certainty or refused; nothing unread becomes a negative."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.instruments.rules import (
    NO_CQ_WORDS,
    RefusalCode,
    Role,
    UnreadableCq,
    Why,
    plain,
    read_cq,
    role_of_name,
    well_name,
    well_of_number,
)
from labs.instruments.rules.typed import read_typed_cq


def test_a_number_below_the_cap_is_a_detection():
    assert read_cq("28.96287", cap=40, blank_is_none=False) == (Decimal("28.96287"), Why.DETECTED)


@pytest.mark.parametrize("text", ["40", "40.0", "47.32"])
def test_a_cq_at_or_above_the_cycle_cap_is_not_a_detection(text):
    assert read_cq(text, cap=40, blank_is_none=False) == (None, Why.AT_CAP)


@pytest.mark.parametrize("text", ["Undetermined", "undet.", "无", "NaN", "No Ct", " 无 Cq "])
def test_the_words_instruments_use_for_nothing_are_understood(text):
    assert read_cq(text, cap=None, blank_is_none=False).why is Why.NO_CQ


@pytest.mark.parametrize(
    "text", ["阴 性", "阴性?", "<LOD", "ND", "N/A", "neg", "28.1*", "=28", "3,8,1", "1e9"]
)
def test_a_text_that_is_not_understood_is_refused_never_negative(text):
    with pytest.raises(UnreadableCq) as refused:
        read_cq(text, cap=40, blank_is_none=True)
    assert refused.value.code is RefusalCode.CQ_UNREADABLE


@pytest.mark.parametrize("text", ["-1.0", "-1", "0", "0.0"])
def test_a_cq_the_instrument_did_not_work_out_is_refused(text):
    with pytest.raises(UnreadableCq) as refused:
        read_cq(text, cap=40, blank_is_none=True)
    assert refused.value.code is RefusalCode.CQ_NOT_AVAILABLE


def test_an_empty_cell_is_nothing_only_where_the_instrument_means_it_so():
    assert read_cq("", cap=40, blank_is_none=True).why is Why.NO_CQ
    with pytest.raises(UnreadableCq) as refused:
        read_cq(None, cap=40, blank_is_none=False)
    assert refused.value.code is RefusalCode.CQ_BLANK


def test_full_width_digits_and_decimal_commas_are_read():
    assert read_cq("２８．５", cap=40, blank_is_none=False).value == Decimal("28.500")
    assert read_cq("28,5", cap=40, blank_is_none=False, decimal_comma=True).value == Decimal(
        "28.500"
    )


@given(st.text(max_size=30))
def test_no_text_at_all_is_negative_unless_it_says_so(text):
    try:
        read = read_cq(text, cap=None, blank_is_none=False)
    except UnreadableCq:
        return
    assert read.why is Why.DETECTED or plain(text).lower() in NO_CQ_WORDS


@pytest.mark.parametrize(
    ("text", "well"), [("a1", "A1"), ("H012", "H12"), ("Ａ３", "A3"), ("AF48", "AF48")]
)
def test_wells_have_one_spelling(text, well):
    assert well_name(text) == well


def test_numbered_reactions_are_counted_row_by_row():
    assert [well_of_number(n, 12) for n in (1, 12, 13, 96)] == ["A1", "A12", "B1", "H12"]
    assert well_of_number(384, 24) == "P24"


def test_controls_are_known_by_their_names():
    assert [role_of_name(n) for n in ("NTC_1", "CPOS-2", "LPC", "M7K2-0388", "NTCABCDE")] == [
        Role.NTC,
        Role.POSITIVE,
        Role.POSITIVE,
        Role.UNKNOWN,
        Role.UNKNOWN,
    ]


@pytest.mark.parametrize("slip", ["99", "225", "40.1", "NaN", "nan"])
def test_a_slip_of_the_hand_is_no_negative(slip):
    with pytest.raises(UnreadableCq):
        read_typed_cq(slip, cap=40)
    assert read_typed_cq("22.5", cap=40).why is Why.DETECTED
    assert read_typed_cq("40", cap=40).why is Why.AT_CAP
    assert read_typed_cq("无", cap=40).why is Why.NO_CQ
