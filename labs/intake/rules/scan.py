"""What a scanner types, and how a box stands against its manifest. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from labs.intake.rules.states import Condition

UNDO = frozenset({"UNDO", "ACT-UNDO", "撤销"})
"""Codes of the card that lies beside the scanner: take the last receipt back."""
CLOSE = frozenset({"CLOSE", "ACT-CLOSE", "清点完毕"})
TRAILING: Mapping[str, Condition] = {
    "G": Condition.GOOD,
    "完好": Condition.GOOD,
    "D": Condition.DAMAGED,
    "破损": Condition.DAMAGED,
    "L": Condition.LEAKED,
    "渗漏": Condition.LEAKED,
    "R": Condition.REJECTED,
    "拒收": Condition.REJECTED,
    "M": Condition.MISSING,
    "缺失": Condition.MISSING,
}
"""A word after the code says how the item came; whatever follows is the reason."""
KEYS: Mapping[Condition, str] = {
    Condition.GOOD: "F2",
    Condition.DAMAGED: "F3",
    Condition.LEAKED: "F4",
    Condition.REJECTED: "F6",
}
"""Function keys of the page: F1, F5, F11 and F12 are the browser's own."""


class Order(StrEnum):
    """What a line of the scanner asks for."""

    TAKE = "take"
    UNDO = "undo"
    CLOSE = "close"


class Took(StrEnum):
    """How a scan was taken."""

    RECEIVED = "received"
    AGAIN = "again"
    ELSEWHERE = "elsewhere"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Scanned:
    """One line as the scanner or a person typed it."""

    order: Order
    code: str = ""
    condition: Condition = Condition.GOOD
    note: str = ""


def read_scan(line: str, condition: Condition = Condition.GOOD, note: str = "") -> Scanned:
    """Return what a typed or scanned line asks for.

    "CODE" takes the item in `condition`; "CODE D", "CODE 渗漏 袋口开了" says the condition itself,
    and what follows is the reason. "UNDO" and "CLOSE" are codes of the bench card.
    """
    words = line.split()
    if not words:
        return Scanned(Order.TAKE, "", condition, note)
    head = words[0].upper()
    if head in UNDO:
        return Scanned(Order.UNDO)
    if head in CLOSE:
        return Scanned(Order.CLOSE, note=" ".join(words[1:]) or note)
    if len(words) > 1 and (said := TRAILING.get(words[1].upper())) is not None:
        return Scanned(Order.TAKE, words[0], said, " ".join(words[2:]) or note)
    return Scanned(Order.TAKE, "".join(words), condition, note)


@dataclass(frozen=True, slots=True)
class Tally:
    """A box against its manifest."""

    expected: int
    received: int
    missing: int
    rejected: int
    waiting: int
    extra: int

    @property
    def holds(self) -> bool:
        """Say whether everything expected is accounted for: each item is in one column."""
        return self.expected == self.received + self.missing + self.rejected + self.waiting
