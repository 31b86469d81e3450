"""How a blind item comes in: announced, received in some condition, or not fit to be tested."""

import re
from collections.abc import Mapping
from enum import StrEnum

from aquacert.kernel.states import Moves

# Letters and digits that survive handwriting, a label printer and a telephone.
BLIND_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,30}[A-Z0-9]")


class Condition(StrEnum):
    """How an item was when it was received."""

    GOOD = "good"
    DAMAGED = "damaged"
    LEAKED = "leaked"
    MISSING = "missing"
    REJECTED = "rejected"


CONDITION_WORDS: Mapping[Condition, str] = {
    Condition.GOOD: "完好",
    Condition.DAMAGED: "包装破损，样品可检",
    Condition.LEAKED: "渗漏，样品可检",
    Condition.MISSING: "缺失",
    Condition.REJECTED: "拒收",
}
UNFIT = frozenset({Condition.MISSING, Condition.REJECTED})


class ItemState(StrEnum):
    """Where an item is on its way through the laboratory."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    UNFIT = "unfit"
    REPORTED = "reported"


class ItemAct(StrEnum):
    """What may be done to an item."""

    RECEIVE = "receive"
    TURN_AWAY = "turn_away"
    CORRECT = "correct"
    FIND = "find"
    TAKE_BACK = "take_back"
    REPORT = "report"
    REOPEN = "reopen"


ITEM_MOVES: Moves[ItemState, ItemAct] = Moves(
    {
        (ItemState.ANNOUNCED, ItemAct.RECEIVE): ItemState.RECEIVED,
        (ItemState.ANNOUNCED, ItemAct.TURN_AWAY): ItemState.UNFIT,
        (ItemState.RECEIVED, ItemAct.CORRECT): ItemState.RECEIVED,
        (ItemState.RECEIVED, ItemAct.TURN_AWAY): ItemState.UNFIT,
        (ItemState.UNFIT, ItemAct.CORRECT): ItemState.UNFIT,
        (ItemState.UNFIT, ItemAct.FIND): ItemState.RECEIVED,
        (ItemState.RECEIVED, ItemAct.TAKE_BACK): ItemState.ANNOUNCED,
        (ItemState.UNFIT, ItemAct.TAKE_BACK): ItemState.ANNOUNCED,
        (ItemState.RECEIVED, ItemAct.REPORT): ItemState.REPORTED,
        (ItemState.REPORTED, ItemAct.REOPEN): ItemState.RECEIVED,
    },
    words={
        ItemState.ANNOUNCED: "待收样",
        ItemState.RECEIVED: "已收样",
        ItemState.UNFIT: "不能检测",
        ItemState.REPORTED: "已出报告",
    },
)


class ConsignmentState(StrEnum):
    """Whether every item of a consignment has been looked at."""

    ANNOUNCED = "announced"
    RECEIVED = "received"


class ConsignmentAct(StrEnum):
    """What may be done to a consignment."""

    COMPLETE = "complete"
    REOPEN = "reopen"


CONSIGNMENT_MOVES: Moves[ConsignmentState, ConsignmentAct] = Moves(
    {
        (ConsignmentState.ANNOUNCED, ConsignmentAct.COMPLETE): ConsignmentState.RECEIVED,
        (ConsignmentState.RECEIVED, ConsignmentAct.REOPEN): ConsignmentState.ANNOUNCED,
    },
    words={ConsignmentState.ANNOUNCED: "在途或待清点", ConsignmentState.RECEIVED: "已清点"},
)


def act_of(condition: Condition) -> ItemAct:
    """Return what receiving an item in this condition does to it."""
    return ItemAct.TURN_AWAY if condition in UNFIT else ItemAct.RECEIVE


def correction_of(state: ItemState, condition: Condition) -> ItemAct:
    """Return what writing another condition does to an item that is in this state already."""
    if condition in UNFIT:
        return ItemAct.CORRECT if state is ItemState.UNFIT else ItemAct.TURN_AWAY
    return ItemAct.FIND if state is ItemState.UNFIT else ItemAct.CORRECT


def blind_code(text: str) -> str | None:
    """Return a scanned or typed blind code in its one spelling; None when it is none."""
    code = "".join(text.split()).upper()
    return code if BLIND_CODE.fullmatch(code) else None
