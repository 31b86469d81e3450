"""What a farm says of each lot when it checks its stock: right as booked, or how much there is. Pure.

Nothing is taken as right in silence, or one tap confirms eight ponds that nobody looked at: each
lot that holds something wants a word, and a number that differs wants its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.quantity import parse_quantity

RIGHT, WRONG = "right", "wrong"
SHORTEST = 2
NOUGHT = frozenset({"0", "０", "零", "没有"})


@dataclass(frozen=True, slots=True)
class SaidOfLot:
    """What was typed for one lot; `seen` is the number that stood on the page."""

    standing: str = ""
    number: str = ""
    why: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of a lot there is, and why that differs from the books."""

    quantity: int
    why: str


def judge_count(said: SaidOfLot, balance: int, unit: str) -> Counted | None:
    """Return what was counted, or None when the books are right.

    Raises `Invalid` on `standing`, `number` or `why`; on `standing` too when the lot changed since
    the page was opened, unless what was counted is what the books hold by now.
    """
    if said.standing not in {RIGHT, WRONG}:
        sentence = "请选“对”或“不对”。"
        raise Invalid(sentence, standing=sentence)
    is_stale = said.seen != "" and said.seen != str(balance)
    changed = f"打开这一页以后台账变了，现在是 {balance:,} {unit}，请再核一遍。".replace(",", " ")
    if said.standing == RIGHT:
        if is_stale:
            raise Invalid(changed, standing=changed)
        return None
    counted = _number(said.number, unit)
    if counted == balance:
        return None
    if is_stale:
        raise Invalid(changed, standing=changed)
    why = " ".join(said.why.split())
    if len(why) < SHORTEST:
        sentence = "数不对要写原因，例如“死亡没记”“上次数错”。"
        raise Invalid(sentence, why=sentence)
    return Counted(counted, why[:120])


def _number(typed: str, unit: str) -> int:
    text = typed.strip()
    if not text:
        sentence = "请填现在有多少；一尾不剩填 0。"
        raise Invalid(sentence, number=sentence)
    return 0 if text in NOUGHT else parse_quantity(text, unit=unit, field="number")
