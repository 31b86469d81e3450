"""The lives of a certificate, of an issuance and of a number: states, acts and the lawful moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from aquacert.kernel.states import Moves


class Status(StrEnum):
    """What a certificate is worth now. Only VALID ↔ SUSPENDED goes back; the others are final."""

    VALID = "valid"
    SUSPENDED = "suspended"
    VOID = "void"
    REPLACED = "replaced"
    RECALLED = "recalled"


class Act(StrEnum):
    """What may be done to a certificate."""

    ISSUE = "issue"
    SUSPEND = "suspend"
    RESUME = "resume"
    VOID = "void"
    REPLACE = "replace"
    RECALL = "recall"


STATUS_NAMES: Mapping[Status, str] = MappingProxyType(
    {
        Status.VALID: "有效",
        Status.SUSPENDED: "暂停（勿运）",
        Status.VOID: "已作废",
        Status.REPLACED: "已换证",
        Status.RECALLED: "已召回",
    }
)

MOVES: Moves[Status, Act] = Moves(
    {
        (Status.VALID, Act.SUSPEND): Status.SUSPENDED,
        (Status.SUSPENDED, Act.RESUME): Status.VALID,
        (Status.VALID, Act.VOID): Status.VOID,
        (Status.SUSPENDED, Act.VOID): Status.VOID,
        (Status.VALID, Act.REPLACE): Status.REPLACED,
        (Status.VALID, Act.RECALL): Status.RECALLED,
        (Status.SUSPENDED, Act.RECALL): Status.RECALLED,
    },
    words=STATUS_NAMES,
)

LIST_VALUES: Mapping[Status, int] = MappingProxyType(
    {
        Status.VALID: 0,
        Status.SUSPENDED: 2,
        Status.VOID: 1,
        Status.REPLACED: 3,
        Status.RECALLED: 1,
    }
)
"""Values in the status list, 2 bits (IETF Token Status List §7.1: 0 valid, 1 invalid,
2 suspended; 3 is application specific: replaced)."""

LIVE = frozenset({Status.VALID, Status.SUSPENDED})


class Stage(StrEnum):
    """How far an issuance came. PLANNED is what a crash can leave; the other two are final."""

    PLANNED = "planned"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


class NumberState(StrEnum):
    """Every number ever reserved is one of these, with a reason."""

    RESERVED = "reserved"
    USED = "used"
    VOID = "void"


NUMBER_NAMES: Mapping[NumberState, str] = MappingProxyType(
    {
        NumberState.RESERVED: "预留未签",
        NumberState.USED: "已用",
        NumberState.VOID: "作废",
    }
)
