"""What a notice of treatment and a record of disposal must say (domain.md §1.3, §2.4), pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aquacert.kernel.errors import Invalid
from aquacert.kernel.states import Moves
from aquacert.reference.rules.text import clean

MOST_MEASURES: Final = 4
"""The norm's form has places for 一、二、三、四."""
ARTICLE: Final = re.compile(r"第[〇零一二三四五六七八九十百0-9]+条")


class Remedy(StrEnum):
    """What an order says is done with the batch (procedures 2011 §5.2)."""

    TREAT = "treat"
    ISOLATE = "isolate"
    DISPOSE = "dispose"


class CaseState(StrEnum):
    """Where the batch of an order stands."""

    OPEN = "open"
    RECOVERED = "recovered"
    DISPOSED = "disposed"
    HANDED_OVER = "handed_over"


class CaseAct(StrEnum):
    """What ends an order."""

    RECOVER = "recover"
    DISPOSE = "dispose"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"


class ReceiptWay(StrEnum):
    """How the party took the notice."""

    ACCOUNT = "account"
    SIGNED = "signed"
    REFUSED = "refused"


class StepKind(StrEnum):
    """What was done under an order."""

    ISOLATED = "isolated"
    TREATED = "treated"
    DISINFECTED = "disinfected"
    DIED = "died"
    RECHECKED = "rechecked"


REMEDY_WORDS: Mapping[Remedy, str] = {
    Remedy.TREAT: "治疗",
    Remedy.ISOLATE: "隔离并报告疫情",
    Remedy.DISPOSE: "无害化处理",
}
CASE_WORDS: Mapping[CaseState, str] = {
    CaseState.OPEN: "处理中",
    CaseState.RECOVERED: "已复查合格，可以重新申报",
    CaseState.DISPOSED: "已全部无害化处理",
    CaseState.HANDED_OVER: "已移交疫情处置",
}
RECEIPT_WORDS: Mapping[ReceiptWay, str] = {
    ReceiptWay.ACCOUNT: "用自己的账号签收",
    ReceiptWay.SIGNED: "当面签名",
    ReceiptWay.REFUSED: "拒绝签收，见证人在场留置",
}
STEP_WORDS: Mapping[StepKind, str] = {
    StepKind.ISOLATED: "隔离",
    StepKind.TREATED: "用药治疗",
    StepKind.DISINFECTED: "消毒",
    StepKind.DIED: "死亡",
    StepKind.RECHECKED: "复查",
}
END_WORDS: Mapping[CaseAct, str] = {
    CaseAct.RECOVER: "复查合格，可以重新申报",
    CaseAct.DISPOSE: "已全部无害化处理",
    CaseAct.HAND_OVER: "移交疫情处置",
    CaseAct.TAKE_BACK: "疫情已排除，收回继续处理",
}
FARM_STEPS = frozenset({StepKind.ISOLATED, StepKind.TREATED, StepKind.DISINFECTED, StepKind.DIED})
"""What the farm may write down itself; a second look is the vet's."""
CASE_MOVES: Moves[CaseState, CaseAct] = Moves(
    {
        (CaseState.OPEN, CaseAct.RECOVER): CaseState.RECOVERED,
        (CaseState.OPEN, CaseAct.DISPOSE): CaseState.DISPOSED,
        (CaseState.OPEN, CaseAct.HAND_OVER): CaseState.HANDED_OVER,
        (CaseState.HANDED_OVER, CaseAct.TAKE_BACK): CaseState.OPEN,
    },
    words=CASE_WORDS,
)


class NotYet(StrEnum):
    """What still stands between an order and its end."""

    RECEIPT = "receipt"
    TREATMENT = "treatment"
    RECHECK = "recheck"
    LEFT = "left"
    REPORT = "report"
    DENIED = "denied"
    NOTE = "note"


NOT_YET: Mapping[NotYet, str] = {
    NotYet.RECEIPT: "当事人还没有签收通知单",
    NotYet.TREATMENT: "还没有用药、隔离或消毒的记录",
    NotYet.RECHECK: "还没有官方兽医的复查记录和照片",
    NotYet.LEFT: "还有没处理完的数量",
    NotYet.REPORT: "还没有疫情快报",
    NotYet.DENIED: "疫情快报还没有排除疫情",
    NotYet.NOTE: "请写明结论和依据",
}


@dataclass(frozen=True)
class Progress:
    """What was done under an order so far. `left` is what is neither disposed of nor dead."""

    is_received: bool
    steps: frozenset[StepKind]
    rechecked_with_photo: bool
    left: int
    """Of what was ordered."""
    lot_left: int
    """What the lot still holds, the batch and all that swims with it."""
    is_reported: bool
    is_denied: bool
    """Whether the express report was closed as no epidemic."""


def not_yet(act: CaseAct, done: Progress, note: str) -> tuple[NotYet, ...]:
    """Return everything that stands between an order and this end of it, all at once."""
    worked = done.steps & {StepKind.ISOLATED, StepKind.TREATED, StepKind.DISINFECTED}
    wanted = {
        CaseAct.RECOVER: (
            (not worked, NotYet.TREATMENT),
            (not done.rechecked_with_photo, NotYet.RECHECK),
            # A suspected epidemic is over when the county says so, not when the batch looks well.
            (done.is_reported and not done.is_denied, NotYet.DENIED),
        ),
        CaseAct.DISPOSE: (
            (done.left > 0, NotYet.LEFT),
            # What swam with it is as sick, until a vet has looked at it again.
            (done.lot_left > 0 and not done.rechecked_with_photo, NotYet.RECHECK),
            (done.lot_left > 0 and done.is_reported and not done.is_denied, NotYet.DENIED),
        ),
        CaseAct.HAND_OVER: ((not done.is_reported, NotYet.REPORT),),
        CaseAct.TAKE_BACK: ((not done.is_denied, NotYet.DENIED),),
    }[act]
    asked = ((not done.is_received, NotYet.RECEIPT), *wanted, (len(note) < 2, NotYet.NOTE))
    return tuple(lack for stands, lack in asked if stands)


@dataclass(frozen=True)
class Said:
    """What is ordered, trimmed."""

    law: str
    measures: tuple[str, ...]
    method: str


def read_order(
    law: str, measures: Sequence[str], method: str, remedy: Remedy = Remedy.TREAT
) -> Said:
    """Return what the notice says; raise `Invalid` naming everything it still lacks."""
    law, method = clean(law, field="law"), clean(method, field="method")
    kept = tuple(text for one in measures if (text := clean(one, field="measures")))
    faults: dict[str, str] = {}
    if not ARTICLE.search(law):
        faults["law"] = "写明法律依据到条、款、项，例如《……法》第几条第几款。"
    if not kept:
        faults["measures"] = "写明怎样处理，一行一条。"
    if len(kept) > MOST_MEASURES:
        faults["measures"] = f"通知单上最多写 {MOST_MEASURES} 条，请合并。"
    harmless = remedy is Remedy.DISPOSE or any("无害化" in one for one in kept)
    if harmless and not method:
        faults["method"] = "有无害化处理的，写明方法。"
    if faults:
        raise Invalid("通知单还不能出具。", **faults)
    return Said(law, kept, method)


def check_done(method: str, place: str, operator: str, photos: int) -> None:
    """Raise `Invalid` naming everything that a record of disposal still lacks."""
    faults = {
        name: sentence
        for name, text, sentence in (
            ("method", method, "写明处理方法，例如：深埋、焚烧、化制。"),
            ("place", place, "写明处理地点。"),
            ("operator", operator, "写明处理人姓名。"),
            ("photos", "x" * photos, "至少拍一张现场照片。"),
        )
        if not text.strip()
    }
    if faults:
        raise Invalid("无害化处理记录还没有填全。", **faults)
