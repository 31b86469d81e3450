"""Where one ordered test stands, and one plain sentence why it does not let its batch pass yet.

Two voices: officials are told what to do, the farm is told what to expect. A positive is told to
the farm as it is; it is nobody's fault that a disease is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from aquacert.sampling.rules.states import Stage

NEGATIVE, POSITIVE, INCONCLUSIVE = "negative", "positive", "inconclusive"
BECAUSE_SHORT: Mapping[str, str] = {
    "always": "规则要求每批都检",
    "category": "属于必检类别",
    "suspicion": "临床检查可疑",
    "plan": "省级监测计划",
    "vet": "官方兽医要求",
}


@dataclass(frozen=True)
class TestStanding:
    """Where the test of one batch for one disease stands. `outcome` is None until a report."""

    disease_code: str
    disease_name: str
    because: str
    state: Stage
    outcome: str | None
    report_no: str
    report_id: UUID | None
    lab_id: UUID | None
    lab_name: str
    method_code: str
    sampled_on: date | None
    released_on: date | None
    in_scope: bool
    sample_id: UUID | None = None
    sent_on: date | None = None
    is_unfit: bool = False
    """The laboratory could not test the sample (missing, rejected)."""
    is_inconclusive: bool = False
    """The laboratory could not decide after every permitted retest: it waits for a new sample."""
    is_left: bool = False
    """The sample left for a laboratory that cannot do this test: it waits for a sample of its own."""
    withdrawn_no: str = ""
    """Number of the last report that no longer stands, while no other does."""
    of_batch: bool = True
    """Whether the sample was taken of this very batch."""
    rule_id: str = ""
    """The dated rule under which another sample's result counts here; "" = the batch's own."""


@dataclass(frozen=True)
class AtLab:
    """What the laboratory tells of a test that it has not reported: when due, measured again."""

    due_on: date | None = None
    is_retest: bool = False
    is_split: bool = False
    """A pool came back positive or undecided; this sample is tested by itself now."""


class Block(StrEnum):
    """Why a test does not let its batch pass."""

    NOT_ORDERED = "not-ordered"
    NOT_SAMPLED = "not-sampled"
    UNFIT = "unfit"
    LEFT = "left"
    NOT_SENT = "not-sent"
    UNDER_WAY = "under-way"
    AT_LAB = "at-lab"
    RETEST = "retest"
    SPLIT = "split"
    INCONCLUSIVE = "inconclusive"
    POSITIVE = "positive"
    WITHDRAWN = "withdrawn"
    OUT_OF_DATE = "out-of-date"
    OUT_OF_SCOPE = "out-of-scope"
    WRONG_BATCH = "wrong-batch"


SENTENCES: Mapping[Block, str] = {
    Block.NOT_ORDERED: "还没有要求检测，请官方兽医下达并抽样",
    Block.NOT_SAMPLED: "还没有抽样，请官方兽医到场抽样封样",
    Block.UNFIT: "实验室收到的样品不能检测，请重新抽样送检",
    Block.LEFT: "{lab}做不了这一项，那份样没有送检它，请另抽一份样，送能检的指定实验室",
    Block.NOT_SENT: "{sampled}已封样，还没有送出，请尽快送到指定实验室",
    Block.UNDER_WAY: "{sent}已送往{lab}，实验室还没有收样",
    Block.AT_LAB: "{lab}正在检测，{due}",
    Block.RETEST: "{lab}第一次结果在灰区，正在复检，{due}",
    Block.SPLIT: "{lab}的混样要拆开单独检测，正在拆检，{due}",
    Block.INCONCLUSIVE: "{source}复检后仍不能判定，请重新抽样送检",
    Block.POSITIVE: "报告 {report} 为阳性，不能出证，请按疫病处置规定办理",
    Block.WITHDRAWN: "报告 {report} 已撤回，等实验室重新出报告",
    Block.OUT_OF_DATE: "报告 {report} 已过有效期（{sampled}采样，有效 {days} 天），请重新采样检测",
    Block.OUT_OF_SCOPE: "采样那天{lab}没有这项检测资格，报告 {report} 不能用，请改送有资格的实验室",
    Block.WRONG_BATCH: "报告 {report} 的样品不是这一批的，不能用于这一批，请为这一批抽样",
}
"""For officials: what stands in the way and what to do."""
GENTLE: Mapping[Block, str] = {
    Block.NOT_ORDERED: "需要检测，官方兽医会安排抽样",
    Block.NOT_SAMPLED: "需要检测，官方兽医会到场抽样，请留好这一批苗",
    Block.UNFIT: "样品没能检测，官方兽医会再来抽一次样，不是您的原因",
    Block.LEFT: "这一项要送别的实验室，官方兽医会再来抽一份样，不是您的原因",
    Block.NOT_SENT: "样品已抽好（{sampled}），正准备送实验室",
    Block.UNDER_WAY: "样品{sent}已送往实验室，请等候",
    Block.AT_LAB: "实验室正在检测，{due}",
    Block.RETEST: "实验室要再测一次才能确定，{due}；这很常见，不代表有问题",
    Block.SPLIT: "实验室要把样品分开再测，{due}；这很常见，不代表有问题",
    Block.INCONCLUSIVE: "测了几次还不能确定，官方兽医会再来抽一次样",
    Block.POSITIVE: "检出阳性（报告 {report}），这一批暂时不能出证；官方兽医会与您联系，说明怎么处置",
    Block.WITHDRAWN: "实验室收回了报告 {report}，会重新出报告，请等候",
    Block.OUT_OF_DATE: "上次的结果已过 {days} 天有效期，需要重新采样",
    Block.OUT_OF_SCOPE: "这份报告不能用于出证，官方兽医会安排别的实验室检测",
    Block.WRONG_BATCH: "这份报告是另一批的，这一批要另外抽样",
}
"""For the farm: what happens next."""
KNOWN_DUE, UNKNOWN_DUE = "预计{day}前出结果", "结果出来会通知"


def why_blocked(
    test: TestStanding, *, on: date, valid_days: int = 0, at_lab: AtLab | None = None
) -> Block | None:
    """Return why a test does not let its batch pass on a day; None = it does.

    `valid_days` are those of the dated rule of the sampling day, 0 = no rule. A positive speaks
    whatever else is wrong with it.
    """
    if test.outcome == POSITIVE:
        return Block.POSITIVE
    if not test.of_batch and not test.rule_id:
        return Block.WRONG_BATCH
    if test.state is not Stage.RELEASED or test.outcome is None:
        return _on_the_way(test, at_lab)
    return _reported(test, on, valid_days)


def _reported(test: TestStanding, on: date, valid_days: int) -> Block | None:
    if test.outcome != NEGATIVE:
        return Block.INCONCLUSIVE
    if not test.in_scope:
        return Block.OUT_OF_SCOPE
    return None if is_fresh(test.sampled_on, valid_days, on) else Block.OUT_OF_DATE


def _on_the_way(test: TestStanding, at_lab: AtLab | None) -> Block:
    if test.is_left or test.is_unfit:
        return Block.LEFT if test.is_left else Block.UNFIT
    if test.is_inconclusive:
        return Block.INCONCLUSIVE
    if test.withdrawn_no:
        return Block.WITHDRAWN
    by_stage = {
        Stage.ORDERED: Block.NOT_SAMPLED,
        Stage.SAMPLED: Block.NOT_SENT,
        Stage.SENT: Block.UNDER_WAY,
    }
    if test.state in by_stage:
        return by_stage[test.state]
    if at_lab and at_lab.is_split:
        return Block.SPLIT
    return Block.RETEST if at_lab and at_lab.is_retest else Block.AT_LAB


def is_fresh(sampled_on: date | None, days: int, on: date) -> bool:
    """Say whether a result counts on a day: its sampling day and the days of the rule after it."""
    if days <= 0:
        return True
    return sampled_on is not None and on <= sampled_on + timedelta(days=days)


def told(
    test: TestStanding,
    *,
    on: date,
    valid_days: int = 0,
    at_lab: AtLab | None = None,
    gently: bool = False,
) -> str:
    """Return one sentence: which disease, why asked, where it stands; "" when it lets pass."""
    block = why_blocked(test, on=on, valid_days=valid_days, at_lab=at_lab)
    if block is None:
        return ""
    voice = GENTLE if gently else SENTENCES
    due = at_lab.due_on if at_lab else None
    said = voice[block].format(
        sampled=_day(test.sampled_on),
        sent=_day(test.sent_on),
        lab=test.lab_name or "实验室",
        due=KNOWN_DUE.format(day=_day(due)) if due else UNKNOWN_DUE,
        report=test.report_no or test.withdrawn_no,
        source=f"报告 {test.report_no} " if test.report_no else test.lab_name or "实验室",
        days=valid_days,
    )
    return sentence(test.disease_name, test.because, said)


def not_ordered(disease_name: str, because: str, *, gently: bool = False) -> str:
    """Return the sentence for a test that is required and that nobody ordered."""
    voice = GENTLE if gently else SENTENCES
    return sentence(disease_name, because, voice[Block.NOT_ORDERED])


def sentence(disease_name: str, because: str, said: str) -> str:
    """Return `disease (why asked): where it stands.`"""
    why = BECAUSE_SHORT.get(because, "")
    return f"{disease_name}{f'（{why}）' if why else ''}：{said}。"


def _day(day: date | None) -> str:
    return f"{day.month}月{day.day}日" if day else ""
