"""What a report may not lack, clause by clause, and how it may end."""

from dataclasses import replace

import pytest

from aquacert.kernel.errors import NotAllowedNow
from labs.reports.rules import (
    ACT_WORDS,
    AMENDABLE,
    AMENDABLE_WORDS,
    ENGLISH,
    MEANINGS,
    MOVES,
    SENTENCES,
    TWO_PERSONS,
    Clause,
    Content,
    ContentLine,
    ReportAct,
    ReportState,
    changes_in_words,
    corrected,
    missing,
    number_of,
    number_of_version,
    read,
)

LINE = ContentLine(
    disease_code="DIV1",
    disease_name="十足目虹彩病毒病",
    method_code="sct7237-2020",
    method_standard="SC/T 7237-2020",
    decision_rule="判定规则 v1",
    outcome="negative",
    cq="无、无",
    tested_on="2026-05-09",
    run_number="R260509-01",
    enterer="检测员",
    verifier="复核员",
    result_id="0",
)
WHOLE = Content(
    title="水产苗种疫病检测报告",
    lab_name="示例实验室",
    lab_address="示例路 1 号",
    cma_number="",
    cnas_number="",
    place_of_work="示例路 1 号",
    number="LAB-01-2026-00001",
    customer="示例省送检",
    blind_code="M7K2-0001",
    matrix="仔虾",
    individuals=150,
    condition="完好",
    water_temperature="28.5 ℃",
    received_on="2026-05-09",
    sampled_on="2026-05-08",
    issued_on="2026-05-09",
    sampling="见附页",
    relates_only="仅对来样负责",
    deviations="无",
    authoriser="授权签字人",
    external="没有外部提供方的结果",
    replaces="",
    lines=(LINE,),
    environment="水温 28.5 ℃",
    sampling_deviations="送样方没有报告偏离",
)
ABSENT = {
    Clause.A_TITLE: {"title": ""},
    Clause.B_LAB: {"lab_name": ""},
    Clause.C_PLACE: {"place_of_work": ""},
    Clause.D_NUMBER: {"number": ""},
    Clause.E_CUSTOMER: {"customer": ""},
    Clause.F_METHOD: {"lines": (replace(LINE, method_standard=""),)},
    Clause.G_ITEM: {"matrix": ""},
    Clause.H_DATES: {"received_on": ""},
    Clause.I_TESTED: {"lines": (replace(LINE, tested_on=""),)},
    Clause.J_ISSUED: {"issued_on": ""},
    Clause.K_SAMPLING: {"sampling": ""},
    Clause.L_ONLY: {"relates_only": ""},
    Clause.M_RESULTS: {"lines": (replace(LINE, outcome="grey"),)},
    Clause.N_DEVIATIONS: {"deviations": ""},
    Clause.O_AUTHORISER: {"authoriser": ""},
    Clause.P_EXTERNAL: {"lines": (replace(LINE, external="示例省疫控中心"),)},
    Clause.SAMPLED_ON: {"sampled_on": ""},
    Clause.ENVIRONMENT: {"environment": ""},
    Clause.SAMPLING_DEVIATIONS: {"sampling_deviations": ""},
    Clause.DECISION_RULE: {"lines": (replace(LINE, decision_rule=""),)},
}


def test_a_whole_report_lacks_nothing():
    assert missing(WHOLE) == ()
    assert set(ABSENT) == set(Clause) == set(SENTENCES)


@pytest.mark.parametrize("clause", list(Clause), ids=lambda clause: clause.value)
def test_what_a_clause_asks_for_blocks_when_it_is_absent(clause):
    assert missing(replace(WHOLE, **ABSENT[clause])) == (clause,)
    assert SENTENCES[clause]


@pytest.mark.parametrize(
    "absent",
    [{"lab_address": ""}, {"blind_code": ""}, {"individuals": 0}, {"condition": ""}, {"lines": ()}],
)
def test_every_half_of_a_clause_is_asked_for(absent):
    assert missing(replace(WHOLE, **absent))


def test_a_result_without_conclusion_may_be_reported_but_an_undecided_one_may_not():
    for outcome, gaps in (("inconclusive", ()), ("grey", (Clause.M_RESULTS,))):
        assert missing(replace(WHOLE, lines=(replace(LINE, outcome=outcome),))) == gaps


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (ReportAct.AMEND, ReportState.AMENDED),
        (ReportAct.RETRACT, ReportState.RETRACTED),
        (ReportAct.INVALIDATE, ReportState.INVALIDATED),
        (ReportAct.WITHDRAW, ReportState.WITHDRAWN),
    ],
)
def test_a_report_that_stands_ends_in_its_own_state_and_then_in_no_other(act, state):
    assert MOVES.after(ReportState.AUTHORISED, act) is state
    for other in ReportAct:
        with pytest.raises(NotAllowedNow):
            MOVES.after(state, other)


def test_every_state_and_act_has_its_words():
    assert set(MOVES.words) == set(ENGLISH) == set(ReportState)
    assert set(ACT_WORDS) == set(MEANINGS) == set(ReportAct)
    assert set(AMENDABLE_WORDS) == set(AMENDABLE)
    assert {ReportAct.RETRACT, ReportAct.INVALIDATE} == TWO_PERSONS


def test_a_version_is_named_after_the_first_number():
    first = number_of("LAB-01", 2026, 7)
    assert first == "LAB-01-2026-00007"
    second = number_of_version(first, 2)
    assert (second, number_of_version(second, 3)) == (f"{first}-v2", f"{first}-v3")


def test_a_correction_changes_words_and_never_a_result():
    fixed = corrected(WHOLE, {"matrix": "后期仔虾"})
    assert (fixed.matrix, fixed.lines) == ("后期仔虾", WHOLE.lines)
    assert changes_in_words(WHOLE, {"matrix": "后期仔虾"}) == "样品类型：由“仔虾”改为“后期仔虾”"
    for name in ("lines", "number", "blind_code", "authoriser"):
        assert name not in AMENDABLE
        with pytest.raises(ValueError, match=name):
            corrected(WHOLE, {name: "x"})


def test_content_is_read_as_it_was_written_also_from_before_it_grew():
    assert read(WHOLE.plain()) == WHOLE
    old = {k: v for k, v in WHOLE.plain().items() if k not in {"environment", "version", "change"}}
    old["lines"] = [{k: v for k, v in vars_of(LINE).items() if k not in {"pool", "lod"}}]
    assert read(old).lines[0].pool == ""


def vars_of(line):
    return {name: getattr(line, name) for name in line.__dataclass_fields__}
