"""The stock ledger's arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.hatcheries.rules import (
    ADDS,
    LARGEST,
    TAKES,
    Kind,
    balance_after,
    reason_for,
    replay,
    signed,
)
from aquacert.kernel.errors import Invalid


@given(
    st.lists(st.tuples(st.sampled_from(sorted(ADDS | TAKES)), st.integers(1, 10**12)), max_size=30)
)
def test_the_running_balance_is_the_sum_of_the_entries_and_never_negative(entries):
    balance, changes = 0, []
    for kind, quantity in entries:
        change = signed(kind, quantity)
        try:
            balance = balance_after(balance, change, "尾")
        except Invalid:
            assert balance + change < 0
            continue
        changes.append(change)
        assert balance >= 0
    assert replay(changes) == balance


@pytest.mark.parametrize("kind", sorted(ADDS | TAKES))
def test_a_kind_with_one_direction_wants_a_quantity_above_zero(kind):
    for quantity in (0, -1):
        with pytest.raises(Invalid):
            signed(kind, quantity)


def test_taking_more_than_there_is_names_what_there_is():
    with pytest.raises(Invalid, match="现存 1,000 尾，不够减 1,001 尾"):
        balance_after(1000, -1001, "尾")


def test_a_number_no_row_can_hold_is_refused():
    with pytest.raises(Invalid):
        signed(Kind.HATCH, LARGEST + 1)
    with pytest.raises(Invalid):
        balance_after(LARGEST, 1, "尾")


@pytest.mark.parametrize("kind", [Kind.CORRECTION, Kind.TRANSFER, Kind.DISPOSAL])
def test_a_correction_must_say_why(kind):
    with pytest.raises(Invalid):
        reason_for(kind, " ")
    assert reason_for(kind, " 清点 ") == "清点"
    assert reason_for(Kind.DEATH, "") == ""
