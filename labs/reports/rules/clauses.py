"""What a report must hold before it may be issued: a completeness check that blocks, not a template.

ISO/IEC 17025:2017 7.8.2.1 points a to p, 7.8.5 (sampling) and 7.8.6 (decision rule).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from labs.reports.rules.content import Content

OUTCOMES = frozenset({"negative", "positive", "inconclusive"})


class Clause(StrEnum):
    """The points of 7.8.2.1, then those of 7.8.5 and 7.8.6."""

    A_TITLE = "a"
    B_LAB = "b"
    C_PLACE = "c"
    D_NUMBER = "d"
    E_CUSTOMER = "e"
    F_METHOD = "f"
    G_ITEM = "g"
    H_DATES = "h"
    I_TESTED = "i"
    J_ISSUED = "j"
    K_SAMPLING = "k"
    L_ONLY = "l"
    M_RESULTS = "m"
    N_DEVIATIONS = "n"
    O_AUTHORISER = "o"
    P_EXTERNAL = "p"
    SAMPLED_ON = "7.8.5a"
    ENVIRONMENT = "7.8.5e"
    SAMPLING_DEVIATIONS = "7.8.5f"
    DECISION_RULE = "7.8.6"


SENTENCES: Mapping[Clause, str] = {
    Clause.A_TITLE: "缺报告名称",
    Clause.B_LAB: "缺实验室名称或地址",
    Clause.C_PLACE: "缺检测地点",
    Clause.D_NUMBER: "缺报告编号",
    Clause.E_CUSTOMER: "缺委托方说明",
    Clause.F_METHOD: "有项目没有写方法标准号",
    Clause.G_ITEM: "缺样品的说明、数量或收样状态",
    Clause.H_DATES: "缺收样日期",
    Clause.I_TESTED: "有项目没有检测日期",
    Clause.J_ISSUED: "缺签发日期",
    Clause.K_SAMPLING: "缺抽样方案的说明",
    Clause.L_ONLY: "缺“仅对来样负责”的声明",
    Clause.M_RESULTS: "没有结果，或有项目没有结论",
    Clause.N_DEVIATIONS: "缺检测偏离的说明（没有也要写“无”）",
    Clause.O_AUTHORISER: "缺授权签字人",
    Clause.P_EXTERNAL: "缺外部结果的说明，或外部提供方的结果没有标明",
    Clause.SAMPLED_ON: "缺抽样日期",
    Clause.ENVIRONMENT: "缺抽样环境（水温）的说明",
    Clause.SAMPLING_DEVIATIONS: "缺抽样偏离的说明（没有也要写明）",
    Clause.DECISION_RULE: "有项目没有写判定规则",
}


def _external_marked(content: Content) -> bool:
    """Tell whether the statement names every external provider of a result."""
    named = all(line.external in content.external for line in content.lines if line.external)
    return bool(content.external) and named


PRESENT: Mapping[Clause, Callable[[Content], bool]] = {
    Clause.A_TITLE: lambda c: bool(c.title),
    Clause.B_LAB: lambda c: bool(c.lab_name and c.lab_address),
    Clause.C_PLACE: lambda c: bool(c.place_of_work),
    Clause.D_NUMBER: lambda c: bool(c.number),
    Clause.E_CUSTOMER: lambda c: bool(c.customer),
    Clause.F_METHOD: lambda c: all(line.method_standard for line in c.lines),
    Clause.G_ITEM: lambda c: bool(c.blind_code and c.matrix and c.individuals > 0 and c.condition),
    Clause.H_DATES: lambda c: bool(c.received_on),
    Clause.I_TESTED: lambda c: all(line.tested_on for line in c.lines),
    Clause.J_ISSUED: lambda c: bool(c.issued_on),
    Clause.K_SAMPLING: lambda c: bool(c.sampling),
    Clause.L_ONLY: lambda c: bool(c.relates_only),
    Clause.M_RESULTS: lambda c: bool(c.lines) and all(line.outcome in OUTCOMES for line in c.lines),
    Clause.N_DEVIATIONS: lambda c: bool(c.deviations),
    Clause.O_AUTHORISER: lambda c: bool(c.authoriser),
    Clause.P_EXTERNAL: _external_marked,
    Clause.SAMPLED_ON: lambda c: bool(c.sampled_on),
    Clause.ENVIRONMENT: lambda c: bool(c.environment),
    Clause.SAMPLING_DEVIATIONS: lambda c: bool(c.sampling_deviations),
    Clause.DECISION_RULE: lambda c: all(line.decision_rule for line in c.lines),
}


def missing(content: Content) -> tuple[Clause, ...]:
    """Return every point that the content does not meet."""
    return tuple(clause for clause in Clause if not PRESENT[clause](content))
