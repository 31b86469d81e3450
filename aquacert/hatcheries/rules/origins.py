"""Where bought seed came from: the certificate it travelled with, and how far that was checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aquacert.kernel.errors import Invalid

NUMBER = re.compile(r"[0-9A-Za-z〔〕()（）年第号字\-－—/·\u3400-\u9fff]{4,60}")
OURS = re.compile(r"\d{10}")
SHORTEST_BECAUSE = 4


class Standing(StrEnum):
    """How far the certificate behind a purchase was checked."""

    MISSING = "missing"
    UNCHECKED = "unchecked"
    MATCHED = "matched"
    MISMATCHED = "mismatched"
    ACCEPTED = "accepted"
    REFUSED = "refused"


STANDING_WORDS: Mapping[Standing, str] = {
    Standing.MISSING: "没有检疫证明",
    Standing.UNCHECKED: "未核验",
    Standing.MATCHED: "与本省记录相符",
    Standing.MISMATCHED: "与本省记录不符",
    Standing.ACCEPTED: "已认可",
    Standing.REFUSED: "不认可",
}
OPEN = frozenset({Standing.MISSING, Standing.UNCHECKED, Standing.MISMATCHED})
"""What an official still has to look at."""
AGAINST_RECORD = frozenset({Standing.MISSING, Standing.MISMATCHED})
"""What nobody accepts without a reason."""


def certificate_number(text: str, field: str = "certificate_number") -> str:
    """Return a certificate's number as it is kept: half-width, no blanks; "" when none is named.

    Numbers of other provinces follow no one form, so only what cannot be a number is refused.
    """
    said = "".join(unicodedata.normalize("NFKC", text).split()).strip()
    if not said:
        return ""
    if not NUMBER.fullmatch(said) or not any(c.isdigit() for c in said):
        sentence = "检疫证明编号看不懂，请照证上的编号填。"
        raise Invalid(sentence, **{field: sentence})
    return said


def is_ours(number: str, province: str) -> bool:
    """Say whether a number is of this province's form: ten digits that begin with its code."""
    return OURS.fullmatch(number) is not None and number.startswith(province)


def first_standing(number: str) -> Standing:
    """Return how a purchase stands when it is booked."""
    return Standing.UNCHECKED if number else Standing.MISSING


def because_of(standing: Standing, because: str, before: Standing) -> str:
    """Return the reason of a judgement, trimmed.

    A refusal must have one, and so must whoever accepts what stood against our record or had no
    certificate at all.
    """
    said = " ".join(because.split())
    if len(said) < SHORTEST_BECAUSE:
        if standing is Standing.REFUSED:
            sentence = f"原因是写给苗种场看的，不少于 {SHORTEST_BECAUSE} 字。"
            raise Invalid("请写明原因。", because=sentence)
        if before in AGAINST_RECORD:
            sentence = f"和记录不符还要认可，请写明凭什么，不少于 {SHORTEST_BECAUSE} 字。"
            raise Invalid("请写明原因。", because=sentence)
    return said


@dataclass(frozen=True, slots=True)
class Seed:
    """Some seed: what was bought, or what one of our certificates covers."""

    species_code: str
    quantity: int
    unit: str


def compare(
    bought: Seed, ours: Seed | None, before: int, standing: str, *, is_own: bool = False
) -> tuple[Standing, str]:
    """Judge a purchase against our own record of its certificate; return how it stands and why.

    `before` is what was booked under the same certificate already, by any farm; `standing` is the
    certificate's word for what it is worth now, "" when it is worth something; `is_own` when the
    farm that says it bought is the one the certificate was issued to.
    """
    if ours is None:
        return Standing.MISMATCHED, "本省没有签发过这个编号的检疫证明。"
    if is_own:
        return Standing.MISMATCHED, "这张检疫证明是本场自己卖出去时出的，不是买进来的。"
    if standing:
        return Standing.MISMATCHED, f"这张检疫证明现在是“{standing}”。"
    if (bought.species_code, bought.unit) != (ours.species_code, ours.unit):
        return Standing.MISMATCHED, "检疫证明上是另一个品种或单位。"
    if before + bought.quantity > ours.quantity:
        left = max(0, ours.quantity - before)
        return Standing.MISMATCHED, f"检疫证明上还剩 {left:,} {ours.unit} 没有记入，少于购入数。"
    return Standing.MATCHED, ""
