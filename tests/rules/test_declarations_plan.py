"""Cutting a declaration into batches and loads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aquacert.declarations.rules.plan import (
    BatchPlan,
    beyond_stock,
    lots_twice,
    people,
    share_out,
    split,
)

SHRIMP = BatchPlan("PNV", "尾", 500_000, "a", "2 号塘")
CARP = BatchPlan("FCG", "尾", 200_000, "b", "5 号塘")


def test_an_empty_quantity_sends_the_whole_batch_with_the_only_lorry():
    given_, faults = share_out([SHRIMP, CARP], [[None, None]])
    assert (given_, faults) == ([{0: 500_000, 1: 200_000}], {})


def test_two_species_in_one_lorry_are_two_loads():
    loads = split([SHRIMP, CARP], [{0: 500_000, 1: 200_000}])
    assert [(one.transport, one.lines) for one in loads] == [(0, {0: 500_000}), (0, {1: 200_000})]


def test_two_batches_of_one_species_in_one_lorry_are_one_load():
    other = BatchPlan("PNV", "尾", 100, "c")
    assert len(split([SHRIMP, other], [{0: 500_000, 1: 100}])) == 1


def test_two_units_never_share_a_load():
    by_weight = BatchPlan("PNV", "kg", 3, "c")
    assert len(split([SHRIMP, by_weight], [{0: 500_000, 1: 3}])) == 2


def test_several_lorries_must_say_what_each_carries():
    _, faults = share_out([SHRIMP], [[None], [None]])
    assert set(faults) == {"loads-0-quantities-0"}


def test_lorries_never_carry_more_than_the_batch():
    _, faults = share_out([SHRIMP], [[300_000], [200_001]])
    assert "500,001" in faults["loads-1-quantities-0"]


def test_a_lorry_that_carries_nothing_is_named():
    _, faults = share_out([SHRIMP], [[500_000], [0]])
    assert set(faults) == {"loads-1-quantities-0"}


def test_one_lot_makes_one_batch():
    assert set(lots_twice([SHRIMP, CARP, SHRIMP])) == {"batches-2-lot"}


def test_every_batch_is_held_against_its_own_lot():
    faults = beyond_stock([SHRIMP, CARP], {"a": 500_000, "b": 199_999})
    assert set(faults) == {"batches-1-quantity"}
    assert "5 号塘最多还能报 199,999 尾" in faults["batches-1-quantity"]


amounts = st.integers(0, 10**9)


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=5).flatmap(
        lambda held: st.tuples(
            st.just(held),
            st.lists(
                st.lists(amounts, min_size=len(held), max_size=len(held)), min_size=1, max_size=4
            ),
        )
    )
)
def test_without_a_fault_the_loads_fit_into_the_batches(case):
    held, wanted = case
    batches = [BatchPlan("PNV", "尾", quantity, str(at)) for at, quantity in enumerate(held)]
    given_, faults = share_out(batches, wanted)
    if faults:
        return
    loads = split(batches, given_)
    for at, batch in enumerate(batches):
        assert sum(load.lines.get(at, 0) for load in loads) <= batch.quantity
    assert all(load.lines for load in loads)


@given(st.integers(0, 2**63 - 1))
def test_a_quantity_in_people_words_is_never_rounded(quantity):
    said = people(quantity).replace(",", "")
    if said.endswith(" 万"):
        whole, _, part = said.removesuffix(" 万").partition(".")
        assert int(whole) * 10_000 + int(part or 0) * 1_000 == quantity
    else:
        assert int(said) == quantity
