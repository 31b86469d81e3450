"""Whether a report stands, and the four ways it may end: each with its own word, act and permission.

Amend: what was printed was wrong, the results were not. Retract: it should never have been issued.
Invalidate: the results are wrong. Withdraw: it no longer holds, for a reason of another kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from aquacert.kernel.states import Moves


class ReportState(StrEnum):
    """Whether a report still stands, or how it ended."""

    AUTHORISED = "authorised"
    AMENDED = "amended"
    RETRACTED = "retracted"
    INVALIDATED = "invalidated"
    WITHDRAWN = "withdrawn"


class ReportAct(StrEnum):
    """What may be done to a report that stands."""

    AMEND = "amend"
    RETRACT = "retract"
    INVALIDATE = "invalidate"
    WITHDRAW = "withdraw"


class Stands(StrEnum):
    """The old two-valued column, kept for its unique index: one standing report an item."""

    AUTHORISED = "authorised"
    WITHDRAWN = "withdrawn"


MOVES: Moves[ReportState, ReportAct] = Moves(
    {
        (ReportState.AUTHORISED, ReportAct.AMEND): ReportState.AMENDED,
        (ReportState.AUTHORISED, ReportAct.RETRACT): ReportState.RETRACTED,
        (ReportState.AUTHORISED, ReportAct.INVALIDATE): ReportState.INVALIDATED,
        (ReportState.AUTHORISED, ReportAct.WITHDRAW): ReportState.WITHDRAWN,
    },
    words={
        ReportState.AUTHORISED: "有效",
        ReportState.AMENDED: "已更正",
        ReportState.RETRACTED: "已撤销",
        ReportState.INVALIDATED: "结果作废",
        ReportState.WITHDRAWN: "已撤回",
    },
)
ENGLISH: Mapping[ReportState, str] = {
    ReportState.AUTHORISED: "valid",
    ReportState.AMENDED: "amended",
    ReportState.RETRACTED: "retracted",
    ReportState.INVALIDATED: "results invalid",
    ReportState.WITHDRAWN: "withdrawn",
}
ACT_WORDS: Mapping[ReportAct, str] = {
    ReportAct.AMEND: "更正内容",
    ReportAct.RETRACT: "撤销报告",
    ReportAct.INVALIDATE: "作废结果",
    ReportAct.WITHDRAW: "撤回报告",
}
MEANINGS: Mapping[ReportAct, str] = {
    ReportAct.AMEND: "报告印错了，结果没有错：出新版，旧版留存并注明被取代",
    ReportAct.RETRACT: "这份报告不该出：撤销后样品回到检测，须两个人办",
    ReportAct.INVALIDATE: "结果不对：结果作废，样品重检，须两个人办",
    ReportAct.WITHDRAW: "报告不再有效（其他原因）：撤回后样品回到检测",
}
TWO_PERSONS = frozenset({ReportAct.RETRACT, ReportAct.INVALIDATE})
"""Acts after which a result no longer counts: one person asks, another carries out."""
VERSION = re.compile(r"-v(\d+)$")


def number_of(lab_code: str, year: int, place: int) -> str:
    """Return a report's number: the laboratory, the year, and the count within it."""
    return f"{lab_code}-{year}-{place:05d}"


def number_of_version(number: str, version: int) -> str:
    """Return the number of a later version of a report (ISO/IEC 17025 7.8.8.3: uniquely named)."""
    return f"{VERSION.sub('', number)}-v{version}"
