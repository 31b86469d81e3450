"""What a test report must hold before it may be issued: ISO/IEC 17025:2017 7.8.2.1, points a to p.

A completeness check that blocks, not a template. The report is made under the blind code: who was tested stands in
the sampling annex, which the laboratory never sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from aquacert.kernel.states import Moves


class ReportState(StrEnum):
    """Whether a report still stands."""

    AUTHORISED = "authorised"
    WITHDRAWN = "withdrawn"


class ReportAct(StrEnum):
    """What may be done to a report."""

    WITHDRAW = "withdraw"


MOVES: Moves[ReportState, ReportAct] = Moves(
    {(ReportState.AUTHORISED, ReportAct.WITHDRAW): ReportState.WITHDRAWN},
    words={ReportState.AUTHORISED: "有效", ReportState.WITHDRAWN: "已撤回"},
)

TITLE = "水产苗种疫病检测报告"
CUSTOMER = "盲样委托：委托方与被抽样单位记在抽样单附页，本实验室不知情"
ONLY_THESE_ITEMS = "本报告结果仅对收到的样品负责。"
NO_PART = "未经本实验室批准，不得部分复制本报告。"
OWN_RESULTS = "全部结果由本实验室出具，没有外部提供方的结果。"
SAMPLED_ELSEWHERE = "抽样由送样方进行，抽样方案与现场信息见抽样单；抽样日期："


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One test of the item: what, by which method, when and with what result."""

    disease_code: str
    disease_name: str
    method_code: str
    method_standard: str
    decision_rule: str
    outcome: str
    cq: str
    tested_on: str
    run_number: str
    enterer: str
    verifier: str
    result_id: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a report says, as text; days are ISO 8601 in Asia/Shanghai."""

    title: str
    lab_name: str
    lab_address: str
    cma_number: str
    cnas_number: str
    place_of_work: str
    number: str
    customer: str
    blind_code: str
    matrix: str
    individuals: int
    condition: str
    water_temperature: str
    received_on: str
    sampled_on: str
    issued_on: str
    sampling: str
    relates_only: str
    deviations: str
    authoriser: str
    external: str
    replaces: str
    lines: tuple[ContentLine, ...]

    def plain(self) -> dict[str, Any]:
        """Return the content as JSON can hold it."""
        return {**asdict(self), "lines": [asdict(line) for line in self.lines]}


class Clause(StrEnum):
    """The points of 7.8.2.1."""

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


SENTENCES: Mapping[Clause, str] = {
    Clause.A_TITLE: "缺报告名称",
    Clause.B_LAB: "缺实验室名称或地址",
    Clause.C_PLACE: "缺检测地点",
    Clause.D_NUMBER: "缺报告编号",
    Clause.E_CUSTOMER: "缺委托方说明",
    Clause.F_METHOD: "有项目没有写方法标准号",
    Clause.G_ITEM: "缺样品的说明、数量或收样状态",
    Clause.H_DATES: "缺收样日期或抽样日期",
    Clause.I_TESTED: "有项目没有检测日期",
    Clause.J_ISSUED: "缺签发日期",
    Clause.K_SAMPLING: "缺抽样方案的说明",
    Clause.L_ONLY: "缺“仅对来样负责”的声明",
    Clause.M_RESULTS: "没有结果，或有项目没有结论和判定规则",
    Clause.N_DEVIATIONS: "缺偏离情况（没有也要写“无”）",
    Clause.O_AUTHORISER: "缺授权签字人",
    Clause.P_EXTERNAL: "缺外部结果的说明",
}

PRESENT: Mapping[Clause, Callable[[Content], bool]] = {
    Clause.A_TITLE: lambda c: bool(c.title),
    Clause.B_LAB: lambda c: bool(c.lab_name and c.lab_address),
    Clause.C_PLACE: lambda c: bool(c.place_of_work),
    Clause.D_NUMBER: lambda c: bool(c.number),
    Clause.E_CUSTOMER: lambda c: bool(c.customer),
    Clause.F_METHOD: lambda c: all(line.method_standard for line in c.lines),
    Clause.G_ITEM: lambda c: bool(c.blind_code and c.matrix and c.individuals > 0 and c.condition),
    Clause.H_DATES: lambda c: bool(c.received_on and c.sampled_on),
    Clause.I_TESTED: lambda c: all(line.tested_on for line in c.lines),
    Clause.J_ISSUED: lambda c: bool(c.issued_on),
    Clause.K_SAMPLING: lambda c: bool(c.sampling),
    Clause.L_ONLY: lambda c: bool(c.relates_only),
    Clause.M_RESULTS: lambda c: (
        bool(c.lines)
        and all(line.outcome in {"negative", "positive"} and line.decision_rule for line in c.lines)
    ),
    Clause.N_DEVIATIONS: lambda c: bool(c.deviations),
    Clause.O_AUTHORISER: lambda c: bool(c.authoriser),
    Clause.P_EXTERNAL: lambda c: bool(c.external),
}


def missing(content: Content) -> tuple[Clause, ...]:
    """Return every point of 7.8.2.1 that the content does not meet."""
    return tuple(clause for clause in Clause if not PRESENT[clause](content))


def number_of(lab_code: str, year: int, place: int) -> str:
    """Return a report's number: the laboratory, the year, and the count within it."""
    return f"{lab_code}-{year}-{place:05d}"
