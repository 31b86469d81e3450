"""States of a declaration and of its loads, and every lawful move between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from aquacert.kernel.states import Moves


class State(StrEnum):
    """Where a declaration stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ASSIGNED = "assigned"
    INSPECTED = "inspected"
    CLOSED = "closed"


class Act(StrEnum):
    """What can be done with a declaration."""

    SUBMIT = "submit"
    AMEND = "amend"
    ASK = "ask"
    ANSWER = "answer"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    ASSIGN = "assign"
    INSPECT = "inspect"
    CLOSE = "close"
    REOPEN = "reopen"


STATE_WORDS: Mapping[State, str] = {
    State.DRAFT: "草稿",
    State.SUBMITTED: "待受理",
    State.SUPPLEMENT_REQUESTED: "等待补正",
    State.ACCEPTED: "已受理待派",
    State.REFUSED: "不予受理",
    State.WITHDRAWN: "已撤回",
    State.ASSIGNED: "已派员",
    State.INSPECTED: "已查验",
    State.CLOSED: "已办结",
}

MOVES: Moves[State, Act] = Moves(
    {
        (State.DRAFT, Act.SUBMIT): State.SUBMITTED,
        (State.DRAFT, Act.WITHDRAW): State.WITHDRAWN,
        (State.SUBMITTED, Act.AMEND): State.SUBMITTED,
        (State.SUBMITTED, Act.ASK): State.SUPPLEMENT_REQUESTED,
        (State.SUBMITTED, Act.ACCEPT): State.ACCEPTED,
        (State.SUBMITTED, Act.REFUSE): State.REFUSED,
        (State.SUBMITTED, Act.WITHDRAW): State.WITHDRAWN,
        (State.SUPPLEMENT_REQUESTED, Act.ANSWER): State.SUBMITTED,
        (State.SUPPLEMENT_REQUESTED, Act.REFUSE): State.REFUSED,
        (State.SUPPLEMENT_REQUESTED, Act.WITHDRAW): State.WITHDRAWN,
        (State.ACCEPTED, Act.ASSIGN): State.ASSIGNED,
        (State.ASSIGNED, Act.ASSIGN): State.ASSIGNED,
        (State.ASSIGNED, Act.INSPECT): State.INSPECTED,
        (State.INSPECTED, Act.INSPECT): State.INSPECTED,
        (State.ACCEPTED, Act.CLOSE): State.CLOSED,
        (State.ASSIGNED, Act.CLOSE): State.CLOSED,
        (State.INSPECTED, Act.CLOSE): State.CLOSED,
        (State.CLOSED, Act.REOPEN): State.INSPECTED,
    },
    words=STATE_WORDS,
)

OPEN = frozenset(
    {
        State.SUBMITTED,
        State.SUPPLEMENT_REQUESTED,
        State.ACCEPTED,
        State.ASSIGNED,
        State.INSPECTED,
    }
)
"""States in which a declaration holds stock and still waits for somebody."""

CERTIFIABLE = frozenset({State.ASSIGNED, State.INSPECTED})
"""States in which a load may get its certificate (readiness asks for the verdicts besides)."""


class LoadState(StrEnum):
    """Where one load stands."""

    PLANNED = "planned"
    CERTIFIED = "certified"
    ARRIVED = "arrived"
    CANCELLED = "cancelled"


class LoadAct(StrEnum):
    """What can happen to a load."""

    CERTIFY = "certify"
    VOID = "void"
    ARRIVE = "arrive"
    CANCEL = "cancel"


LOAD_WORDS: Mapping[LoadState, str] = {
    LoadState.PLANNED: "待出证",
    LoadState.CERTIFIED: "已出证",
    LoadState.ARRIVED: "已到达",
    LoadState.CANCELLED: "已取消",
}

LOAD_MOVES: Moves[LoadState, LoadAct] = Moves(
    {
        (LoadState.PLANNED, LoadAct.CERTIFY): LoadState.CERTIFIED,
        (LoadState.CERTIFIED, LoadAct.VOID): LoadState.PLANNED,
        (LoadState.CERTIFIED, LoadAct.ARRIVE): LoadState.ARRIVED,
        (LoadState.PLANNED, LoadAct.CANCEL): LoadState.CANCELLED,
    },
    words=LOAD_WORDS,
)


class Stone(StrEnum):
    """The five stones that every page shows: 受理 → 查验 → 检测 → 出证 → 到达."""

    ACCEPT = "受理"
    INSPECT = "查验"
    TEST = "检测"
    CERTIFY = "出证"
    ARRIVE = "到达"


class LabStage(StrEnum):
    """Where the laboratory tests of a declaration stand, told by the sampling room."""

    UNKNOWN = "unknown"
    EXEMPT = "exempt"
    RUNNING = "running"
    DONE = "done"


def stones_done(state: State, testing: LabStage, loads: tuple[LoadState, ...]) -> int:
    """Return how many of the five stones are passed (0 to 5).

    A batch that needs no test passes 检测 as 免检. 出证 and 到达 count when every load that was
    not cancelled got there.
    """
    live = [load for load in loads if load is not LoadState.CANCELLED]
    certified = {LoadState.CERTIFIED, LoadState.ARRIVED}
    if live and all(load is LoadState.ARRIVED for load in live):
        return 5
    if live and all(load in certified for load in live):
        return 4
    if state in {State.INSPECTED, State.CLOSED}:
        return 3 if testing in {LabStage.EXEMPT, LabStage.DONE} else 2
    return 1 if state in {State.ACCEPTED, State.ASSIGNED} else 0
