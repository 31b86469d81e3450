"""The Westgard rules by tables: each row is a series of z values, and what its last value breaks."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.quality.rules import Rule, Target, broken, rejects, target_of
from labs.quality.rules.charts import Control, Series, Value, beside, judged

TABLE = [
    ([0.0, 1.9], (), ()),
    ([0.0, 2.0], (), ()),
    ([0.0, 2.1], (), (Rule.W_1_2S,)),
    ([0.0, -2.1], (), (Rule.W_1_2S,)),
    ([0.0, 3.0], (), (Rule.W_1_2S,)),
    ([0.0, 3.1], (), (Rule.R_1_3S,)),
    ([0.0, -3.1], (), (Rule.R_1_3S,)),
    ([2.1, 2.2], (), (Rule.R_2_2S,)),
    ([-2.1, -2.2], (), (Rule.R_2_2S,)),
    ([2.1, -2.2], (), (Rule.W_1_2S,)),
    ([2.1, 0.0, 2.2], (), (Rule.W_1_2S,)),
    ([2.1], (-2.2,), (Rule.R_R_4S,)),
    ([-2.1], (2.2, 0.1), (Rule.R_R_4S,)),
    ([2.1], (2.2,), (Rule.W_1_2S,)),
    ([1.0], (-2.2, 2.3), ()),
    ([1.1, 1.2, 1.3, 1.4], (), (Rule.R_4_1S,)),
    ([-1.1, -1.2, -1.3, -1.4], (), (Rule.R_4_1S,)),
    ([1.1, 1.2, 0.9, 1.4], (), ()),
    ([0.1] * 9, (), ()),
    ([0.1] * 10, (), (Rule.R_10X,)),
    ([-0.1] * 10, (), (Rule.R_10X,)),
    ([0.1] * 9 + [0.0], (), ()),
    ([0.1] * 5 + [-0.1] + [0.1] * 9, (), ()),
    ([1.1] * 8 + [2.1, 3.2], (), (Rule.R_1_3S, Rule.R_2_2S, Rule.R_4_1S, Rule.R_10X)),
]


@pytest.mark.parametrize(("zs", "beside", "rules"), TABLE)
def test_each_row_of_the_textbook_table_breaks_what_it_says(zs, beside, rules):
    assert broken(zs, beside) == rules


def test_only_1_2s_is_a_warning():
    assert not rejects((Rule.W_1_2S,))
    assert all(rejects((rule,)) for rule in Rule if rule is not Rule.W_1_2S)


def test_the_spread_is_that_of_a_sample():
    assert target_of([23.0, 25.0]) == Target(24.0, 2**0.5)
    assert target_of([24.0]) is None
    assert target_of([24.0, 24.0]) is None


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30))
def test_the_rules_know_no_up_and_down(zs):
    assert broken(zs) == broken([-z for z in zs])


def test_values_that_gave_the_mean_are_not_judged_across_controls_either():
    runs = [UUID(int=n) for n in range(9)]
    low, high = [24.0, 25.0] * 4 + [15.0], [30.0, 31.0] * 4 + [40.0]

    def series(control, cqs, first):
        values = [
            Value(run, "R", run, date(2026, 5, 1), cq) for run, cq in zip(runs, cqs, strict=True)
        ]
        return judged(Series(control, "K", tuple(values), first=first))

    learnt = [series(Control.POS, low, 9), series(Control.LPC, high, 9)]
    assert not any(value.broken for each in beside(learnt) for value in each.values)
    later = [series(Control.POS, low, 8), series(Control.LPC, high, 8)]
    assert all(Rule.R_R_4S in each.values[-1].broken for each in beside(later))
