"""What asks for a test, why one blocks its batch, and that nobody gets a certificate alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aquacert.certificates.rules.facts import RequiredResult
from aquacert.certificates.rules.readiness import findings
from aquacert.reference.rules.dated import OPT_IN, DatedRule, RuleUnit, Sureness, binds
from aquacert.sampling.rules import Because, Stage, required, told, why_blocked
from aquacert.sampling.rules import TestStanding as WhereItStands
from aquacert.sampling.rules.standing import GENTLE, SENTENCES, AtLab, Block, not_ordered
from labs.bench.rules import (
    LIVE,
    RESULT_MOVES,
    Outcome,
    ResultAct,
    ResultState,
    may_authorise,
    may_verify,
)
from labs.reports.rules import MOVES as REPORT_MOVES
from labs.reports.rules import ReportAct, ReportState
from tests.rules.test_certificates_readiness import TODAY, a_batch, facts

DAY = date(2026, 5, 9)
TRIGGERS = {"A": "always", "C": "category", "S": "suspicion", "P": "plan", "K": "clinical"}


@pytest.mark.parametrize(
    ("suspected", "planned", "in_category", "wanted"),
    [
        ((), (), False, {"A": Because.ALWAYS}),
        ((), (), True, {"A": Because.ALWAYS, "C": Because.CATEGORY}),
        (("S",), (), False, {"A": Because.ALWAYS, "S": Because.SUSPICION}),
        (("K",), (), False, {"A": Because.ALWAYS, "K": Because.SUSPICION}),
        ((), ("P",), False, {"A": Because.ALWAYS, "P": Because.PLAN}),
        ((), ("K",), False, {"A": Because.ALWAYS, "K": Because.PLAN}),
        ((), ("C",), False, {"A": Because.ALWAYS, "C": Because.PLAN}),
        (("C",), ("C",), True, {"A": Because.ALWAYS, "C": Because.CATEGORY}),
        (("A",), ("A",), True, {"A": Because.ALWAYS, "C": Because.CATEGORY}),
        ((), ("X",), False, {"A": Because.ALWAYS}),
        (("X",), (), False, {"A": Because.ALWAYS, "X": Because.SUSPICION}),
        (
            ("K",),
            ("P", "K"),
            True,
            {
                "A": Because.ALWAYS,
                "C": Because.CATEGORY,
                "K": Because.SUSPICION,
                "P": Because.PLAN,
            },
        ),
    ],
)
def test_each_trigger_and_their_combinations_ask_for_each_disease_once(
    suspected, planned, in_category, wanted
):
    found = required(TRIGGERS, suspected, planned, in_category=in_category)
    assert {test.disease_code: test.because for test in found} == wanted
    assert len(found) == len(wanted)


def test_a_category_is_kept_as_always_where_an_order_is_stored():
    assert Because.CATEGORY.stored is Because.ALWAYS
    assert Because.PLAN.stored is Because.PLAN


GOOD = WhereItStands(
    disease_code="DIV1",
    disease_name="十足目虹彩病毒病",
    because="plan",
    state=Stage.RELEASED,
    outcome="negative",
    report_no="LAB-1",
    report_id=None,
    lab_id=None,
    lab_name="示例实验室",
    method_code="m",
    sampled_on=DAY,
    released_on=DAY,
    in_scope=True,
    sent_on=DAY,
)
OPEN = {"outcome": None, "report_no": "", "in_scope": True}
LAB = AtLab(due_on=date(2026, 5, 12))


@pytest.mark.parametrize(
    ("change", "at_lab", "block", "says"),
    [
        ({}, None, None, ""),
        (OPEN | {"state": Stage.ORDERED}, None, Block.NOT_SAMPLED, "还没有抽样"),
        (OPEN | {"state": Stage.ORDERED, "is_unfit": True}, None, Block.UNFIT, "不能检测"),
        (OPEN | {"state": Stage.SAMPLED}, None, Block.NOT_SENT, "5月9日已封样"),
        (OPEN | {"state": Stage.SENT}, None, Block.UNDER_WAY, "5月9日已送往示例实验室"),
        (OPEN | {"state": Stage.RECEIVED}, LAB, Block.AT_LAB, "预计5月12日前出结果"),
        (OPEN | {"state": Stage.RECEIVED}, None, Block.AT_LAB, "结果出来会通知"),
        (
            OPEN | {"state": Stage.RECEIVED},
            replace(LAB, is_retest=True),
            Block.RETEST,
            "灰区，正在复检",
        ),
        (
            OPEN | {"state": Stage.RECEIVED, "withdrawn_no": "LAB-0"},
            None,
            Block.WITHDRAWN,
            "报告 LAB-0 已撤回",
        ),
        (
            OPEN | {"state": Stage.RECEIVED},
            replace(LAB, is_split=True),
            Block.SPLIT,
            "正在拆检",
        ),
        (
            OPEN | {"state": Stage.ORDERED, "is_inconclusive": True},
            None,
            Block.INCONCLUSIVE,
            "示例实验室复检后仍不能判定",
        ),
        ({"outcome": "inconclusive"}, None, Block.INCONCLUSIVE, "重新抽样"),
        ({"outcome": "positive"}, None, Block.POSITIVE, "阳性"),
        ({"outcome": "positive", "in_scope": False}, None, Block.POSITIVE, "阳性"),
        ({"outcome": "positive", "of_batch": False}, None, Block.POSITIVE, "阳性"),
        ({"in_scope": False}, None, Block.OUT_OF_SCOPE, "没有这项检测资格"),
        ({"sampled_on": DAY - timedelta(days=31)}, None, Block.OUT_OF_DATE, "有效 30 天"),
        ({"sampled_on": DAY - timedelta(days=30)}, None, None, ""),
        ({"of_batch": False}, None, Block.WRONG_BATCH, "不是这一批的"),
        ({"of_batch": False, "rule_id": "tests.surveillance_negative"}, None, None, ""),
    ],
)
def test_a_test_that_blocks_says_which_disease_why_asked_and_where_it_stands(
    change, at_lab, block, says
):
    test = replace(GOOD, **change)
    assert why_blocked(test, on=DAY, valid_days=30, at_lab=at_lab) is block
    for gently in (False, True):
        said = told(test, on=DAY, valid_days=30, at_lab=at_lab, gently=gently)
        assert said.startswith("十足目虹彩病毒病（省级监测计划）：") is bool(block)
    assert says in told(test, on=DAY, valid_days=30, at_lab=at_lab)


def test_every_block_has_a_sentence_in_both_voices():
    assert set(SENTENCES) == set(GENTLE) == set(Block)
    assert "还没有要求检测" in not_ordered("白斑综合征", "always")


@given(st.integers(0, 3), st.booleans(), st.sampled_from(sorted(OPT_IN)))
def test_a_rule_that_eases_a_duty_is_off_everywhere_until_two_adopt_it(count, production, rule_id):
    eases = DatedRule(
        rule_id, 30, RuleUnit.NATURAL_DAYS, "", Sureness.UNVERIFIED, date(2023, 4, 4), None, ""
    )
    assert binds(eases, range(count), production=production) is (count >= 2)


PASSED: list[int] = []
"""How often the road was walked to its end: a property that never was would say nothing."""


class Road(RuleBasedStateMachine):
    """One test of one sample, and three people who try everything in any order.

    Held by the rules and state tables alone: whatever was tried, a batch passes only on a report
    that three different people made, verified and authorised.
    """

    people = st.integers(1, 3)

    def __init__(self):
        super().__init__()
        self.results: list[dict[str, object]] = []
        self.report: dict[str, object] | None = None

    @property
    def live(self):
        return next((one for one in self.results if one["state"] in LIVE), None)

    def move(self, row, moves, act):
        if row is None or not moves.allows(row["state"], act):
            return False
        row["state"] = moves.after(row["state"], act)
        return True

    @precondition(lambda self: self.live is None)
    @rule(person=people, outcome=st.sampled_from([*[Outcome.NEGATIVE] * 4, *Outcome]))
    def enter(self, person, outcome):
        row = {"state": ResultState.ENTERED, "by": {person}, "outcome": outcome}
        self.results.append(row)

    @rule(person=people)
    def touch_a_well(self, person):
        if self.live is not None and self.live["state"] is ResultState.ENTERED:
            self.live["by"].add(person)

    @precondition(lambda self: self.live is not None)
    @rule(person=people)
    def verify(self, person):
        row = self.live
        if row is None or may_verify(person, row["by"], row["outcome"]) is not None:
            return
        if self.move(row, RESULT_MOVES, ResultAct.VERIFY):
            row["verified_by"] = person

    @rule(act=st.sampled_from([ResultAct.SEND_BACK, ResultAct.TAKE_BACK, ResultAct.RETEST]))
    def give_back(self, act):
        self.move(self.live, RESULT_MOVES, act)

    @precondition(lambda self: self.live is not None)
    @rule(person=people)
    def authorise(self, person):
        row = self.live
        standing = self.report and self.report["state"] is ReportState.AUTHORISED
        if row is None or standing or row["state"] is not ResultState.VERIFIED:
            return
        if may_authorise(person, row["by"], [row["verified_by"]]) is None:
            self.move(row, RESULT_MOVES, ResultAct.REPORT)
            self.report = {"state": ReportState.AUTHORISED, "by": person, "result": row}

    @rule(act=st.sampled_from(list(ReportAct)))
    def end_report(self, act):
        if self.move(self.report, REPORT_MOVES, act):
            self.move(self.report["result"], RESULT_MOVES, ResultAct.WITHDRAW)

    @invariant()
    def a_certificate_needs_three_different_people(self):
        stands = self.report is not None and self.report["state"] is ReportState.AUTHORISED
        outcome = str(self.report["result"]["outcome"]) if stands else None
        test = RequiredResult(
            disease="病",
            because="plan",
            state="released" if stands else "received",
            outcome=outcome,
            report_no="R",
            in_scope=True,
            sampled_on=TODAY,
        )
        found = findings(facts(batches=(replace(a_batch(1), tests=(test,)),)), TODAY)
        if not found:
            PASSED.append(1)
            row = self.report["result"]
            hands = {*row["by"], row["verified_by"], self.report["by"]}
            assert row["verified_by"] not in row["by"]
            assert len(hands) == len(row["by"]) + 2


def test_nobody_gets_a_certificate_alone():
    PASSED.clear()
    enough = settings(
        max_examples=80,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Road, settings=enough)
    assert len(PASSED) > 10
