"""States of another province whose certificates we judge, and the words for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from aquacert.kernel.states import Moves

HOURLY = timedelta(hours=1)
LATE = timedelta(hours=24)
"""A status list older than this proves nothing when it names no end of its own."""


class PeerState(StrEnum):
    """Whether a province's lists are believed."""

    PROPOSED = "proposed"
    PINNED = "pinned"
    WITHDRAWN = "withdrawn"


class PeerAct(StrEnum):
    """What may be done about a province."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


STATE_NAMES: Mapping[PeerState, str] = MappingProxyType(
    {
        PeerState.PROPOSED: "待第二人确认",
        PeerState.PINNED: "已认可",
        PeerState.WITHDRAWN: "不再认可",
    }
)
MOVES = Moves[PeerState, PeerAct](
    {
        (PeerState.PROPOSED, PeerAct.PROPOSE): PeerState.PROPOSED,
        (PeerState.PROPOSED, PeerAct.CONFIRM): PeerState.PINNED,
        (PeerState.PROPOSED, PeerAct.WITHDRAW): PeerState.WITHDRAWN,
        (PeerState.PINNED, PeerAct.WITHDRAW): PeerState.WITHDRAWN,
        (PeerState.WITHDRAWN, PeerAct.PROPOSE): PeerState.PROPOSED,
    }
)
"""A province whose roots were lost is withdrawn, proposed anew and confirmed by a second person."""


class PeerStatusAnswer(StrEnum):
    """What the status lists say of a certificate."""

    VALID = "valid"
    INVALID = "invalid"
    SUSPENDED = "suspended"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


STATUS_SENTENCES: Mapping[PeerStatusAnswer, str] = MappingProxyType(
    {
        PeerStatusAnswer.VALID: "状态清单上没有作废、暂停或换证的记录。",
        PeerStatusAnswer.INVALID: "已作废或召回。",
        PeerStatusAnswer.SUSPENDED: "已暂停，货不得启运。",
        PeerStatusAnswer.REPLACED: "已换证，请看新证。",
        PeerStatusAnswer.UNKNOWN: "状态未知：手上没有最新的状态清单。",
    }
)
