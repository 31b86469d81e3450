"""What wells say: unanimous replicates decide, controls hold the run, and an absence is never a negative."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.bench.rules import (
    RESULT_MOVES,
    Outcome,
    ResultAct,
    ResultState,
    RunFault,
    Unverifiable,
    decide,
    may_authorise,
    may_verify,
    validity,
)
from labs.register.rules import DecisionRule

RULE = DecisionRule(3, Decimal(35), Decimal(38), 40)


@dataclass(frozen=True)
class Well:
    cq: Decimal | None
    is_excluded: bool = False


NONE = Well(None)
SET_ASIDE = Well(None, is_excluded=True)


def well(cq):
    return Well(Decimal(cq))


@pytest.mark.parametrize(
    ("wells", "outcome"),
    [
        ([NONE, NONE], Outcome.NEGATIVE),
        ([well("28.6"), well("28.9")], Outcome.POSITIVE),
        ([well(35)], Outcome.POSITIVE),
        ([well("36.8"), well("37.4")], Outcome.GREY),
        ([well("38")], Outcome.GREY),
        ([well("38.001"), NONE], Outcome.NEGATIVE),
        ([well("40.0")], Outcome.NEGATIVE),
        ([well("28.6"), NONE], Outcome.GREY),
        ([well("34.9"), well("35.1")], Outcome.GREY),
        ([SET_ASIDE, NONE], Outcome.NEGATIVE),
        ([SET_ASIDE], Outcome.INVALID),
        ([], Outcome.INVALID),
    ],
)
def test_replicates_decide_only_together(wells, outcome):
    assert decide(wells, RULE) is outcome


@pytest.mark.parametrize(
    ("ntc", "positive", "faults"),
    [
        ([NONE], [well("24.8")], ()),
        ([], [well("24.8")], (RunFault.NO_NTC,)),
        ([NONE, well("39.5")], [well("24.8")], (RunFault.NTC_DETECTED,)),
        ([SET_ASIDE], [well("24.8")], (RunFault.NO_NTC,)),
        ([well("40")], [well("24.8")], ()),
        ([NONE], [], (RunFault.NO_POSITIVE,)),
        ([NONE], [well("24.8"), NONE], (RunFault.POSITIVE_FAILED,)),
        ([NONE], [well("36.2")], (RunFault.POSITIVE_FAILED,)),
        ([well("20")], [], (RunFault.NTC_DETECTED, RunFault.NO_POSITIVE)),
    ],
)
def test_a_run_stands_only_by_its_controls(ntc, positive, faults):
    assert validity(ntc, positive, RULE).faults == faults


def test_an_expired_reagent_stops_the_run():
    judged = validity([NONE], [well(24)], RULE, is_reagent_expired=True)
    assert judged.faults == (RunFault.REAGENT_EXPIRED,)
    assert not judged.is_valid


def test_nobody_verifies_their_own_entry():
    assert may_verify("a", {"a", "b"}, Outcome.NEGATIVE) is Unverifiable.OWN_ENTRY
    assert may_verify("c", {"a", "b"}, Outcome.NEGATIVE) is None
    assert may_verify("c", {"a"}, Outcome.GREY) is Unverifiable.NOT_FINAL


def test_enterer_verifier_and_authoriser_are_three_people():
    assert may_authorise("a", ["a"], ["b"]) is Unverifiable.OWN_ENTRY
    assert may_authorise("b", ["a"], ["b"]) is Unverifiable.OWN_VERIFICATION
    assert may_authorise("c", ["a"], ["b"]) is None


cqs = st.one_of(st.none(), st.decimals("0.001", "60", places=3))


@given(st.lists(cqs, min_size=1, max_size=4))
def test_negative_means_that_no_well_came_up_within_the_limits(values):
    outcome = decide([Well(v) for v in values], RULE)
    if outcome is Outcome.NEGATIVE:
        assert all(v is None or v > RULE.grey_max for v in values)
    if any(v is not None and v <= RULE.positive_max for v in values):
        assert outcome in {Outcome.POSITIVE, Outcome.GREY}


@given(st.lists(st.sampled_from(list(ResultAct)), max_size=6))
def test_no_path_reaches_a_report_without_verification(acts):
    state, verified = ResultState.ENTERED, False
    for act in acts:
        if not RESULT_MOVES.allows(state, act):
            continue
        state = RESULT_MOVES.after(state, act)
        verified = verified or act is ResultAct.VERIFY
        if state is ResultState.REPORTED:
            assert verified


def test_the_rule_is_said_as_the_report_prints_it():
    assert RULE.sentence == (
        "判定规则 v3：Cq ≤ 35 为阳性；35 < Cq ≤ 38 为灰区，须复检；"
        "无 Cq 或 Cq 超过 38（共 40 个循环）为阴性"
    )
