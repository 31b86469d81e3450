"""Kinds and states of what surrounds an item: its box, its faults, its storage."""

import re
from collections.abc import Mapping
from enum import StrEnum

from aquacert.kernel.states import Moves
from labs.intake.rules.states import Condition

BOX_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{1,18}[A-Z0-9]")
"""A box's number is printed on the box and says nothing of who packed it."""


class ItemKind(StrEnum):
    """What an item is: what came in a box, or a pool made of such."""

    SAMPLE = "sample"
    POOL = "pool"


class Carrier(StrEnum):
    """How a box travels. A kind, never a name: a carrier's office could name the county."""

    OWN = "own"
    COURIER = "courier"
    COLD_CHAIN = "cold_chain"
    POST = "post"


CARRIER_WORDS: Mapping[Carrier, str] = {
    Carrier.OWN: "专人送达",
    Carrier.COURIER: "快递",
    Carrier.COLD_CHAIN: "冷链物流",
    Carrier.POST: "邮政",
}


class Preservation(StrEnum):
    """How the samples of a box are kept on the way; temperature limits hang on it."""

    ICE = "ice"
    FROZEN = "frozen"
    DRY_ICE = "dry_ice"
    ETHANOL = "ethanol"
    AMBIENT = "ambient"
    LIVE = "live"


PRESERVATION_WORDS: Mapping[Preservation, str] = {
    Preservation.ICE: "冰上冷藏",
    Preservation.FROZEN: "冷冻",
    Preservation.DRY_ICE: "干冰",
    Preservation.ETHANOL: "乙醇固定",
    Preservation.AMBIENT: "常温",
    Preservation.LIVE: "活体带水",
}


class FaultKind(StrEnum):
    """What a non-conformity is about."""

    DAMAGED = "damaged"
    LEAKED = "leaked"
    MISSING = "missing"
    REJECTED = "rejected"
    EXTRA = "extra"
    TEMPERATURE = "temperature"


FAULT_WORDS: Mapping[FaultKind, str] = {
    FaultKind.DAMAGED: "包装破损",
    FaultKind.LEAKED: "渗漏",
    FaultKind.MISSING: "缺失",
    FaultKind.REJECTED: "拒收",
    FaultKind.EXTRA: "清单外多出",
    FaultKind.TEMPERATURE: "途中温度超限",
}


class FaultState(StrEnum):
    """Whether somebody has dealt with a non-conformity."""

    OPEN = "open"
    CLOSED = "closed"


class FaultAct(StrEnum):
    """What may be done to a non-conformity."""

    CLOSE = "close"
    REOPEN = "reopen"


FAULT_MOVES: Moves[FaultState, FaultAct] = Moves(
    {
        (FaultState.OPEN, FaultAct.CLOSE): FaultState.CLOSED,
        (FaultState.CLOSED, FaultAct.REOPEN): FaultState.OPEN,
    },
    words={FaultState.OPEN: "待处理", FaultState.CLOSED: "已关闭"},
)


class StorageState(StrEnum):
    """Where what is left of an item is."""

    STORED = "stored"
    LEAVING = "leaving"
    DESTROYED = "destroyed"


class StorageAct(StrEnum):
    """What may be done to a stored item."""

    ASK = "ask"
    KEEP = "keep"
    DESTROY = "destroy"


STORAGE_MOVES: Moves[StorageState, StorageAct] = Moves(
    {
        (StorageState.STORED, StorageAct.ASK): StorageState.LEAVING,
        (StorageState.LEAVING, StorageAct.KEEP): StorageState.STORED,
        (StorageState.LEAVING, StorageAct.DESTROY): StorageState.DESTROYED,
    },
    words={
        StorageState.STORED: "留样中",
        StorageState.LEAVING: "待第二人确认销毁",
        StorageState.DESTROYED: "已销毁",
    },
)


class LimitUnit(StrEnum):
    """What a limit is measured in."""

    TENTHS_CELSIUS = "tenths_celsius"
    DAYS = "days"


def fault_of(condition: Condition) -> FaultKind | None:
    """Return the non-conformity that an item in this condition asks for; None when it is good."""
    return None if condition is Condition.GOOD else FaultKind(condition.value)
