"""Pools: the state tables row by row, what may be mixed, and deconvolution against a known truth."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import NotAllowedNow
from labs.pools.rules import (
    MEMBER_MOVES,
    MOVES,
    SENTENCES,
    SHIPPED,
    Candidate,
    Limit,
    MemberAct,
    MemberState,
    PoolAct,
    PoolState,
    Unfit,
    act_of,
    depth_of,
    later_cycles,
    limit_on,
    sensitivity,
    unfit,
)

POOL_ROWS = {
    "an open pool that comes back negative is cleared": ("open", "clear", "negative"),
    "an open pool that does not come back negative is split": ("open", "split", "split"),
    "an open pool may be given up": ("open", "dissolve", "dissolved"),
    "a negative pool may be taken back": ("negative", "retract", "retracted"),
    "a split pool may be taken back": ("split", "retract", "retracted"),
}
MEMBER_ROWS = {
    "a waiting member of a negative pool is negative by pool": ("pending", "clear", "negative"),
    "a waiting member of a pool that is not negative becomes a single": (
        "pending",
        "single_out",
        "single",
    ),
    "a waiting member leaves a pool that is given up": ("pending", "release", "released"),
    "a member negative by pool leaves when the pool is taken back": (
        "negative",
        "release",
        "released",
    ),
    "a single leaves when its split pool is taken back": ("single", "release", "released"),
}


@pytest.mark.parametrize("row", POOL_ROWS.values(), ids=POOL_ROWS.keys())
def test_pool(row):
    before, act, after = row
    assert MOVES.after(PoolState(before), PoolAct(act)) == after


@pytest.mark.parametrize("row", MEMBER_ROWS.values(), ids=MEMBER_ROWS.keys())
def test_member(row):
    before, act, after = row
    assert MEMBER_MOVES.after(MemberState(before), MemberAct(act)) == after


def test_no_other_move_of_a_pool_or_a_member_is_lawful():
    assert set(MOVES.table) == {(PoolState(b), PoolAct(a)) for b, a, _ in POOL_ROWS.values()}
    assert set(MEMBER_MOVES.table) == {
        (MemberState(b), MemberAct(a)) for b, a, _ in MEMBER_ROWS.values()
    }
    with pytest.raises(NotAllowedNow):
        MOVES.after(PoolState.DISSOLVED, PoolAct.CLEAR)


LIMIT = Limit("qpcr", 5, False, date(2020, 1, 1), "示例", is_marked=False)
ONE = Candidate(
    order=1,
    lab="L",
    disease="DIV1",
    method="m",
    matrix="仔虾",
    species="PNV",
    stage="仔虾",
    keep_apart="g1",
    depth=0,
    is_owed=True,
    is_taken=False,
    must_be_single=False,
)


def some(count, **changed):
    """So many alike candidates, the last one changed."""
    alike = [replace(ONE, order=n) for n in range(count)]
    return [*alike[:-1], replace(alike[-1], **changed)]


def test_alike_samples_up_to_the_limit_are_one_pool():
    assert unfit(some(2), LIMIT) == ()
    assert unfit(some(5), LIMIT) == ()
    assert unfit(some(6), LIMIT) == (Unfit.TOO_MANY,)
    assert unfit(some(1), LIMIT) == (Unfit.TOO_FEW,)
    assert Unfit.NO_LIMIT in unfit(some(2), None)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"lab": "M"}, Unfit.OTHER_LAB),
        ({"disease": "WSD"}, Unfit.OTHER_TEST),
        ({"method": "n"}, Unfit.OTHER_TEST),
        ({"matrix": "鳃"}, Unfit.OTHER_MATRIX),
        ({"species": "FCG"}, Unfit.OTHER_SPECIES),
        ({"stage": "成虾"}, Unfit.OTHER_STAGE),
        ({"keep_apart": "g2"}, Unfit.OTHER_ORIGIN),
        ({"order": 0}, Unfit.TWICE),
        ({"is_taken": True}, Unfit.TAKEN),
        ({"is_owed": False}, Unfit.NOT_OWED),
        ({"must_be_single": True}, Unfit.MUST_BE_SINGLE),
        ({"depth": 1}, Unfit.MIXED_DEPTH),
    ],
)
def test_one_that_differs_keeps_the_pool_from_being_made(changed, why):
    assert unfit(some(3, **changed), LIMIT) == (why,)
    assert SENTENCES[why]


def test_samples_whose_origin_nobody_said_are_mixed_only_by_rule():
    unsaid = [replace(one, keep_apart="") for one in some(3)]
    assert unfit(unsaid, LIMIT) == (Unfit.OTHER_ORIGIN,)
    assert unfit(unsaid, replace(LIMIT, may_mix=True)) == ()
    assert unfit(some(3, keep_apart="g2"), replace(LIMIT, may_mix=True)) == ()


def test_a_pool_of_pools_is_as_deep_as_it_gets():
    pools = [replace(one, depth=1) for one in some(3)]
    assert unfit(pools, LIMIT) == ()
    assert depth_of(pools) == 2
    deeper = [replace(one, depth=2) for one in some(3)]
    assert unfit(deeper, LIMIT) == (Unfit.TOO_DEEP,)


def test_the_limit_of_the_day_is_the_one_that_began_last():
    later = replace(LIMIT, most=3, from_on=date(2026, 7, 1))
    assert limit_on([later, LIMIT], date(2026, 6, 30)) == LIMIT
    assert limit_on([LIMIT, later], date(2026, 7, 1)) == later
    assert limit_on([LIMIT], date(2019, 1, 1)) is None


def test_a_limit_nobody_could_check_says_so():
    assert all(limit.is_marked and "未核实" in limit.words for limit in SHIPPED)
    assert {limit.method for limit in SHIPPED} == {"qpcr"}


def test_dilution_is_told_in_cycles():
    assert (later_cycles(1), later_cycles(4), later_cycles(0)) == (0.0, 2.0, 0.0)
    assert "推迟 2.3 个循环" in sensitivity(5)


@pytest.mark.parametrize("outcome", ["positive", "grey", "inconclusive", "invalid"])
def test_only_a_negative_pool_says_anything_of_its_members(outcome):
    assert act_of(outcome) == (PoolAct.SPLIT, MemberAct.SINGLE_OUT)
    assert act_of("negative") == (PoolAct.CLEAR, MemberAct.CLEAR)


def assay(truth):
    """A perfect test of a mixture."""
    return "positive" if any(truth) else "negative"


def deconvolve(truth, k, depth):
    """Walk a block of samples down the scheme by the rules alone; return what each is told, and the tests used."""
    if depth == 0 or len(truth) == 1:
        return [assay([one]) for one in truth], len(truth)
    _, member = act_of(assay(truth))
    if member is MemberAct.CLEAR:
        return ["negative"] * len(truth), 1
    size = k ** (depth - 1)
    blocks = [truth[n : n + size] for n in range(0, len(truth), size)]
    parts = [deconvolve(block, k, depth - 1) for block in blocks]
    return [one for told, _ in parts for one in told], 1 + sum(used for _, used in parts)


@given(
    truth=st.lists(st.booleans(), min_size=1, max_size=25),
    k=st.integers(2, 5),
    depth=st.integers(1, 2),
)
def test_with_a_perfect_test_every_member_is_told_the_truth(truth, k, depth):
    told, used = [], 0
    for start in range(0, len(truth), k**depth):
        part, more = deconvolve(truth[start : start + k**depth], k, depth)
        told, used = told + part, used + more
    assert told == ["positive" if one else "negative" for one in truth]
    # The worst a scheme can cost: every sample, and every pool above it.
    pools = sum(-(-len(truth) // k**level) for level in range(1, depth + 1))
    assert used <= len(truth) + pools
    if not any(truth):
        assert used == -(-len(truth) // k**depth)
