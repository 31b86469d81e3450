"""Which tests a batch needs; codes that say nothing; bars a scanner reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.sampling.rules import ALPHABET, Because, blind_code, code128, required

TRIGGERS = {"WSD": "clinical", "DIV1": "clinical", "EHPD": "always"}


@pytest.mark.parametrize(
    ("suspected", "planned", "ordered", "wanted"),
    [
        ((), (), (), {"EHPD": Because.ALWAYS}),
        (("WSD",), (), (), {"EHPD": Because.ALWAYS, "WSD": Because.SUSPICION}),
        ((), ("WSD",), (), {"EHPD": Because.ALWAYS, "WSD": Because.PLAN}),
        (("WSD",), ("WSD",), (), {"EHPD": Because.ALWAYS, "WSD": Because.SUSPICION}),
        ((), ("KHVD",), (), {"EHPD": Because.ALWAYS}),
        ((), (), (("DIV1", Because.VET),), {"EHPD": Because.ALWAYS, "DIV1": Because.VET}),
    ],
)
def test_each_reason_asks_for_its_test_once(suspected, planned, ordered, wanted):
    found = required(TRIGGERS, suspected, planned, ordered)
    assert {test.disease_code: test.because for test in found} == wanted


@given(st.binary(min_size=10, max_size=16))
def test_a_blind_code_has_only_letters_that_are_read_aloud_safely(random):
    code = blind_code(random)
    assert len(code) == 11
    assert set(code) - {"-"} <= set(ALPHABET)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20))
def test_code_128_has_eleven_modules_a_character(text):
    widths = code128(text)
    assert sum(widths) == 11 * (len(text) + 2) + 13
    assert all(1 <= width <= 4 for width in widths)


def test_code_128_refuses_what_it_cannot_say():
    with pytest.raises(ValueError, match="盲"):
        code128("盲")
