"""A recall by question: what may be asked, and the life of an order and of each of its hits.

Two persons (issue of the brief; reliability goals R6, F12): the first one's order suspends
everything it hits at once, which stops the goods; the second one confirms (recalled, final) or
rejects (valid again).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from aquacert.kernel.errors import Invalid
from aquacert.kernel.states import Moves


class RecallState(StrEnum):
    """How far an order came. CONFIRMED and REJECTED are final."""

    ORDERED = "ordered"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class RecallAct(StrEnum):
    """What the second person may do."""

    CONFIRM = "confirm"
    REJECT = "reject"


class HitState(StrEnum):
    """What has become of one certificate of an order."""

    WAITING = "waiting"
    SUSPENDED = "suspended"
    RECALLED = "recalled"
    RESUMED = "resumed"
    SKIPPED = "skipped"
    """It was no longer live, or another act had the last word."""


RECALL_NAMES: Mapping[RecallState, str] = MappingProxyType(
    {
        RecallState.ORDERED: "等第二人确认",
        RecallState.CONFIRMED: "已确认召回",
        RecallState.REJECTED: "已驳回，恢复有效",
    }
)
HIT_NAMES: Mapping[HitState, str] = MappingProxyType(
    {
        HitState.WAITING: "待处理",
        HitState.SUSPENDED: "已暂停",
        HitState.RECALLED: "已召回",
        HitState.RESUMED: "已恢复",
        HitState.SKIPPED: "未动（已另行处理）",
    }
)
RECALL_MOVES: Moves[RecallState, RecallAct] = Moves(
    {
        (RecallState.ORDERED, RecallAct.CONFIRM): RecallState.CONFIRMED,
        (RecallState.ORDERED, RecallAct.REJECT): RecallState.REJECTED,
    },
    words=RECALL_NAMES,
)


@dataclass(frozen=True)
class Question:
    """Which certificates: every field that is given must hold. Days are legal days, inclusive."""

    vet_id: UUID | None = None
    lab_id: UUID | None = None
    organisation_id: UUID | None = None
    """The hatchery's (or dealer's) body."""
    county: str = ""
    species_code: str = ""
    report_no: str = ""
    """Number of a test report the certificate rests on."""
    zone_id: UUID | None = None
    from_on: date | None = None
    until_on: date | None = None
    kit_lot: str = ""
    """Lot of a test kit: every certificate that rests on a report of a run with it."""

    def as_json(self) -> dict[str, str]:
        """Return the fields that were given, as text."""
        return {name: str(value) for name, value in asdict(self).items() if value}


def checked(question: Question) -> Question:
    """Return the question, or raise `Invalid` naming what would be right."""
    if question.from_on and question.until_on and question.from_on > question.until_on:
        raise Invalid("开始日期晚于结束日期。", until_on="结束日期应不早于开始日期。")
    if not question.as_json():
        raise Invalid("请至少写一个条件。", form="不写条件会命中全部证书。")
    return question


def order_digest(question: Question, because: str, numbers: Iterable[str]) -> str:
    """Return SHA-256 (hex) of what is ordered: the question, the reason, exactly these numbers."""
    text = json.dumps(
        [question.as_json(), because.strip(), sorted(numbers)], ensure_ascii=False, sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()


def decision_digest(act: RecallAct, order: str) -> str:
    """Return what the second person's second factor is bound to: this act on this order."""
    return hashlib.sha256(f"recall:{act.value}:{order}".encode()).hexdigest()
