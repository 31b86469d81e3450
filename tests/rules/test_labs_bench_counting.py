"""Counts are exact integers, and what was written stays as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.bench.rules.counting import Counted, Unreadable, read_count, said


@pytest.mark.parametrize(
    ("count", "dilution", "amount"),
    [
        ("42", "1:1000", 42_000),
        ("42", "10^-3", 42_000),
        ("42", "10⁻³", 42_000),
        ("４２", "1/10", 420),
        ("1,200", "", 1_200),
        ("0", "1:10", 0),
        ("300000000000", "1", 300_000_000_000),
    ],
)
def test_a_count_times_its_dilution_is_exact(count, dilution, amount):
    read = read_count(count, dilution, "CFU/mL", "<10 CFU/mL", "±12 %")
    assert read.amount == amount
    assert (read.lod, read.uncertainty) == ("<10 CFU/mL", "±12 %")
    assert read.as_entered.startswith(count)


@pytest.mark.parametrize("count", ["<10", "ND", "阴 性", "-1", "1.5", "1e3", "12 34", "9" * 14])
def test_a_text_that_is_no_count_is_never_zero(count):
    with pytest.raises(Unreadable) as refused:
        read_count(count, "1:10", "CFU/mL")
    assert refused.value.field == "count"


@pytest.mark.parametrize("dilution", ["1:0", "1000", "10^3", "10^-99", "稀释", "0.1"])
def test_a_dilution_that_is_not_understood_is_refused(dilution):
    with pytest.raises(Unreadable) as refused:
        read_count("42", dilution, "CFU/mL")
    assert refused.value.field == "dilution"


def test_a_count_needs_a_unit_and_nothing_counted_needs_nothing():
    with pytest.raises(Unreadable):
        read_count("42", "1:10", "每毫升")
    assert read_count() == Counted()
    assert said(read_count(lod="20 copies/µL")) == "检出限 20 copies/µL"


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_no_digit_is_ever_lost(count, dilution):
    read = read_count(str(count), f"1:{dilution}", "CFU/g")
    assert read.amount == count * dilution
