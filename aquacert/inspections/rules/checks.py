"""Rules of the clinical check, pure: states, the checklist, what a verdict needs.

Every batch is checked and gets its own verdict (Measures 2010 art. 30; procedures 2011 §4.4:
papers, then the group, then individuals); a random draw only ever adds to that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from aquacert.inspections.rules.items import Answer, Item, Value, unanswered
from aquacert.kernel.states import Moves


class State(StrEnum):
    """Where one batch's check stands."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


class Act(StrEnum):
    """What the vet decides about a batch."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    FAIL = "fail"


class Outcome(StrEnum):
    """A verdict as other rooms read it."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    FAIL = "fail"
    PENDING = "pending"


class Course(StrEnum):
    """What the vet does about a suspicion."""

    SAMPLING = "sampling"
    ISOLATE = "isolate"


class Slot(StrEnum):
    """What a photograph shows; the same bytes never fill two slots."""

    SITE = "site"
    GROUP = "group"
    INDIVIDUAL = "individual"
    RECORDS = "records"


STATE_WORDS: Mapping[State, str] = {
    State.OPEN: "待查验",
    State.PASSED: "合格",
    State.FAILED: "不合格",
}
COURSE_WORDS: Mapping[Course, str] = {
    Course.SAMPLING: "抽样送检",
    Course.ISOLATE: "隔离并报告",
}
SLOT_WORDS: Mapping[Slot, str] = {
    Slot.SITE: "全景",
    Slot.GROUP: "群体",
    Slot.INDIVIDUAL: "个体",
    Slot.RECORDS: "生产记录",
}

MOVES: Moves[State, Act] = Moves(
    {(State.OPEN, Act.PASS): State.PASSED, (State.OPEN, Act.FAIL): State.FAILED},
    words=STATE_WORDS,
)
OUTCOMES: Mapping[State, Outcome] = {
    State.OPEN: Outcome.PENDING,
    State.PASSED: Outcome.PASS,
    State.FAILED: Outcome.FAIL,
}
NEEDED_SLOTS = frozenset({Slot.SITE, Slot.GROUP})
"""Photographs without which no batch passes (a proposal; the procedures ask for records only)."""


@dataclass(frozen=True)
class Verdict:
    """What a vet decided about one batch. `quantity` is None until decided, in the batch's unit."""

    batch_id: UUID
    outcome: Outcome
    quantity: int | None
    vet_id: UUID
    at: datetime | None
    suspected: frozenset[str]
    inspection_id: UUID
    is_isolated: bool = False
    """A suspected epidemic: isolated and reported, nothing of it leaves."""
    is_doubted: bool = False
    """Another device of the vet said it failed, and he has not let the first verdict stand."""


class Lack(StrEnum):
    """What still stands between a batch and its verdict."""

    ITEMS = "items"
    PHOTOS = "photos"
    NOTE = "note"
    QUANTITY = "quantity"
    ISOLATED = "isolated"


SENTENCES: Mapping[Lack, str] = {
    Lack.ITEMS: "还有检查项没有填",
    Lack.PHOTOS: "还差现场照片：全景和群体各一张",
    Lack.NOTE: "有异常的检查项，请写明情况和判断依据",
    Lack.QUANTITY: "请填实查数量，在 1 和申报数量之间",
    Lack.ISOLATED: "这一批已按可疑疫情隔离并报告，不能下合格结论",
}


def lacks(
    items: Iterable[Item],
    answers: Mapping[str, Value],
    slots: Collection[Slot],
    *,
    act: Act,
    quantity: int | None,
    declared: int,
    note: str,
    is_isolated: bool = False,
) -> tuple[Lack, ...]:
    """Return everything that stands between these findings and this verdict, all at once.

    A failing verdict needs its reason and nothing else: a sick batch must not wait for pictures.
    """
    if act is Act.FAIL:
        return () if note.strip() else (Lack.NOTE,)
    every = tuple(items)
    abnormal = any(answers.get(item.key) is Answer.ABNORMAL for item in every)
    checks = (
        (bool(unanswered(every, answers)), Lack.ITEMS),
        (not set(slots) >= NEEDED_SLOTS, Lack.PHOTOS),
        (abnormal and not note.strip(), Lack.NOTE),
        (quantity is None or not 0 < quantity <= declared, Lack.QUANTITY),
        (is_isolated, Lack.ISOLATED),
    )
    return tuple(lack for broken, lack in checks if broken)
