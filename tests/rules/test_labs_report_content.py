"""ISO/IEC 17025 7.8.2.1: each of the sixteen points blocks a report that lacks it."""

from dataclasses import replace
from datetime import date

import pytest

from labs.intake.rules import Condition, ItemAct, act_of, blind_code
from labs.register.rules import overlaps
from labs.reports.rules import Clause, Content, ContentLine, missing, number_of

LINE = ContentLine(
    disease_code="DIV1",
    disease_name="十足目虹彩病毒病",
    method_code="sct7237-2020",
    method_standard="SC/T 7237-2020",
    decision_rule="判定规则 v1",
    outcome="negative",
    cq="无",
    tested_on="2026-05-12",
    run_number="R260512-01",
    enterer="检测员",
    verifier="复核员",
    result_id="1",
)
WHOLE = Content(
    title="检测报告",
    lab_name="示例实验室",
    lab_address="示例路 1 号",
    cma_number="",
    cnas_number="",
    place_of_work="示例路 1 号",
    number="LAB-02-2026-00001",
    customer="盲样委托",
    blind_code="M7K2-0388",
    matrix="仔虾",
    individuals=150,
    condition="完好",
    water_temperature="",
    received_on="2026-05-11",
    sampled_on="2026-05-10",
    issued_on="2026-05-12",
    sampling="送样方抽样",
    relates_only="仅对来样负责",
    deviations="无",
    authoriser="授权签字人",
    external="无",
    replaces="",
    lines=(LINE,),
)


def test_a_whole_report_lacks_nothing():
    assert missing(WHOLE) == ()


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        ({"title": ""}, Clause.A_TITLE),
        ({"lab_address": ""}, Clause.B_LAB),
        ({"place_of_work": ""}, Clause.C_PLACE),
        ({"number": ""}, Clause.D_NUMBER),
        ({"customer": ""}, Clause.E_CUSTOMER),
        ({"lines": (replace(LINE, method_standard=""),)}, Clause.F_METHOD),
        ({"individuals": 0}, Clause.G_ITEM),
        ({"received_on": ""}, Clause.H_DATES),
        ({"lines": (replace(LINE, tested_on=""),)}, Clause.I_TESTED),
        ({"issued_on": ""}, Clause.J_ISSUED),
        ({"sampling": ""}, Clause.K_SAMPLING),
        ({"relates_only": ""}, Clause.L_ONLY),
        ({"lines": (replace(LINE, outcome="grey"),)}, Clause.M_RESULTS),
        ({"lines": ()}, Clause.M_RESULTS),
        ({"deviations": ""}, Clause.N_DEVIATIONS),
        ({"authoriser": ""}, Clause.O_AUTHORISER),
        ({"external": ""}, Clause.P_EXTERNAL),
    ],
)
def test_each_point_blocks_by_itself(change, clause):
    assert missing(replace(WHOLE, **change)) == (clause,)


def test_reports_are_counted_per_laboratory_and_year():
    assert number_of("LAB-02", 2026, 7) == "LAB-02-2026-00007"


def test_blind_codes_have_one_spelling():
    assert blind_code(" m7k2-0388\n") == "M7K2-0388"
    assert [blind_code(t) for t in ("", "鱼-1", "AB", "A" * 40, "=1+1")] == [None] * 5


def test_what_is_missing_or_rejected_is_not_tested():
    assert {c: act_of(c) for c in Condition} == {
        Condition.GOOD: ItemAct.RECEIVE,
        Condition.DAMAGED: ItemAct.RECEIVE,
        Condition.LEAKED: ItemAct.RECEIVE,
        Condition.MISSING: ItemAct.TURN_AWAY,
        Condition.REJECTED: ItemAct.TURN_AWAY,
    }


def test_spans_overlap_by_a_single_day():
    span = [(date(2026, 1, 1), date(2026, 6, 30))]
    assert overlaps(date(2026, 6, 30), date(2026, 7, 1), span)
    assert not overlaps(date(2026, 7, 1), date(2026, 8, 1), span)
