"""What wells say: unanimous replicates decide, controls hold the run, and an absence is never a negative."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.bench.rules import (
    FILE_MOVES,
    RESULT_MOVES,
    SHEET_MOVES,
    Next,
    Outcome,
    ResultAct,
    ResultState,
    RunFault,
    Unverifiable,
    beside_ic,
    decide,
    may_authorise,
    may_verify,
    next_of,
    validity,
)
from labs.register.rules import DecisionRule
from labs.register.rules.demands import Demands

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


# ── Demands of the rule version ──────────────────────────────────────────────────────────────────

STRICT = Demands(
    replicates=2,
    retest_wells=3,
    retests=1,
    ntc=2,
    nec=2,
    positive=2,
    lpc=2,
    lpc_max=Decimal(35),
    ic_min=Decimal(24),
    ic_max=Decimal(32),
)


@pytest.mark.parametrize(
    ("wells", "wanted", "outcome"),
    [
        ([NONE, NONE], 2, Outcome.NEGATIVE),
        ([NONE], 2, Outcome.INVALID),
        ([NONE, SET_ASIDE], 2, Outcome.INVALID),
        ([well(28), NONE], 2, Outcome.GREY),
        ([well(28), well(29)], 2, Outcome.POSITIVE),
        ([well("36.8"), well("37.4")], 2, Outcome.GREY),
        ([well(40), NONE], 2, Outcome.NEGATIVE),
        ([NONE, NONE], 3, Outcome.INVALID),
        ([NONE, NONE, NONE], 3, Outcome.NEGATIVE),
        ([NONE, NONE, well(39)], 3, Outcome.NEGATIVE),
        ([NONE, NONE, well(37)], 3, Outcome.GREY),
        ([], 1, Outcome.INVALID),
    ],
)
def test_a_conclusion_needs_the_wanted_replicates(wells, wanted, outcome):
    assert decide(wells, RULE, wanted=wanted) is outcome


@pytest.mark.parametrize(
    ("target", "ic", "outcome"),
    [
        (NONE, well("27.9"), Outcome.NEGATIVE),
        (NONE, well("32.1"), Outcome.INVALID),
        (NONE, well("23.9"), Outcome.INVALID),
        (NONE, NONE, Outcome.INVALID),
        (NONE, None, Outcome.INVALID),
        (NONE, SET_ASIDE, Outcome.INVALID),
        (well(28), NONE, Outcome.POSITIVE),
        (well(37), None, Outcome.GREY),
        (well(40), NONE, Outcome.INVALID),
    ],
)
def test_nothing_detected_counts_only_beside_an_internal_control_that_came_up(target, ic, outcome):
    assert decide(beside_ic([target], [ic], RULE, STRICT), RULE) is outcome


@pytest.mark.parametrize(
    ("outcome", "done", "asked"),
    [
        (Outcome.NEGATIVE, 0, Next.REVIEW),
        (Outcome.POSITIVE, 1, Next.REVIEW),
        (Outcome.GREY, 0, Next.RETEST),
        (Outcome.GREY, 1, Next.NEW_SAMPLE),
        (Outcome.GREY, 2, Next.NEW_SAMPLE),
        (Outcome.INVALID, 0, Next.RETEST),
        (Outcome.INVALID, 5, Next.RETEST),
    ],
)
def test_grey_is_tested_again_and_then_asks_for_a_new_sample(outcome, done, asked):
    assert next_of(outcome, done, STRICT) is asked


GOOD = {
    "ntc": [NONE, NONE],
    "nec": [NONE, NONE],
    "positive": [well("24.8"), well("24.9")],
    "lpc": [well("33.1"), well("33.4")],
}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, None),
        ({"ntc": [NONE]}, RunFault.NO_NTC),
        ({"ntc": [NONE, well("39.9")]}, RunFault.NTC_DETECTED),
        ({"nec": [NONE]}, RunFault.NO_NEC),
        ({"nec": [NONE, well(36)]}, RunFault.NEC_DETECTED),
        ({"positive": [well("24.8")]}, RunFault.NO_POSITIVE),
        ({"positive": [well("24.8"), NONE]}, RunFault.POSITIVE_FAILED),
        ({"lpc": [well(33)]}, RunFault.NO_LPC),
        ({"lpc": [well(33), well("35.1")]}, RunFault.LPC_FAILED),
        ({"lpc": [well(33), NONE]}, RunFault.LPC_FAILED),
        ({"lpc": [well(33), SET_ASIDE]}, RunFault.NO_LPC),
    ],
)
def test_a_run_stands_by_every_control_its_rule_wants(changed, fault):
    wells = GOOD | changed
    judged = validity(
        wells["ntc"],
        wells["positive"],
        RULE,
        demands=STRICT,
        nec=wells["nec"],
        lpc=wells["lpc"],
    )
    assert judged.faults == (() if fault is None else (fault,))


def test_the_registers_own_words_are_said_with_the_fault():
    judged = validity([NONE], [well(24)], RULE, said={RunFault.LOT_EXPIRED: "已过期 3 天"})
    assert judged.faults == (RunFault.LOT_EXPIRED,)
    assert judged.sentences[0].endswith("（已过期 3 天）")


def test_demands_are_kept_exactly_and_printed_with_the_rule():
    rule = DecisionRule(4, Decimal(35), Decimal(40), 45, STRICT)
    assert Demands.of(STRICT.plain()) == STRICT
    assert Demands.of(None) == Demands()
    assert "每样 2 孔重复" in rule.sentence
    assert "内参须 24 ≤ Cq ≤ 32" in rule.sentence


wells_of_any_kind = st.lists(
    st.builds(Well, cqs, st.booleans()).map(lambda w: Well(None, True) if w.is_excluded else w),
    max_size=6,
)


@given(wells_of_any_kind, st.randoms(use_true_random=False), st.integers(1, 3))
def test_the_order_of_wells_does_not_matter(wells, chance, wanted):
    mixed = list(wells)
    chance.shuffle(mixed)
    assert decide(mixed, RULE, wanted=wanted) is decide(wells, RULE, wanted=wanted)


@given(wells_of_any_kind, st.integers(1, 3))
def test_negative_needs_the_wanted_replicates_each_without_detection(wells, wanted):
    if decide(wells, RULE, wanted=wanted) is Outcome.NEGATIVE:
        read = [w for w in wells if not w.is_excluded]
        assert len(read) >= wanted
        assert all(w.cq is None or w.cq > RULE.grey_max for w in read)


@given(wells_of_any_kind, st.integers(1, 3))
def test_setting_a_well_aside_never_makes_its_own_reading_negative(wells, wanted):
    aside = [Well(None, is_excluded=True) for _ in wells]
    assert decide(aside, RULE, wanted=wanted) is Outcome.INVALID


# ── Every row of the state tables ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("moves", "state", "act", "after"),
    [
        pytest.param(RESULT_MOVES, "entered", "verify", "verified", id="entered is verified"),
        pytest.param(RESULT_MOVES, "entered", "send_back", "returned", id="entered is sent back"),
        pytest.param(RESULT_MOVES, "entered", "take_back", "returned", id="entered is taken back"),
        pytest.param(RESULT_MOVES, "entered", "retest", "retest", id="entered is owed again"),
        pytest.param(RESULT_MOVES, "verified", "report", "reported", id="verified is reported"),
        pytest.param(RESULT_MOVES, "verified", "withdraw", "withdrawn", id="verified is withdrawn"),
        pytest.param(RESULT_MOVES, "reported", "withdraw", "withdrawn", id="reported is withdrawn"),
        pytest.param(FILE_MOVES, "staged", "import", "imported", id="a staged file is imported"),
        pytest.param(FILE_MOVES, "staged", "discard", "discarded", id="a staged file is left"),
        pytest.param(FILE_MOVES, "discarded", "stage", "staged", id="a file left comes again"),
        pytest.param(SHEET_MOVES, "draft", "run", "running", id="a drafted plate is run"),
        pytest.param(SHEET_MOVES, "draft", "drop", "dropped", id="a drafted plate is dropped"),
        pytest.param(SHEET_MOVES, "running", "finish", "done", id="a running plate is submitted"),
        pytest.param(SHEET_MOVES, "running", "drop", "dropped", id="a running plate is dropped"),
    ],
)
def test_a_state_goes_where_its_table_says(moves, state, act, after):
    assert moves.after(state, act) == after


@pytest.mark.parametrize(("moves", "rows"), [(RESULT_MOVES, 7), (FILE_MOVES, 3), (SHEET_MOVES, 4)])
def test_every_row_of_a_state_table_is_named_above(moves, rows):
    assert len(moves.table) == rows


def test_what_is_owed_again_is_never_verified():
    for act in ResultAct:
        assert not RESULT_MOVES.allows(ResultState.RETEST, act)
