"""Where bought seed came from: the certificate it travelled with, and how far that was checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

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


def contest_of(number: str, standing: Standing, because: str) -> str:
    """Return why seed bought under that certificate may not be declared for now."""
    if standing is Standing.REFUSED:
        way = "县里不认可；这部分苗从台账清点出去以后才能申报。"
    else:
        way = "县里核对认可以前不能申报，请联系申报点。"
    return f"购入时的检疫证明 {number}：{because.rstrip('。')}。{way}"


@dataclass(frozen=True, slots=True)
class Seed:
    """Some seed: what was bought, or what one of our certificates covers."""

    species_code: str
    quantity: int
    unit: str


@dataclass(frozen=True, slots=True)
class OurRecord:
    """What we know of one of our own certificates; `worthless` is its standing when it is none."""

    certificate_id: UUID
    seed: Seed
    worthless: str
    sold_by: UUID | None = None
    """The body it was issued to."""
    goes_to: str = ""
    """County of the place of arrival; "" when nobody asks for the receiver."""
    received_by: tuple[str, ...] = ()
    """Names and telephones of the receiver, folded for comparing; never shown."""


SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who says that he bought, as the certificate may name him."""

    organisation_id: UUID
    county: str
    names: tuple[str, ...]
    """Names and telephones of the farm and its contact, folded."""


def compare(
    bought: Seed, ours: OurRecord | None, before: int, buyer: Buyer
) -> tuple[Standing, str]:
    """Judge a purchase against our own record of its certificate; return how it stands and why.

    `before` is what was booked under the same certificate already, by any farm.
    """
    if ours is None:
        return Standing.MISMATCHED, "本省没有签发过这个编号的检疫证明。"
    seed, left = ours.seed, max(0, ours.seed.quantity - before)
    unfit = (
        (
            ours.sold_by == buyer.organisation_id,
            "这张检疫证明是本场自己卖出去时出的，不是买进来的。",
        ),
        (bool(ours.worthless), f"这张检疫证明现在是“{ours.worthless}”。"),
        (
            (bought.species_code, bought.unit) != (seed.species_code, seed.unit),
            "检疫证明上是另一个品种或单位。",
        ),
        (
            ours.goes_to not in {"", buyer.county},
            "检疫证明上的到达地不是本场所在的县，苗种是出给别家的。",
        ),
        (
            bool(ours.received_by) and not _same_receiver(ours.received_by, buyer.names),
            "检疫证明上的收货人不是本场，也不是本场登记的联系人。",
        ),
        (
            bought.quantity > left,
            f"检疫证明上还剩 {left:,} {seed.unit} 没有记入，少于购入数。",
        ),
    )
    because = next((said for is_so, said in unfit if is_so), "")
    return (Standing.MISMATCHED if because else Standing.MATCHED), because


def _same_receiver(named: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Say whether the receiver may be the farm: the same name or telephone, or one in the other.

    A single character stands in half of all names, so it is no name.
    """
    return any(
        one in other or other in one
        for one in named
        for other in names
        if min(len(one), len(other)) >= SHORTEST_NAME
    )
