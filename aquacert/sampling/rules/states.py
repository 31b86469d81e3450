"""States of a sample on the sender's side, and where one ordered test stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from aquacert.kernel.states import Moves


class State(StrEnum):
    """Where one sample stands on the sender's side."""

    TAKEN = "taken"
    SENT = "sent"
    RELEASED = "released"


class Act(StrEnum):
    """What happens to a sample."""

    SEND = "send"
    RELEASE = "release"
    RETURN = "return"


class Stage(StrEnum):
    """Where one ordered test stands, as other rooms read it."""

    ORDERED = "ordered"
    SAMPLED = "sampled"
    SENT = "sent"
    RECEIVED = "received"
    RELEASED = "released"


STATE_WORDS: Mapping[State, str] = {
    State.TAKEN: "已封样",
    State.SENT: "已送样",
    State.RELEASED: "已出报告",
}
STAGE_WORDS: Mapping[Stage, str] = {
    Stage.ORDERED: "待抽样",
    Stage.SAMPLED: "已封样，待送样",
    Stage.SENT: "已送样",
    Stage.RECEIVED: "实验室已收样",
    Stage.RELEASED: "已出报告",
}

MOVES: Moves[State, Act] = Moves(
    {
        (State.TAKEN, Act.SEND): State.SENT,
        (State.SENT, Act.RELEASE): State.RELEASED,
        (State.RELEASED, Act.RETURN): State.SENT,
    },
    words=STATE_WORDS,
)
